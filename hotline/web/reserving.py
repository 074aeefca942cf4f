"""Attempts of outgoing calls over HTTP, for dialers that are none of ours: reserve one, dial, settle it."""

from typing import Annotated, Any, Literal

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path

from calls.errors import BadInput
from hotline.governing import words
from hotline.governing.gate import Answers
from hotline.ledger.port import LONGEST_HOLD_S, LedgerAway, Settlement
from hotline.views.controller import Controller
from hotline.web.governing import CheckRequest, known_scene, question_of
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body, Epoch

_Attempt = Annotated[int, Path(description="Of an attempt that was reserved.", examples=[17])]


class ReserveRequest(CheckRequest):
    """One call that somebody is about to place."""

    key: Annotated[
        str,
        pydantic.Field(
            min_length=1,
            max_length=128,
            description="The asker's own name for this one attempt: asked again with it, there is the same answer and "
            "never a second attempt.",
            examples=["spring/4711/2"],
        ),
    ]
    hold_s: Annotated[
        float,
        pydantic.Field(
            gt=0,
            le=LONGEST_HOLD_S,
            description="Unless it is settled within so long, it has never been.",
            examples=[120],
        ),
    ] = 120.0


class SettleRequest(Body):
    """What became of an attempt."""

    state: Annotated[
        Literal["attempted", "answered", "effective", "abandoned", "blocked", "released"],
        pydantic.Field(examples=["effective"]),
    ]
    at: Annotated[
        Epoch | None, pydantic.Field(description="When it was dialled, UTC epoch seconds.", examples=[1_796_005_758.0])
    ] = None
    talked_until: Annotated[Epoch, pydantic.Field(description="The end of the talk, UTC epoch seconds.")] = 0.0
    result: Annotated[str, pydantic.Field(max_length=64, examples=["promise"])] = ""
    call: Annotated[str, pydantic.Field(max_length=128, description="Its id in the system that placed it.")] = ""
    recording: Annotated[str, pydantic.Field(max_length=256)] = ""
    agent: Annotated[str, pydantic.Field(max_length=64)] = ""
    ended: Annotated[bool, pydantic.Field(description="False: it is still up.")] = True


def add(app: FastAPI, controller: Controller, guard: Guard, answers: Answers) -> None:
    """Put the requests into `app`."""
    asks = guard.needs("reserve_calls")

    @app.post("/govern/reserve", tags=["outgoing calls"])
    async def reserve(wanted: ReserveRequest, client: Annotated[Client, Depends(asks)]) -> dict[str, Any]:
        """May this call be placed? With `allow` the attempt is written, and no other asker can use it: dial now, then
        settle `attempt`. `fresh` is false where the key was asked before: then somebody has dialled already, or does.
        """
        if answers.reserving is None:
            raise HTTPException(503, "nothing can be reserved here: the server has no ledger")
        if wanted.at is not None:
            raise HTTPException(422, "at: a call is reserved for now; /govern/check answers for another instant")
        known_scene(answers.gate.in_force, wanted.scene)
        try:
            question = question_of(wanted, wanted, controller.region, client)
        except ValueError as error:
            raise HTTPException(422, f"number: {error}") from error
        reservation = await answers.reserving.reserve(question, key=wanted.key, hold_s=wanted.hold_s)
        return {
            **words.decision_as_data(reservation.decision, controller.zone),
            "attempt": reservation.attempt,
            "fresh": reservation.fresh,
            "state": reservation.state,
        }

    @app.post("/govern/attempts/{attempt}/settle", tags=["outgoing calls"])
    async def settle(
        attempt: _Attempt, wanted: SettleRequest, client: Annotated[Client, Depends(asks)]
    ) -> dict[str, Any]:
        """Tell what became of an attempt; in steps, too: `answered` and not `ended` first, then `effective`. Told
        twice it is one. `late`: it had expired; it counts now for what it was."""
        if answers.reserving is None:
            raise HTTPException(503, "nothing can be settled here: the server has no ledger")
        try:
            settled = await answers.reserving.settle(
                Settlement(
                    attempt=attempt,
                    state=wanted.state,
                    at=wanted.at,
                    talked_until=wanted.talked_until,
                    result=wanted.result,
                    call=wanted.call,
                    recording=wanted.recording,
                    agent=wanted.agent,
                    ended=wanted.ended,
                )
            )
        except LedgerAway as error:
            raise HTTPException(503, "the ledger does not answer; tell it again") from error
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        if settled.outcome == "unknown":
            raise HTTPException(404, f"there is no attempt {attempt}")
        return {"outcome": settled.outcome, "state": settled.state}
