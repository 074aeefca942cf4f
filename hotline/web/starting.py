"""The port of the HTTP interface before there is a controller to ask: each request is answered with what is missing."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

_LONGEST_HEAD = 16_384
_DEADLINE_S = 5.0


@contextlib.asynccontextmanager
async def saying_why(address: socket.socket, health: Callable[[], dict[str, Any]]) -> AsyncIterator[None]:
    """Answer at `address` with 503 and what `/health` would say. The socket stays open afterwards."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_DEADLINE_S):
                await reader.readuntil(b"\r\n\r\n")
                body = orjson.dumps(health())
                head = (
                    "HTTP/1.1 503 Service Unavailable",
                    "Content-Type: application/json",
                    f"Content-Length: {len(body)}",
                    "Connection: close",
                )
                writer.write("\r\n".join((*head, "", "")).encode() + body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, sock=address.dup(), limit=_LONGEST_HEAD)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()
