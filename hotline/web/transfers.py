"""Transfers over HTTP: an agent's screen hands the caller of a talk on, as the phone's own key does."""

from typing import Any

import pydantic
from fastapi import FastAPI, HTTPException

from calls.events import TransferRequested
from calls.ids import CallId
from hotline.views.controller import Controller
from hotline.web.strictness import Body, CallPath


class Transfer(Body):
    """The target: an agent, a queue, a flow, a number, a code of transfers.yaml; `skills` are asked of a queue."""

    to: str = pydantic.Field(examples=["8001"])
    skills: list[str] = pydantic.Field(default_factory=list, examples=[[]])
    briefing: str = pydantic.Field("", max_length=500, examples=["wants to pay later, has the contract at hand"])
    """What whoever gets the caller reads at their desk before they answer."""


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put the request into `app`; `known` is what asks whether somebody may."""

    @app.post("/calls/{call}/transfer", dependencies=known, tags=["calls"], status_code=202)
    async def transfer(call: CallPath, wanted: Transfer) -> dict[str, Any]:
        """Hand the caller of a talk to somebody else; the agent's call ends. `GET /calls/{call}` says how it went."""
        register = controller.register
        mine = register.calls.get(CallId(call))
        if mine is None:
            raise HTTPException(404, "no such call goes on now")
        offer = register.offer_of(mine)
        if offer is None or mine.place != "talking":
            raise HTTPException(409, f"a caller is handed on in a talk with an agent; this one is {mine.place}")
        to = " ".join((wanted.to.strip(), *wanted.skills))
        if wanted.skills and not to.startswith("queue:"):
            to = f"queue:{to}"
        refused = controller.transfer_refusal(mine.call, to)
        if refused:
            raise HTTPException(422, refused)
        await controller.tell(TransferRequested(offer.leg, to, "http", briefing=wanted.briefing.strip()))
        return {"call": call, "to": wanted.to, "transfer": register.handed_on[mine.call].transfers}
