"""Silent seats over HTTP: people see what the robot would say where it is in doubt, and approve, edit or decline it."""

from typing import Annotated, Any

import msgspec
import pydantic
from fastapi import Depends, FastAPI, HTTPException, Query

from calls.ids import CallId
from control.machines.proposals import MOST_SIGNS, SEAT_S, Proposal
from control.messages.events import ProposalAnswered, ProposalTaken, SeatLeft, SeatTaken
from hotline.views import states
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body, CallPath

_NONE = "there is no proposal of this call: nobody was there to look, or the caller went on"
Author = Annotated[str, Query(max_length=64, description="Who, with the site's own token.", examples=["Li Na"])]


class Seat(Body):
    """Who looks; `author` is for the site's own token, a person's name is that of their session."""

    author: str = pydantic.Field("", max_length=64, examples=["Li Na"])


class Approval(Seat):
    """The intent to go on with (empty: the likeliest), and the words in place of the robot's (empty: as they are)."""

    intent: str = pydantic.Field("", max_length=64, examples=["request_deferral"])
    text: str = pydantic.Field("", max_length=MOST_SIGNS, examples=["请问您想延到几号？"])


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    Reviews = Annotated[Client, Depends(guard.needs("review_answers"))]

    def found(call: str) -> Proposal:
        proposal = controller.register.proposals.get(CallId(call))
        if proposal is None:
            raise HTTPException(404, _NONE)
        return proposal

    async def answer(call: str, seat: str, act: str, intent: str = "", text: str = "") -> dict[str, Any]:
        proposal = found(call)
        event = ProposalAnswered(
            proposal.call, proposal.attempt, seat, "decline" if act == "decline" else "approve", intent, text.strip()
        )
        if refused := controller.review_refusal(event):
            raise HTTPException(422 if refused.startswith(("intent:", "text:")) else 409, refused)
        await controller.tell(event)
        return {"call": call, "seat": seat, "act": act}

    @app.get("/proposals", tags=["silent seats"])
    async def proposals(client: Reviews) -> list[dict[str, Any]]:
        """What the robot waits to say, the oldest first, with what the caller said; figures in both are masked."""
        offset_s = controller.register.offset_s
        return [msgspec.to_builtins(states.of_proposal(one, seat, offset_s)) for one, seat in controller.proposals()]

    @app.post("/seat", tags=["silent seats"])
    async def take_seat(seat: Seat, client: Reviews) -> dict[str, Any]:
        """Be there for a minute; ask again to stay. While nobody is, the robot waits for nobody."""
        name = client.author(seat.author)
        await controller.tell(SeatTaken(name, SEAT_S))
        return {"seat": name, "for_s": SEAT_S}

    @app.delete("/seat", tags=["silent seats"])
    async def leave_seat(client: Reviews, author: Author = "") -> dict[str, Any]:
        """Be there no more: what this seat had in hand others may have."""
        name = client.author(author)
        await controller.tell(SeatLeft(name))
        return {"seat": name, "for_s": 0.0}

    @app.post("/calls/{call}/proposal/take", tags=["silent seats"])
    async def take(call: CallPath, seat: Seat, client: Reviews) -> dict[str, Any]:
        """Have a proposal in hand: the first seat that takes it has it, all others get 409."""
        name, proposal = client.author(seat.author), found(call)
        event = ProposalTaken(proposal.call, proposal.attempt, name)
        if refused := controller.review_refusal(event):
            raise HTTPException(409, refused)
        await controller.tell(event)
        return {"call": call, "seat": name, "act": "take"}

    @app.post("/calls/{call}/proposal/approve", tags=["silent seats"])
    async def approve(call: CallPath, approval: Approval, client: Reviews) -> dict[str, Any]:
        """Let the robot say it, or `text` in its place. 409 where another seat has it, 422 for words that cannot be."""
        return await answer(call, client.author(approval.author), "approve", approval.intent, approval.text)

    @app.post("/calls/{call}/proposal/decline", tags=["silent seats"])
    async def decline(call: CallPath, seat: Seat, client: Reviews) -> dict[str, Any]:
        """It is not right: the caller is asked once more, or goes the way of what was not understood."""
        return await answer(call, client.author(seat.author), "decline")
