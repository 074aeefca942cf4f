"""An agent's work for campaigns over HTTP: previews taken or declined, and what came of talks."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.errors import BadInput
from calls.ids import AgentId, AttemptId
from dialer.campaigns.events import Dispositioned, PreviewAnswered
from dialer.campaigns.late import TALKED as ANSWERED
from dsl.tree import nearest_hint
from hotline.campaigns.recalling import past_try
from hotline.campaigns.work import SHOWN, TALKED
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body, one_of


class PreviewAnswer(Body):
    """An agent's word on whom they are shown."""

    taken: bool = pydantic.Field(examples=[True])
    """True: their own phone is called, and then the person."""
    reason: str = pydantic.Field("", max_length=200)
    """Of one that is declined."""


class Said(Body):
    """What came of a talk."""

    disposition: str = pydantic.Field(max_length=64, examples=["will_pay"])
    attempt: str = pydantic.Field("", max_length=160, examples=["instalment_calls/3.17/2"])
    """The try that it is about, for one that may be over; without it the talk of now, else the agent's last one."""
    again_at: datetime | None = pydantic.Field(None, examples=["2026-12-01T18:00:00+08:00"])
    """Of a `callback`: when the person wants to be called, with its zone."""
    same_agent: bool = False
    """By this agent."""
    note: str = pydantic.Field("", max_length=500)


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the requests into `app`; `known` is what asks whether somebody may."""

    def known_agent(agent: AgentPath) -> AgentId:
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        return AgentId(agent)

    Known = Annotated[AgentId, Depends(known_agent)]

    def work(agent: AgentId, states: tuple[str, ...], lacking: str) -> dict[str, Any]:
        found = controller.campaign_work(agent)
        if found is None or found["state"] not in states:
            raise HTTPException(409, f"agent {agent} {lacking}")
        return found

    @app.get("/agents/{agent}/campaign", dependencies=known, tags=["campaigns"])
    async def now(agent: Known) -> dict[str, Any] | None:
        """Whom the agent is shown (`state` `shown`), talks to (`talking`), or owes a disposition of (`noting`); null:
        nobody of a campaign. The number is masked."""
        return controller.campaign_work(agent)

    @app.post("/agents/{agent}/preview", dependencies=known, tags=["campaigns"])
    async def preview(agent: Known, answer: PreviewAnswer) -> dict[str, Any]:
        """Take whom the agent is shown, or decline: somebody sees them again later. 409 where nobody is shown."""
        shown = work(agent, SHOWN, "is shown nobody")
        attempt = AttemptId(shown["attempt"])
        await controller.tell(PreviewAnswered(attempt, agent, answer.taken, answer.reason))
        return {"agent": agent, "attempt": attempt, "taken": answer.taken}

    @app.post("/agents/{agent}/disposition", dependencies=known, tags=["campaigns"])
    async def said(agent: Known, wanted: Said) -> dict[str, Any]:
        """Say what came of a talk, while it lasts or after, for as long as its try is known; the last word counts, and
        ends after-call work. `late`: the try was over. `replaces`: what was said of it before. 404: no such try is
        known. 409: the agent has no talk of a campaign, or that one was another agent's."""
        now = controller.campaign_work(agent)
        attempt = AttemptId(wanted.attempt)
        if now is not None and now["state"] in TALKED and attempt in ("", now["attempt"]):
            attempt, before, late = AttemptId(now["attempt"]), now["said"], False
        else:
            attempt = attempt or controller.campaign_last(agent) or AttemptId("")
            before, late = await _said_before(controller, agent, attempt), True
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


async def _said_before(controller: Controller, agent: AgentId, attempt: AttemptId) -> str:
    """What was said of a try that is over. Raises 404, 409, 503."""
    if not attempt:
        raise HTTPException(409, f"agent {agent} has no talk of a campaign")
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
