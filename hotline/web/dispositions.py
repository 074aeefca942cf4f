"""Dispositions over HTTP: what came of a talk, of a campaign or of a queue."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.errors import BadInput
from calls.ids import AgentId, AttemptId
from dialer.campaigns.events import Dispositioned
from dialer.campaigns.late import TALKED as ANSWERED
from dsl.spelling import nearest_hint
from hotline.campaigns.recalling import past_try
from hotline.campaigns.work import TALKED
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body, one_of


class Said(Body):
    """What came of a talk."""

    disposition: str = pydantic.Field(max_length=64, examples=["will_pay"])
    attempt: str = pydantic.Field("", max_length=160, examples=["instalment_calls/3.17/2"])
    """The try, or the offer, that it is about, for one that may be over; without it the talk of now, else the agent's
    last one."""
    again_at: datetime | None = pydantic.Field(None, examples=["2026-12-01T18:00:00+08:00"])
    """Of a `callback`: when the person wants to be called, with its zone."""
    same_agent: bool = False
    """By this agent."""
    note: str = pydantic.Field("", max_length=500)


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the request into `app`; `known` is what asks whether somebody may."""

    def known_agent(agent: AgentPath) -> AgentId:
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        return AgentId(agent)

    @app.post("/agents/{agent}/disposition", dependencies=known, tags=["agents"])
    async def said(agent: Annotated[AgentId, Depends(known_agent)], wanted: Said) -> dict[str, Any]:
        """Say what came of a talk, while it lasts or after, for as long as it is known; the last word counts, and ends
        after-call work. `late`: the talk's work was over. `replaces`: what was said of it before. 404: no such talk is
        known. 409: the agent has no talk that one is said of, or that one was another agent's."""
        now, of_queue = controller.campaign_work(agent), controller.queue_disposition(agent)
        attempt = AttemptId(wanted.attempt)
        if now is not None and now["state"] in TALKED and attempt in ("", now["attempt"]):
            return await _of_campaign(controller, agent, AttemptId(now["attempt"]), wanted, now["said"])
        if of_queue is not None and attempt in ("", of_queue["attempt"]):
            return await _of_queue(controller, agent, of_queue, wanted)
        return await _of_campaign(controller, agent, attempt or controller.campaign_last(agent), wanted)


async def _of_queue(controller: Controller, agent: AgentId, talk: dict[str, Any], wanted: Said) -> dict[str, Any]:
    there = [one["name"] for one in talk["dispositions"]]
    if wanted.disposition not in there:
        raise one_of("disposition", wanted.disposition, there)
    if wanted.again_at is not None or wanted.same_agent:
        raise HTTPException(422, "again_at, same_agent: of a campaign's talk only; a queue calls nobody again by them")
    attempt, said = AttemptId(talk["attempt"]), wanted.disposition
    await controller.tell(Dispositioned(attempt, said, note=wanted.note.strip()))
    replaces = talk["said"] if talk["said"] != said else ""
    return {
        **{"agent": agent, "attempt": attempt, "call": talk["call"], "talk": talk["talk"]},
        **{"disposition": said, "late": talk["state"] == "over", "replaces": replaces},
    }


async def _of_campaign(
    controller: Controller, agent: AgentId, attempt: AttemptId | None, wanted: Said, before: str | None = None
) -> dict[str, Any]:
    """`before`: what was said of a talk that goes on; None: it is over, and the store is asked."""
    late = before is None
    if before is None:
        before = await _said_before(controller, agent, attempt)
    assert attempt is not None  # else it was refused
    campaign = controller.campaigns().get(attempt.partition("/")[0])
    if campaign is None:
        raise HTTPException(409, f"the campaign of {attempt} is published no more")
    there = {one.name: one.meaning for one in campaign.dispositions}
    if wanted.disposition not in there:
        raise one_of("disposition", wanted.disposition, there)
    again_at = None if wanted.again_at is None else _instant(wanted.again_at)
    if (there[wanted.disposition] == "callback") != (again_at is not None):
        raise HTTPException(422, "again_at: a callback has one, and nothing else has")
    said = wanted.disposition
    await controller.tell(Dispositioned(attempt, said, again_at, wanted.same_agent, wanted.note.strip()))
    replaces = before if before != said else ""
    return {"agent": agent, "attempt": attempt, "disposition": said, "late": late, "replaces": replaces}


async def _said_before(controller: Controller, agent: AgentId, attempt: AttemptId | None) -> str:
    """What was said of a try that is over. Raises 404, 409, 503."""
    if not attempt:
        raise HTTPException(409, f"agent {agent} has no talk of a campaign, nor one of a queue with dispositions")
    try:
        row = await asyncio.to_thread(past_try, controller.database, attempt)
    except BadInput as error:
        raise HTTPException(503, str(error)) from error
    if row is None:
        raise HTTPException(404, f"no try {attempt} is known")
    if row.agent != agent:
        raise HTTPException(409, f"{attempt} was no talk of agent {agent}")
    if row.result not in ANSWERED:
        raise HTTPException(409, f"nobody talked in {attempt}: it ended as {row.result}")
    return row.disposition


def _instant(at: datetime) -> float:
    if at.tzinfo is None:
        raise HTTPException(422, "again_at needs its zone: 2026-12-01T18:00:00+08:00")
    return at.timestamp()
