"""Wait tokens over HTTP: place and forecast of one waiting call. Asking changes nothing."""

from typing import Any

import pydantic
from fastapi import FastAPI, HTTPException

from calls.identity import known_by
from calls.numbers import e164
from hotline.views.controller import Controller
from hotline.web.strictness import Body
from hotline.web.tokens import WaitTokens

_WAITS = ("waiting", "offered", "booked")


class TokenRequest(Body):
    """The number of the caller who waits, in any form."""

    caller: str = pydantic.Field(examples=["+8613800138000"])


def add(app: FastAPI, controller: Controller, known: list[Any], tokens: WaitTokens) -> None:
    """Put both requests into `app`; `known` is what asks whether somebody may."""

    @app.post("/waiting", dependencies=known, tags=["waiting"])
    async def token(wanted: TokenRequest) -> dict[str, str]:
        """The token of the caller who waits, or is to be called back, at this number: to send in a message, say. Of
        several, the one who waits longest."""
        number = e164(wanted.caller, controller.region)
        waiting = (call for call in controller.register.calls.values() if call.place in _WAITS)
        calls = [call for call in waiting if known_by(call.caller) == number != ""]
        if not calls:
            raise HTTPException(404, "nobody waits from this number")
        first = min(calls, key=lambda call: call.queued_at or 0.0).call
        return {"call": first, "token": tokens.token(first)}

    @app.get("/waiting/{token}", tags=["waiting"])
    async def waiting(token: str) -> dict[str, Any]:
        """Place and forecast of the caller with this token. Needs no other token; names nobody."""
        waits = (call.call for call in controller.register.calls.values() if call.place in _WAITS)
        call = tokens.call(token, waits)
        if call is None:
            raise HTTPException(404, "nobody waits with this token: answered, given up, or never")
        return controller.wait_of(call)
