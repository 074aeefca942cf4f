"""A day lived again over HTTP: `hotline whatif` in a process of its own, at a low priority, one at a time."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from datetime import date as Date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import orjson
import pydantic
from fastapi import Depends, FastAPI, HTTPException

from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

LONGEST_S = 1_800.0
_NICE = 15
_MOST_LINES = 20
"""Of what a process that fails says, the last ones."""


class Wanted(Body):
    """The day, and what is tried: the folder as it stands (`draft`), a published `version`, or a `policy`'s weights."""

    date: Date = pydantic.Field(examples=["2026-11-29"])
    draft: bool = pydantic.Field(False, examples=[True])
    version: str = pydantic.Field("", max_length=64, pattern=r"^([0-9]+-[0-9a-z]+)?$")
    policy: str = pydantic.Field("", max_length=20_000)
    """As the file that `hotline whatif --policy` reads, in YAML."""
    seeds: int = pydantic.Field(8, ge=1, le=64)
    percent: float = pydantic.Field(80.0, gt=0, le=100)
    within_s: float = pydantic.Field(20.0, gt=0, le=3_600)


State = Literal["running", "done", "failed", "stopped"]


class Trial(msgspec.Struct):
    """The last day that was lived again, or is. `result`: as `hotline whatif --json` has it, once it is `done`."""

    wanted: dict[str, Any]
    by: str
    began_at: float
    state: State = "running"
    step: str = ""
    percent: int = 0
    """Of the step."""
    error: str = ""
    result: dict[str, Any] | None = None


class Trials:
    """One trial at a time. For one event loop."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self.last: Trial | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, wanted: Wanted, by: str) -> Trial:
        """Begin to live the day again. Not while another one is."""
        trial = self.last = Trial(wanted.model_dump(mode="json"), by, time.time())
        self._task = asyncio.create_task(self._run(trial, wanted))
        return trial

    async def stop(self) -> None:
        """End the one that goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, trial: Trial, wanted: Wanted) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="hotline-whatif-") as folder:
                words = self._words(wanted, Path(folder))
                async with asyncio.timeout(LONGEST_S):
                    await _lived(words, trial)
        except asyncio.CancelledError:
            trial.state = "stopped"
            raise
        except TimeoutError:
            trial.state, trial.error = "failed", f"it took more than {LONGEST_S / 60:.0f} minutes: try fewer seeds"
        except (OSError, orjson.JSONDecodeError) as error:
            trial.state, trial.error = "failed", str(error)
        finally:
            if trial.state == "running":
                trial.state = "failed"

    def _words(self, wanted: Wanted, folder: Path) -> list[str]:
        words = [sys.executable, "-m", "hotline", "whatif", wanted.date.isoformat(), "--json", "--steps"]
        words += ["--site", str(self._controller.folder), "--seeds", str(wanted.seeds)]
        words += ["--percent", str(wanted.percent), "--within-s", str(wanted.within_s)]
        if wanted.policy:
            path = folder / "policy.yaml"
            path.write_text(wanted.policy, encoding="utf-8")
            return [*words, "--policy", str(path)]
        return [*words, "--version", wanted.version] if wanted.version else [*words, "--draft"]


async def _lived(words: list[str], trial: Trial) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        with contextlib.suppress(OSError):  # it is over already
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)  # callers come first
        out, said = await asyncio.gather(process.stdout.read(), _watch(process.stderr, trial))
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code == 0:
        trial.state, trial.result = "done", orjson.loads(out)
    else:
        trial.state, trial.error = "failed", " ".join(" ".join(said).split())[-500:] or f"it ended with {code}"


async def _watch(errors: asyncio.StreamReader, trial: Trial) -> list[str]:
    """Note how far it is; the other lines that it says."""
    said: list[str] = []
    async for line in errors:
        try:
            told = orjson.loads(line)
            trial.step, trial.percent = told["step"], told["percent"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            said = [*said, line.decode(errors="replace").strip()][-_MOST_LINES:]
    return said


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    tries = guard.needs("try_days")
    trials = Trials(controller)

    @app.get("/whatif", dependencies=[Depends(tries)], tags=["supervisors"])
    async def last() -> dict[str, Any] | None:
        """The last day that was lived again, or is: what was `wanted`, `by` whom, its `state` (`running`, `done`,
        `failed`, `stopped`), the `step` with its `percent`, the `error`, and the `result` as `hotline whatif --json`
        has it. Null: there was none since the controller began."""
        return None if trials.last is None else msgspec.to_builtins(trials.last)

    @app.post("/whatif", tags=["supervisors"], status_code=202)
    async def begin(wanted: Wanted, client: Annotated[Client, Depends(tries)]) -> dict[str, Any]:
        """Live a real day again from the journal, as its rules have it and with something changed. It runs beside the
        server at a low priority, and takes seconds to minutes: `GET /whatif` says how far it is. 409 while one runs."""
        if bool(wanted.version) + bool(wanted.policy) + wanted.draft != 1:
            raise HTTPException(422, "say what to try: draft, a version, or a policy")
        if trials.last is not None and trials.last.state == "running":
            raise HTTPException(409, f"{trials.last.by} tries {trials.last.wanted['date']} now; DELETE /whatif ends it")
        told: dict[str, Any] = msgspec.to_builtins(trials.begin(wanted, client.name))
        return told

    @app.delete("/whatif", dependencies=[Depends(tries)], tags=["supervisors"])
    async def stop() -> dict[str, bool]:
        """End the one that runs; `stopped` says whether there was one."""
        running = trials.last is not None and trials.last.state == "running"
        await trials.stop()
        return {"stopped": running}
