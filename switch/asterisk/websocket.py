"""A WebSocket of aiohttp that sends many messages in one write, and takes what comes with less work a message.

aiohttp writes each frame at once, and a transport sends at once what it is given; a packet for each request was a fifth
of all that the controller did. Of what it does for each message that comes, and for each packet, most is for what this
link never has: time-outs of a single read, and a timer of the heartbeat set anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import aiohttp


class GatheringWebSocket(aiohttp.ClientWebSocketResponse[bool]):
    """For `ClientSession(ws_response_class=...)`."""

    def __init__(self, reader: Any, writer: Any, *others: Any, **options: Any) -> None:
        """As of aiohttp. The writer makes frames and gives them to its transport, which is where they are gathered."""
        super().__init__(reader, writer, *others, **options)
        self._gathering = writer.transport = _Gathering(writer.transport)

    async def send_together(self, messages: Sequence[bytes]) -> None:
        """Send text messages, in order and in one write."""
        frame, text = self._writer._write_websocket_frame, aiohttp.WSMsgType.TEXT
        with self._gathering:
            for message in messages[:-1]:
                frame(message, text, 0)
            await self.send_frame(messages[-1], text)  # waits where more has been sent than the peer takes

    async def take_texts(self, take: Callable[[bytes], None]) -> aiohttp.WSMessage:
        """Hand each text message to `take` as it comes. Returns the first message that is no text.

        What has come in one packet is taken in a row. Raises what `take` raises.
        """
        text, read, waiting = aiohttp.WSMsgType.TEXT, self._reader.read, self._reader._buffer
        while True:
            message = await self.receive()
            if message.type is not text:
                return message
            take(message.data)
            while waiting and waiting[0][0].type is text:
                take((await read()).data)

    def _on_data_received(self) -> None:
        """A packet has come, so the peer lives: it is asked by a ping so much later.

        aiohttp sets the time anew by a callback of its own for each packet. Here the timer that runs finds, once it
        rings, that it is too early, and waits on. Only while the answer to a ping is awaited aiohttp does the whole.
        """
        if self._heartbeat is None or self._heartbeat_cb is None or self._pong_response_cb is not None:
            super()._on_data_received()
        else:
            self._heartbeat_when = self._loop.time() + self._heartbeat


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
