"""The state of a case over HTTP, for the customer whose case it is: by a token, and nothing else."""

import asyncio
import time
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path

from calls.errors import BadInput
from hotline.cases import asking
from hotline.views.controller import Controller
from hotline.web.cases import CasePath
from hotline.web.rights import Guard
from hotline.web.tokens import WaitTokens

Token = Annotated[
    str, Path(description="A case's token.", max_length=64, examples=["2611309000018.Yw3kq0c4mB0V1xk5m2mC9A"])
]


def add(app: FastAPI, controller: Controller, guard: Guard, tokens: WaitTokens) -> None:
    """Put both requests into `app`."""

    async def told(case: str) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(asking.told_of, controller.database, case, time.time())
        except BadInput as error:
            raise HTTPException(404, str(error)) from error

    @app.post("/cases/{case}/token", dependencies=[Depends(guard.needs("handle_cases"))], tags=["cases"])
    async def token(case: CasePath) -> dict[str, str]:
        """The token by which the customer sees how their case stands: to send in a message, say. It stays the same."""
        await told(case)
        return {"case": case, "token": tokens.case_token(case)}

    @app.get("/case-state/{token}", tags=["cases"])
    async def state(token: Token) -> dict[str, Any]:
        """The state of the case with this token, in words for customers, and since when. Needs no other token; names
        nobody."""
        case = tokens.case(token)
        if case is None:
            raise HTTPException(404, "there is no case with this token")
        return await told(case)
