"""Click to call: an agent has a number or a colleague called, and their own phone rings first."""

import secrets
from typing import Any

import pydantic
from fastapi import FastAPI, HTTPException

from calls.ids import AgentId, native
from control.messages import events
from dialer.scenes.book import Book
from dsl.spelling import nearest_hint
from hotline.governing import words
from hotline.governing.gate import Answers
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body, one_of


class Dial(Body):
    """A number outside as it is dialled at a phone, or a colleague's extension."""

    number: str = pydantic.Field(
        min_length=1, max_length=32, pattern=r"^\+?[0-9A-Za-z#._-]+$", examples=["13900139000"]
    )
    scene: str = pydantic.Field(
        default="",
        max_length=64,
        description="What the call is for: a scene of the channel `human`. Left out: the one of outgoing.yaml.",
        examples=[""],
    )
    person: str = pydantic.Field(default="", max_length=64, description="The site's key of whom it is to.")
    account: str = pydantic.Field(default="", max_length=64, description="The key of the contract or debt.")


def add(app: FastAPI, controller: Controller, known: list[Any], answers: Answers) -> None:
    """Put the request into `app`; `known` is what asks whether somebody may."""

    @app.post("/agents/{agent}/dial", dependencies=known, tags=["agents"], status_code=202)
    async def dial(agent: AgentPath, wanted: Dial) -> dict[str, str]:
        """Ring the agent's phone, then call. 403 says why a number may not be called, with the rule, and from when on
        it may. It is asked again, and reserved, once the agent has picked up."""
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        if refusal := controller.dial_refusal(wanted.number):
            raise HTTPException(403, f"{refusal}; dialplans/outgoing.yaml says what agents may call")
        if wanted.scene:
            _human(answers.gate.in_force.book, wanted.scene)
        token = secrets.token_hex(8)
        asked = events.DialWanted(
            AgentId(agent), wanted.number, token, wanted.scene, person=wanted.person, account=wanted.account
        )
        answer = await controller.may_dial(asked)
        if answer is not None and answer.verdict != "allow":
            until = "" if answer.until is None else f"; from {words.local(answer.until, controller.zone)} on it may be"
            raise HTTPException(503 if answer.verdict == "unknown" else 403, f"{answer.why}{until}")
        await controller.tell(asked)
        name = f"dial-{token}"
        call = next((call for call in controller.register.agent_calls if native(call) == name), None)
        if call is None:
            raise HTTPException(409, "the agent's phone is in a call already, or not registered")
        return {"agent": agent, "call": call}


def _human(book: Book, scene: str) -> None:
    """Raises 422 for a scene that is not published, with the nearest, or in which no person talks."""
    known = book.scenes.get(scene)
    if known is None:
        raise one_of("scene", scene, book.scenes)
    if known.settings.channel != "human":
        raise HTTPException(
            422, f"scene: {scene} is of the channel {known.settings.channel}; agents' calls are of human"
        )
