"""Click to call: an agent has a number or a colleague called, and their own phone rings first."""

import secrets
from typing import Any

import pydantic
from fastapi import FastAPI, HTTPException

from calls.ids import AgentId, native
from control import events
from dsl.tree import nearest_hint
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body


class Dial(Body):
    """A number outside as it is dialled at a phone, or a colleague's extension."""

    number: str = pydantic.Field(
        min_length=1, max_length=32, pattern=r"^\+?[0-9A-Za-z#._-]+$", examples=["13900139000"]
    )


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the request into `app`; `known` is what asks for the site's token."""

    @app.post("/agents/{agent}/dial", dependencies=known, tags=["agents"], status_code=202)
    async def dial(agent: AgentPath, wanted: Dial) -> dict[str, str]:
        """Ring the agent's phone, then call. 403 says why a number may not be called; the do-not-call list is asked
        once the agent has picked up, who hears of it."""
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        if refusal := controller.dial_refusal(wanted.number):
            raise HTTPException(403, f"{refusal}; dialplans/outgoing.yaml says what agents may call")
        token = secrets.token_hex(8)
        await controller.tell(events.DialWanted(AgentId(agent), wanted.number, token))
        name = f"dial-{token}"
        call = next((call for call in controller.register.agent_calls if native(call) == name), None)
        if call is None:
            raise HTTPException(409, "the agent's phone is in a call already, or not registered")
        return {"agent": agent, "call": call}
