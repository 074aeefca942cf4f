"""Orders that are sent twice and done once: a request with the header Idempotency-Key is answered again as before.

A page whose answer got lost sends its order again under the same key (draft-ietf-httpapi-idempotency-key-header). The
answers of the newest MOST keys are remembered for as long as the controller lives. After a restart an order meets the
state as it is: a talk that was handed on by the first one is refused with 409 to the second.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 4_096
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_METHODS = frozenset({"POST", "DELETE"})
_LONGEST = 65_536
"""Bytes of a body and of an answer: orders are small."""


class _Order(NamedTuple):
    """An order under way, or done: the digest of its body, and the messages of its answer."""

    body: bytes
    answer: asyncio.Future[tuple[Message, ...] | None]
    """None: it came to nothing, and may be sent again."""


class Idempotency:
    """Middleware. Whoever has not sent the key themselves (same cookie, same token) never sees its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._orders: OrderedDict[tuple[bytes, str, str, str], _Order] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if key is None or scope["method"] not in _METHODS:
            await self._app(scope, receive, send)
            return
        if not _KEY.match(key):
            await _refusal("Idempotency-Key: 8 to 64 letters, digits, - or _")(scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            await _refusal("a body with an Idempotency-Key has at most 64 kB")(scope, receive, send)
            return
        digest = hashlib.sha256(body).digest()
        name = (_who(scope), scope["method"], scope["path"], key)
        while (known := self._orders.get(name)) is not None:
            if known.body != digest:
                await _refusal("this Idempotency-Key was sent with another body")(scope, receive, send)
                return
            answer = await asyncio.shield(known.answer)
            if answer is not None:
                for message in answer:
                    await send(message)
                return
        await self._do(name, digest, body, scope, send)

    async def _do(
        self, name: tuple[bytes, str, str, str], digest: bytes, body: bytes, scope: Scope, send: Send
    ) -> None:
        order = self._orders[name] = _Order(digest, asyncio.get_running_loop().create_future())
        while len(self._orders) > MOST:
            oldest = next(iter(self._orders))
            if not self._orders[oldest].answer.done():
                break  # it is under way: a few more than MOST, for now
            del self._orders[oldest]
        said: list[Message] = []
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            if not given:
                await asyncio.Event().wait()  # who asked waits for the answer
            return given.pop(0)

        async def note(message: Message) -> None:
            said.append(message)
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            kept = bool(said) and said[0]["status"] < 500 and said[0]["status"] not in (401, 403, 429)
            kept = kept and sum(len(message.get("body", b"")) for message in said) <= _LONGEST
            kept = kept and not said[-1].get("more_body", False)
            if not kept:
                del self._orders[name]
            order.answer.set_result(tuple(said) if kept else None)


async def _whole(receive: Receive) -> bytes | None:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _LONGEST:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return body


def _who(scope: Scope) -> bytes:
    headers = Headers(scope=scope)
    shown = f"{headers.get('authorization', '')}\n{headers.get('cookie', '')}"
    return hashlib.sha256(shown.encode()).digest()


def _refusal(why: str) -> JSONResponse:
    return JSONResponse({"detail": why}, 422)
