"""Bodies of requests have a bound: none that is longer is kept in memory, and nobody whom we do not know sends much.

The framework reads a body, and makes objects of its JSON, before it asks who sends it. So this stands before it: 413
(RFC 9110, 15.5.14), by the length that the head names, or where it names none as soon as more has come.
"""

from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hotline.web.rights import Guard

LONGEST_OF_STRANGERS = 16_384
"""Bytes: a name and a password are far shorter."""
LONGEST = 1_048_576
"""Bytes of nearly every body: the longest texts that a case may have, escaped."""
LONGEST_BY_PATH = {"/govern/scrub": 16_777_216}
"""Ten thousand names."""

_Knows = Callable[[Request], Awaitable[bool]]


class BoundedBodies:
    """Middleware. `knows` says whether a request is of somebody whom we know; it is asked about longer ones only."""

    def __init__(self, app: ASGIApp, knows: _Knows) -> None:
        self._app = app
        self._knows = knows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        named = request.headers.get("content-length", "")
        length = int(named) if named.isascii() and named.isdigit() else None
        most = await self._most(request, length or 0)
        if length is not None and length > most:
            await _refusal(most)(scope, receive, send)
            return
        come = 0

        async def counted() -> Message:
            nonlocal come, most
            message = await receive()
            before, come = come, come + len(message.get("body", b""))
            if before <= LONGEST_OF_STRANGERS < come:
                most = await self._most(request, come)
            if come > most:
                raise HTTPException(413, _told(most), {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

    async def _most(self, request: Request, length: int) -> int:
        """The most bytes that are taken where so many come; nobody is looked up for a short body."""
        if length <= LONGEST_OF_STRANGERS or not await self._knows(request):
            return LONGEST_OF_STRANGERS
        return LONGEST_BY_PATH.get(request.scope["path"], LONGEST)


def known_by(guard: Guard) -> _Knows:
    """What knows people by their sessions, and programs by their tokens."""

    async def knows(request: Request) -> bool:
        scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
        given = HTTPAuthorizationCredentials(scheme=scheme, credentials=token) if scheme.lower() == "bearer" else None
        try:
            return await guard.asking(request, given) is not None
        except HTTPException:  # of another site's page
            return False

    return knows


def _told(most: int) -> str:
    hint = "; who is not known sends no more" if most == LONGEST_OF_STRANGERS else ""
    return f"the body is longer than {most:,} bytes{hint}"


def _refusal(most: int) -> JSONResponse:
    # whoever goes on sending is not listened to
    return JSONResponse({"detail": _told(most)}, 413, {"Connection": "close"})
