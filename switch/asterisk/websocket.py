"""A WebSocket of aiohttp that sends many messages in one write, and takes what comes with less work a message.

aiohttp writes each frame at once, and a transport sends at once what it is given; a packet for each request was a fifth
of all that the controller did. Of what it does for each message that comes, and for each packet, most is for what this
link never has: compression, a time-out of a single read, and a timer of the heartbeat set anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import getrandbits

import aiohttp
from aiohttp._websocket.helpers import websocket_mask
from aiohttp._websocket.models import WSMessageTextBytes

_TEXT = 0x81  # RFC 6455 5.2: the last frame of a message, which is text; from a client it is masked
_MASKED = 0x80
_SHORT, _MEDIUM = 126, 1 << 16


class GatheringWebSocket(aiohttp.ClientWebSocketResponse):
    """For `ClientSession(ws_response_class=...)`, without compression."""

    def send_together(self, messages: Iterable[bytes]) -> None:
        """Send text messages, in order and in one write, without waiting for a peer who is slow to take them.

        Raises aiohttp.ClientConnectionResetError where the connection is closing; whoever reads is told, too.
        """
        transport = self._writer.transport
        if transport.is_closing():
            raise aiohttp.ClientConnectionResetError("the connection is closing")
        parts: list[bytes | bytearray] = []
        for message in messages:
            size, masked = len(message), bytearray(message)
            mask = getrandbits(32).to_bytes(4, "big")
            websocket_mask(mask, masked)
            if size < _SHORT:
                head = bytes((_TEXT, _MASKED | size))
            elif size < _MEDIUM:
                head = b"\x81\xfe" + size.to_bytes(2, "big")
            else:
                head = b"\x81\xff" + size.to_bytes(8, "big")
            parts += (head, mask, masked)
        transport.write(b"".join(parts))

    async def take_texts(self, take: Callable[[bytes], None]) -> aiohttp.WSMessage | WSMessageTextBytes:
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
