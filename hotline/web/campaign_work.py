"""An agent's work for campaigns over HTTP: previews taken or declined, and what came of talks."""

from datetime import datetime
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.ids import AgentId, AttemptId
from dialer.campaigns.events import Dispositioned, PreviewAnswered
from dsl.tree import nearest_hint
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
        """Say what came of the talk, while it lasts or after; the last word counts, and ends after-call work. 409: the
        agent has no talk of a campaign."""
        talk = work(agent, TALKED, "has no talk of a campaign")
        there = {one["name"]: one["meaning"] for one in talk["dispositions"]}
        if wanted.disposition not in there:
            raise one_of("disposition", wanted.disposition, there)
        again_at = None if wanted.again_at is None else _instant(wanted.again_at)
        if (there[wanted.disposition] == "callback") != (again_at is not None):
            raise HTTPException(422, "again_at: a callback has one, and nothing else has")
        event = Dispositioned(
            AttemptId(talk["attempt"]), wanted.disposition, again_at, wanted.same_agent, wanted.note.strip()
        )
        await controller.tell(event)
        return {"agent": agent, "attempt": talk["attempt"], "disposition": wanted.disposition}


def _instant(at: datetime) -> float:
    if at.tzinfo is None:
        raise HTTPException(422, "again_at needs its zone: 2026-12-01T18:00:00+08:00")
    return at.timestamp()
