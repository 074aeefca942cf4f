"""Declining over HTTP: an agent says no, with a reason, to what rings at their phone."""

from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.ids import AgentId
from control.messages.events import CallDeclined
from dsl.spelling import nearest_hint
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body


class Decline(Body):
    """Why the agent does not take it."""

    reason: Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = (
        pydantic.Field(examples=["in the middle of a case"])
    )


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the request into `app`; `known` is what asks whether somebody may."""

    def known_agent(agent: AgentPath) -> AgentId:
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        return AgentId(agent)

    @app.post("/agents/{agent}/decline", dependencies=known, tags=["agents"])
    async def decline(agent: Annotated[AgentId, Depends(known_agent)], why: Decline) -> dict[str, str]:
        """Decline the call that rings at the agent's phone: the next agent is offered it, and it counts as a missed
        offer. Or decline to be consulted: the colleague who asked has the caller again, and reads why. The reason
        stands in the call log. 409: nothing rings."""
        if refused := controller.decline_refusal(agent):
            raise HTTPException(409, refused)
        await controller.tell(CallDeclined(agent, why.reason))
        return {"agent": agent, "declined": why.reason}
