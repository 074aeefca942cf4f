"""A WebSocket of aiohttp that sends many messages in one write.

aiohttp writes each frame at once, and a transport sends at once what it is given; a packet for each request was a fifth
of all that the controller did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import aiohttp


class GatheringWebSocket(aiohttp.ClientWebSocketResponse):
    """For `ClientSession(ws_response_class=...)`."""

    def __init__(self, reader: Any, writer: Any, *others: Any, **options: Any) -> None:
        """As of aiohttp. The writer makes frames and gives them to its transport, which is where they are gathered."""
        super().__init__(reader, writer, *others, **options)
        self._gathering = writer.transport = _Gathering(writer.transport)

    async def send_together(self, messages: Iterable[bytes]) -> None:
        """Send text messages, in order and in one write."""
        with self._gathering:
            for message in messages:
                await self.send_frame(message, aiohttp.WSMsgType.TEXT)


class _Gathering:
    """Before the transport: what is written inside `with` is passed on together at its end."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._frames: list[bytes] | None = None

    def is_closing(self) -> bool:
        """As of the transport."""
        return self._transport.is_closing()

    def write(self, frame: bytes) -> None:
        """Now, or with the others."""
        if self._frames is None:
            self._transport.write(frame)
        else:
            self._frames.append(frame)

    def __enter__(self) -> None:
        self._frames = []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        frames, self._frames = self._frames, None
        if frames:
            self._transport.write(b"".join(frames))
