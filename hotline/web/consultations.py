"""Consultations over HTTP: an agent's screen does what the agent's keys in the talk do."""

from typing import Any, Literal

import pydantic
from fastapi import FastAPI, HTTPException

from calls.ids import CallId
from control.messages.events import ConsultationWanted
from control.register.call import Call
from control.register.register import Offer
from hotline.views.controller import Controller
from hotline.web.strictness import Body, CallPath

Act = Literal["swap", "join", "connect", "give_back"]
_ACTS: tuple[tuple[str, Act, str], ...] = (
    ("swap", "swap", "The agent talks to the one of both who hears music"),
    ("conference", "join", "All three hear each other"),
    ("connect", "connect", "The caller has the other one, and the agent's call ends"),
    ("give-back", "give_back", "The other one's call ends, and the agent has the caller again"),
)


class Consultation(Body):
    """The one who is consulted: an agent, a number, a code of transfers.yaml, or a queue with `skills`."""

    to: str = pydantic.Field(examples=["8002"])
    skills: list[str] = pydantic.Field(default_factory=list, examples=[[]])
    briefing: str = pydantic.Field("", max_length=500, examples=["wants to pay later, has the contract at hand"])
    """What the agent who is consulted reads at their desk before they answer."""


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the requests into `app`; `known` is what asks whether somebody may."""

    def talk_of(call: str) -> tuple[Call, Offer]:
        mine = controller.register.calls.get(CallId(call))
        if mine is None:
            raise HTTPException(404, "no such call goes on now")
        offer = controller.register.offer_of(mine)
        if offer is None or mine.place != "talking":
            raise HTTPException(409, f"somebody is consulted in a talk with an agent; this call is {mine.place}")
        return mine, offer

    def told(call: CallId) -> dict[str, Any]:
        one = controller.register.consultations.get(call)
        return {"call": call, "state": "over" if one is None else one.state}

    @app.post("/calls/{call}/consultation", dependencies=known, tags=["calls"], status_code=202)
    async def consult(call: CallPath, wanted: Consultation) -> dict[str, Any]:
        """Let the agent of a talk speak to somebody else; the caller hears music meanwhile."""
        mine, offer = talk_of(call)
        register = controller.register
        if mine.call in register.consultations or mine.call in register.transfers:
            raise HTTPException(409, "somebody is consulted already, or has the caller soon")
        to = " ".join((wanted.to.strip(), *wanted.skills))
        if wanted.skills and not to.startswith("queue:"):
            to = f"queue:{to}"
        event = ConsultationWanted(offer.leg, "consult", to, "http", wanted.briefing.strip())
        if refused := controller.consultation_refusal(event):
            raise HTTPException(422, refused)
        await controller.tell(event)
        return {**told(mine.call), "to": wanted.to}

    def route(name: str, act: Act, summary: str) -> None:
        async def do(call: CallPath) -> dict[str, Any]:
            mine, offer = talk_of(call)
            event = ConsultationWanted(offer.leg, act, by="http")
            if refused := controller.consultation_refusal(event):
                raise HTTPException(409, refused)
            await controller.tell(event)
            return told(mine.call)

        path = f"/calls/{{call}}/consultation/{name}"
        app.post(path, dependencies=known, tags=["calls"], status_code=202, summary=summary, name=name)(do)

    for one in _ACTS:
        route(*one)
