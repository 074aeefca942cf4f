"""Flows over HTTP: drawn with their texts, the calls that are in them now, the day's traffic, lint, versions compared,
test cases played. Nothing is changed by it, and no caller's number is in it."""

import asyncio
import contextlib
import os
import re
import sys
import time
from collections import Counter
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.responses import FileResponse

from calls.errors import BadInput
from calls.numbers import masked_within
from hotline.site.site import Site
from hotline.store.flow_traffic import traffic
from hotline.versions.store import Versions
from hotline.views.controller import Controller
from hotline.web.rights import Guard

FlowName = Annotated[str, Query(description="A flow.", max_length=128, examples=["main"])]
Version = Annotated[
    str,
    Query(description="A published version; unless given, the current one.", max_length=64, examples=["0001-00000001"]),
]
_VERSION = re.compile(r"[0-9]+-[0-9a-z]+")
_DAY_S = 86_400.0
_KEPT_S = 20.0
"""So long the traffic of a flow is kept: many pages, one count."""
_LINT_S = 120.0
_NICE = 10


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    sees = [Depends(guard.needs("see_flows"))]
    versions = Versions(controller.database.parent / "versions")
    counted: dict[str, tuple[float, dict[str, Any]]] = {}
    linting = asyncio.Lock()

    def named(version: str) -> str:
        """The version that is meant. Raises HTTPException 404 for what is the name of none."""
        if version and not _VERSION.fullmatch(version):
            raise HTTPException(404, f"no version {version[:60]}; GET /versions lists them")
        return version or controller.register.version

    @app.get("/flows", dependencies=sees, tags=["flows"])
    async def flows(version: Version = "") -> dict[str, Any]:
        """The flows of a version, with the numbers that each answers, and the calls that are in each now; and the
        `versions` that there are, as `GET /versions` has them."""
        from hotline.versions.pictures import flows_of  # with the compiler, which a start need not wait for

        with _refused():
            found = await asyncio.to_thread(lambda: flows_of(versions.program(named(version))))
        inside = Counter(flow for _, frames in controller.flow_places() for flow in {name for name, _ in frames})
        shown = [{**one, "now": inside[one["flow"]]} for one in found]
        return {"version": named(version), "flows": shown, "versions": await controller.published_versions()}

    @app.get("/flows/picture", dependencies=sees, tags=["flows"])
    async def drawn(flow: FlowName = "", version: Version = "") -> dict[str, Any]:
        """A flow drawn: `start`; `steps`, each with its `kind`, its `ways` (`to` a step, or `again`, `back`, `hangup`,
        `return`) with their `words`, what it `says`, and `about`; `texts` and `sounds` of its phrases by language."""
        from hotline.versions.pictures import picture

        with _refused():
            found = await asyncio.to_thread(picture, versions, named(version), flow)
        for step in found["steps"]:
            step["about"] = {word: masked_within(text, controller.region) for word, text in step["about"].items()}
        return found

    @app.get("/flows/now", dependencies=sees, tags=["flows"])
    async def now(flow: FlowName = "") -> dict[str, Any]:
        """How many calls are in each step of a flow now: `steps`, by version. A call in a flow that was called is in
        the step that called it, too."""
        found: dict[str, Counter[str]] = {}
        for version, frames in controller.flow_places():
            for name, step in frames:
                if name == flow:
                    found.setdefault(version, Counter())[step] += 1
        return {"flow": flow, "steps": found}

    @app.get("/flows/traffic", dependencies=sees, tags=["flows"])
    async def day(flow: FlowName = "") -> dict[str, Any]:
        """The last 24 hours of a flow: `steps`, how often each was come to (`times`) and how often one hung up in it
        (`left`); `ways`, how often one followed another. Of the newest `most` calls, where there were more."""
        at, known = counted.get(flow, (0.0, {}))
        if time.time() - at > _KEPT_S:
            since = time.time() - _DAY_S
            known = await asyncio.to_thread(traffic, controller.database, flow, since)
            if len(counted) > 100:
                counted.clear()
            counted[flow] = (time.time(), known)
        return {"flow": flow, **known}

    @app.get("/flows/compared", dependencies=sees, tags=["flows"])
    async def two(flow: FlowName = "", before: Version = "", after: Version = "") -> dict[str, Any]:
        """What a version changes of a flow: `steps` by name (`added`, `removed`, `changed`), `ways` that came and went,
        the steps that are `gone`, and the `lines` of its file as a diff."""
        from hotline.versions.pictures import compared

        with _refused():
            return await asyncio.to_thread(compared, versions, named(before), named(after), flow)

    @app.get("/flows/problems", dependencies=sees, tags=["flows"])
    async def problems() -> list[dict[str, Any]]:
        """What `hotline lint` says of the folder as it stands, each with the flow and the step that it is in. It runs
        beside the server, one at a time, and takes seconds."""
        async with linting:
            told = await _lint(controller)
        from hotline.versions.pictures import FLOWS, placed

        def read() -> list[dict[str, Any]]:
            folder = Site.open(controller.folder).dialplans
            files = {one["file"] for one in told if one["file"].startswith(FLOWS)}
            paths = {name: folder / name.removeprefix("dialplans/") for name in files}
            texts = {name: path.read_text(encoding="utf-8", errors="replace") for name, path in paths.items()}
            return placed(told, texts)

        with _refused():
            return await asyncio.to_thread(read)

    @app.get("/flows/tests", dependencies=sees, tags=["flows"])
    async def tests(version: Version = "") -> list[dict[str, Any]]:
        """The test cases of a version: `case`, the `flow` that it calls, and where it is written."""
        from hotline.versions.pictures import cases_of

        with _refused():
            _, cases = await asyncio.to_thread(cases_of, versions, named(version))
        return [{"case": case.name, "flow": case.flow, "place": str(case.mark)} for case in cases]

    @app.get("/flows/played", dependencies=sees, tags=["flows"])
    async def play(
        case: Annotated[str, Query(description="Of a test case: its name.", max_length=200, examples=["a loan"])] = "",
        version: Version = "",
    ) -> dict[str, Any]:
        """A test case played without a telephone: `course`, moment by moment what was heard, done and seen, the steps
        that were `walked` before it and the one that it is `at`; whether it went as expected, and the `differences`."""
        from hotline.versions.pictures import played

        with _refused():
            found = await asyncio.to_thread(played, versions, named(version), case)
        region = controller.region
        for moment in found["course"]:
            moment["text"] = masked_within(moment["text"], region)
        return found

    @app.get("/flows/sound", dependencies=sees, tags=["flows"], response_class=FileResponse)
    async def sound_of(
        phrase: Annotated[str, Query(max_length=128, examples=["welcome"])] = "",
        language: Annotated[str, Query(max_length=16, examples=["en"])] = "",
        version: Version = "",
    ) -> Response:
        """The sound of a phrase as callers hear it. 404 where it has none: its words have places that are filled in."""
        from hotline.versions.pictures import sound

        with _refused():
            program = await asyncio.to_thread(versions.program, named(version))
        path = await asyncio.to_thread(sound, program, language, phrase)
        if path is None:
            raise HTTPException(404, f"no sound of {phrase[:60]} in {language}")
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "no-cache"})


async def _lint(controller: Controller) -> list[dict[str, Any]]:
    """What lint says, in a process of its own: compiling a large folder would keep the calls waiting."""
    command = (sys.executable, "-m", "hotline", "lint", "--json", "--site", str(controller.folder))
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    with contextlib.suppress(OSError):  # it is over already
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)  # callers come first
    try:
        async with asyncio.timeout(_LINT_S):
            answer, error = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise HTTPException(503, "lint took too long; run hotline lint on the server") from None
    try:
        return list(orjson.loads(answer)["problems"])
    except (orjson.JSONDecodeError, KeyError):
        said = error.decode(errors="replace").strip().splitlines()
        raise HTTPException(503, f"lint did not run: {said[-1] if said else process.returncode}") from None


class _refused:
    """Turns BadInput into 404 with its text: a version, a flow or a case that is not there."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, BadInput):
            raise HTTPException(404, str(error)) from error
