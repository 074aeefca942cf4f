"""An agent's work for campaigns over HTTP: whom they are shown or talk to, and previews taken or declined."""

from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.ids import AgentId, AttemptId
from dialer.campaigns.events import PreviewAnswered
from dsl.spelling import nearest_hint
from hotline.campaigns.work import SHOWN
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body


class PreviewAnswer(Body):
    """An agent's word on whom they are shown."""

    taken: bool = pydantic.Field(examples=[True])
    """True: their own phone is called, and then the person."""
    reason: str = pydantic.Field("", max_length=200)
    """Of one that is declined."""


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
