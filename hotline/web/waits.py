"""How long will it be? Asked by who waits, with a token of that one call; the place is not touched by asking."""

from typing import Any, Protocol

import pydantic
from fastapi import FastAPI, HTTPException

from calls.ids import CallId
from calls.numbers import e164
from control.register import Register
from hotline.web.tokens import WaitTokens

_WAITS = ("waiting", "offered", "booked")


class Waits(Protocol):
    """What is needed of the running server."""

    @property
    def register(self) -> Register:
        """Who is where."""
        ...

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """Place and forecast of a caller who waits."""
        ...


class TokenRequest(pydantic.BaseModel):
    """Who waits: the number that called."""

    caller: str


def add(app: FastAPI, house: Waits, known: list[Any], tokens: WaitTokens) -> None:
    """Put both requests into `app`; `known` is what asks for the site's token."""

    @app.post("/waiting", dependencies=known, tags=["waiting"])
    async def token(wanted: TokenRequest) -> dict[str, str]:
        """The token of who waits, or is to be called back, from this number (the longest, if several): to send in a
        message, say."""
        number = e164(wanted.caller)
        calls = [call for call in house.register.calls.values() if call.place in _WAITS and call.caller == number]
        if not calls:
            raise HTTPException(404, "nobody waits from this number")
        first = min(calls, key=lambda call: call.queued_at or 0.0).call
        return {"call": first, "token": tokens.token(first)}

    @app.get("/waiting/{token}", tags=["waiting"])
    async def waiting(token: str) -> dict[str, Any]:
        """Where the caller of this token stands. Needs no other token; says nothing of who it is."""
        waits = (call.call for call in house.register.calls.values() if call.place in _WAITS)
        call = tokens.call(token, waits)
        if call is None:
            raise HTTPException(404, "nobody waits with this token: answered, given up, or never")
        return house.wait_of(call)
