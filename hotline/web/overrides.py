"""Overrides over HTTP: closed queues and lines, announcements and other hours, set, listed and lifted."""

import itertools
import re
from datetime import datetime
from typing import Annotated, Any, Literal

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path, Query

from calls.numbers import e164
from calls.overrides import ALL, Kind
from control.messages import events
from dsl.spelling import nearest
from hotline.views.controller import Controller
from hotline.views.overrides import shown
from hotline.web import call_log
from hotline.web.calls import Most
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

_SPAN = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])\s*-\s*([01]?[0-9]|2[0-4]):([0-5][0-9])")
_LONGEST_TEXT = 1_000
NumberPath = Annotated[int, Path(description="As GET /overrides has it.", examples=[1])]
Author = Annotated[
    str, Query(max_length=64, description="Who lifts it, with the site's own token.", examples=["Li Na"])
]


class Wanted(Body):
    """An override. `target`: `queue:NAME`, `line:NUMBER`, `hours:NAME`, or for announcements `all`."""

    kind: Kind = pydantic.Field(examples=["announcement"])
    target: str = pydantic.Field(examples=["all"])
    author: str = pydantic.Field("", max_length=64, examples=["Li Na"])
    """With the site's own token; a person's name is that of their session."""
    reason: str = pydantic.Field(min_length=1, max_length=500, examples=["a fault of the network"])
    until: Literal["today", "lifted"] | datetime = "today"
    """`today`: the end of the day in the house's zone; an instant with its zone; `lifted`: until somebody lifts it."""
    texts: dict[str, str] = pydantic.Field(default_factory=dict, examples=[{"en": "We are busy."}])
    """Of an announcement: the words by language."""
    hours: str = ""
    """Of hours: `09:00-15:00`, several with commas between, or `closed`."""


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    sees = [Depends(guard.needs("see_overrides"))]
    Sets = Annotated[Client, Depends(guard.needs("set_overrides"))]

    @app.get("/overrides", dependencies=sees, tags=["overrides"])
    async def overrides() -> list[dict[str, Any]]:
        """The overrides that are in force, as `hotline overrides` shows them."""
        return [shown(one) for one in controller.register.overrides]

    @app.get("/overrides/log", dependencies=sees, tags=["overrides"])
    async def log(most: Most = 50) -> list[dict[str, Any]]:
        """Every override that was set, the newest first: by whom, why, and how it was over."""
        return await call_log.overrides(controller.database, most)

    @app.post("/overrides", tags=["overrides"], status_code=201)
    async def wanted(want: Wanted, client: Sets) -> dict[str, Any]:
        """Put an override in force now. One of the same kind and target is over by it."""
        event = _event(controller, want.model_copy(update={"author": client.author(want.author)}))
        before = controller.register.overrides_set
        await controller.tell(event)
        for one in controller.register.overrides:
            if one.number > before and (one.kind, one.target) == (event.kind, event.target):
                return shown(one)
        raise HTTPException(422, "its end has passed already: give an instant that is still to come")

    @app.delete("/overrides/{number}", tags=["overrides"])
    async def lift(number: NumberPath, client: Sets, author: Author = "") -> dict[str, Any]:
        """End an override now; `author` is who does, with the site's own token."""
        by = client.author(author)
        found = next((one for one in controller.register.overrides if one.number == number), None)
        if found is None:
            raise HTTPException(404, f"no override {number} is in force; GET /overrides lists them")
        await controller.tell(events.OverrideLifted(number, by))
        return shown(found)


def _event(controller: Controller, want: Wanted) -> events.OverrideWanted:
    """The event, checked against the version that holds. Raises HTTPException 422 with the nearest right word."""
    target = _target(controller, want)
    if want.kind == "announcement" and not any(text.strip() for text in want.texts.values()):
        raise HTTPException(422, 'an announcement needs texts: {"texts": {"en": "…"}}')
    for language, text in want.texts.items():
        if want.kind != "announcement":
            raise HTTPException(422, f"a {want.kind} has no texts")
        if language not in controller.languages():
            raise HTTPException(422, f"no language {language!r}{_hint(language, controller.languages())}")
        if len(text) > _LONGEST_TEXT:
            raise HTTPException(422, f"the text in {language} is longer than {_LONGEST_TEXT} characters")
    until = want.until
    if isinstance(until, datetime):
        if until.tzinfo is None:
            raise HTTPException(422, "until needs its zone: 2026-12-01T18:00:00+08:00")
        end: float | Literal["today", "lifted"] = until.timestamp()
    else:
        end = until
    spans = _spans(want)
    texts = {language: text.strip() for language, text in want.texts.items() if text.strip()}
    return events.OverrideWanted(want.kind, target, want.author, want.reason, end, texts, spans=spans)


def _target(controller: Controller, want: Wanted) -> str:
    what, _, name = want.target.partition(":")
    fits: dict[str, tuple[str, ...]] = {
        "closure": ("queue", "line"),
        "announcement": ("line", ALL),
        "hours": ("hours",),
    }
    if what not in fits[want.kind] or (what == ALL) != (name == ""):
        forms = " or ".join(one if one == ALL else f"{one}:NAME" for one in fits[want.kind])
        raise HTTPException(422, f"the target of a {want.kind} is {forms}, not {want.target!r}")
    there = {"queue": controller.queues, "line": controller.lines, "hours": controller.hours}
    if what == ALL:
        return ALL
    if what == "line" and name != "default":
        name = e164(name, controller.region)
    if name not in there[what]():
        raise HTTPException(422, f"no {what} {name!r}{_hint(name, there[what]())}")
    return f"{what}:{name}"


def _spans(want: Wanted) -> tuple[tuple[int, int], ...]:
    if want.kind != "hours":
        if want.hours:
            raise HTTPException(422, f"a {want.kind} has no hours")
        return ()
    if want.hours.strip() == "closed":
        return ()
    spans = []
    for part in want.hours.split(","):
        found = _SPAN.fullmatch(part.strip())
        first, last = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
        if not first < last <= 1440:
            message = f"hours are such as 09:00-15:00, until 24:00 at most, or closed; not {part.strip()!r}"
            raise HTTPException(422, message)
        spans.append((first, last))
    spans.sort()
    if any(after[0] < before[1] for before, after in itertools.pairwise(spans)):
        raise HTTPException(422, f"the hours {want.hours} overlap")
    return tuple(spans)


def _hint(name: str, names: frozenset[str]) -> str:
    near = nearest(name, sorted(names))
    return f"; did you mean {near!r}?" if near else f"; there are {', '.join(sorted(names))}"
