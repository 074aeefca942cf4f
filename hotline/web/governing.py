"""The gate of outgoing calls over HTTP: one question, a batch of names, the last decisions, the scenes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
import orjson
import pydantic
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse

from calls.errors import BadInput
from dialer.governor.questions import Origin, Question
from hotline.governing import approving, words
from hotline.governing.feed import KEPT
from hotline.governing.gate import Answers, Gate
from hotline.governing.published import InForce
from hotline.governing.subjects import read_number
from hotline.site import audit
from hotline.site.instants import instant
from hotline.views.controller import Controller
from hotline.web.rights import SITE, Client, Guard
from hotline.web.strictness import Body, one_of

MOST_NAMES = 10_000
_Key = Annotated[str, pydantic.Field(max_length=128)]
_Number = Annotated[str, pydantic.Field(max_length=64, examples=["13800138000"])]
_Attributes = Annotated[
    dict[_Key, _Key], pydantic.Field(default_factory=dict, max_length=32, examples=[{"tier": "gold"}])
]
_At = Annotated[
    str | None,
    pydantic.Field(
        max_length=64,
        description="As of when: a day and a time, in the house's zone unless it has one. Left out: now.",
        examples=["2026-11-24T10:00"],
    ),
]


class Asking(Body):
    """What is asked of every number."""

    scene: Annotated[str, pydantic.Field(description="Of dialplans/scenes/.", examples=["spring_offer"])]
    origin: Origin = "check"
    campaign: _Key = ""
    caller_id: _Number = ""
    at: _At = None


class CheckRequest(Asking):
    """One call that somebody would place."""

    number: _Number
    person: _Key = ""
    account: _Key = ""
    agent: _Key = ""
    attributes: _Attributes


class Name(Body):
    """One name of a batch."""

    number: _Number
    person: _Key = ""
    account: _Key = ""
    attributes: _Attributes


class ScrubRequest(Asking):
    """A list of names, all for one scene, as of one instant."""

    names: Annotated[
        list[Name], pydantic.Field(min_length=1, max_length=MOST_NAMES, examples=[[{"number": "13800138000"}]])
    ]
    only: Annotated[Literal["all", "refused", "allowed"], pydantic.Field(description="Which rows are wanted.")] = "all"


def add(app: FastAPI, controller: Controller, guard: Guard, answers: Answers) -> None:
    """Put the requests into `app`."""
    gate, feed = answers.gate, answers.feed
    asks = guard.needs("ask_gate")
    sees = [Depends(guard.needs("see_outgoing"))]

    @app.post("/govern/check", tags=["outgoing calls"])
    async def check(wanted: CheckRequest, client: Annotated[Client, Depends(asks)]) -> dict[str, Any]:
        """May this call be placed? With all reasons and what was looked at; nothing is reserved. Audited."""
        now = gate.in_force
        known_scene(now, wanted.scene)
        at = _instant(wanted.at, controller)
        try:
            question = question_of(wanted, wanted, controller.region, client)
        except ValueError as error:
            raise HTTPException(422, f"number: {error}") from error
        about = f"{question.number} for {wanted.scene}"
        await asyncio.to_thread(audit.note, controller.database.parent, "gate asked", about, client.name)
        return words.answer_as_data(await gate.check(question, at), controller.zone, gate.counts)

    @app.post("/govern/scrub", tags=["outgoing calls"])
    async def scrub(wanted: ScrubRequest, client: Annotated[Client, Depends(asks)]) -> StreamingResponse:
        """Ten thousand names at most, each with its answer: `results` has a row for each name that is wanted, in
        their order, with `row` from 0; `counts` how many of each. A number that cannot be read is denied by
        `gate.number`. Nothing is reserved: before the call it is asked again. Audited."""
        now = gate.in_force
        known_scene(now, wanted.scene)
        at = _instant(wanted.at, controller)
        about = f"{len(wanted.names)} names for {wanted.scene}"
        await asyncio.to_thread(audit.note, controller.database.parent, "names scrubbed", about, client.name)
        rows = _scrubbed(gate, wanted, controller.region, client, at)
        return StreamingResponse(rows, media_type="application/json")

    @app.get("/govern/decisions", dependencies=sees, tags=["outgoing calls"])
    async def decisions(
        after: Annotated[int, Query(ge=0, description="The row of the last one that is known.", examples=[0])] = 0,
        most: Annotated[int, Query(ge=1, le=KEPT, examples=[100])] = KEPT,
    ) -> dict[str, Any]:
        """The last decisions, the oldest first; the last thousand are kept. `last` is the row of the newest."""
        return {"last": feed.count, "decisions": [msgspec.to_builtins(one) for one in feed.after(after, most)]}

    @app.get("/govern/scenes", dependencies=sees, tags=["outgoing calls"])
    async def scenes() -> list[dict[str, Any]]:
        """The scenes that are published, and whether they are approved as they are."""
        return [approving.as_data(one) for one in approving.shown(gate.in_force)]


def known_scene(now: InForce, scene: str) -> None:
    """Raises 422, with the nearest, for a scene that is not published."""
    if now.governed is not None and scene not in now.book.scenes:
        raise one_of("scene", scene, now.book.scenes)


def _instant(text: str | None, controller: Controller) -> float | None:
    try:
        return None if text is None else instant(text, controller.zone)
    except BadInput as error:
        raise HTTPException(422, f"at: {error}") from error


def question_of(asking: Asking, name: CheckRequest | Name, region: str, client: Client) -> Question:
    """The question of a request. Raises ValueError for what is no number."""
    return Question(
        scene=asking.scene,
        number=read_number(name.number, region),
        origin=asking.origin,
        source="" if client.name == SITE else client.name,
        person=name.person,
        account=name.account,
        campaign=asking.campaign,
        agent=name.agent if isinstance(name, CheckRequest) else "",
        caller_id=read_number(asking.caller_id, region) if asking.caller_id else "",
        attributes=dict(name.attributes),
    )


async def _scrubbed(
    gate: Gate, wanted: ScrubRequest, region: str, client: Client, at: float | None
) -> AsyncIterator[bytes]:
    """The answer, piece by piece: one JSON object."""
    now = gate.in_force
    questions: list[Question] = []
    rows: list[int] = []
    counts = {"allow": 0, "deny": 0, "defer": 0}
    yield orjson.dumps({"scene": wanted.scene, "version": _version(now, wanted.scene)})[:-1] + b',"results":['
    comma = b""
    for row, name in enumerate(wanted.names):
        try:
            questions.append(question_of(wanted, name, region, client))
            rows.append(row)
        except ValueError as error:
            counts["deny"] += 1
            if wanted.only != "allowed":
                no = {"row": row, "verdict": "deny", "rules": ["gate.number"], "detail": str(error), "until": None}
                yield comma + orjson.dumps(no)
                comma = b","
        if row % 100 == 0:
            await asyncio.sleep(0)
    told = iter(rows)
    async for answers in gate.scrub(questions, at):
        pieces = []
        for answer in answers:
            decision, row = answer.decision, next(told)
            counts[decision.verdict] += 1
            if wanted.only != "all" and (decision.verdict == "allow") != (wanted.only == "allowed"):
                continue
            first = decision.reasons[0].detail if decision.reasons else ""
            rules = [reason.rule for reason in decision.reasons]
            found = {"row": row, "verdict": decision.verdict, "rules": rules, "detail": first, "until": decision.until}
            pieces.append(orjson.dumps(found))
        if pieces:
            yield comma + b",".join(pieces)
            comma = b","
    policy = "" if now.governed is None else now.governed.policy.hash
    yield b"]," + orjson.dumps({"policy": policy, "counts": counts, "past_calls": gate.counts})[1:]


def _version(now: InForce, scene: str) -> str:
    return "" if now.governed is None else now.governed.versions.get(scene, "")
