"""A connection is one WebSocket to Asterisk: messages in, requests out in the order put.

Asterisk carries out the requests of a connection one after another, and one that moves a channel (`answer`, a bridge's
`addChannel` and `removeChannel`) waits for that channel's own thread: 2 to 3 ms each on two busy cores. At 34 calls a
second one connection was busy half of the time, and requests stood up to 70 ms behind those of other calls. So a client
has several connections, and all requests about one call take the same.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import aiohttp

from calls.errors import SwitchAway
from switch.asterisk import wire
from switch.asterisk.websocket import GatheringWebSocket

Socket = GatheringWebSocket


class Connection:
    """`take` is called with each message that comes. `read` runs until the socket ends, and raises then."""

    def __init__(self, socket: Socket, take: Callable[[bytes], None]) -> None:
        self._socket = socket
        self._take = take
        self._outgoing: deque[bytes] = deque()
        self._outgoing_first: deque[bytes] = deque()
        self._loop = asyncio.get_running_loop()
        self._leaving = False

    def put(self, request_id: str, method: str, uri: str, body: object, *, first: bool = False) -> None:
        """Queue a request behind those before it, or `first`: before those that are not and have not left yet.

        What one event gives rise to (answer and play, bridge and add) leaves in one packet, at the loop's next turn.
        Never blocks: with a peer that takes nothing any more the heartbeat ends the link before much has gathered.
        """
        waiting = self._outgoing_first if first else self._outgoing
        waiting.append(wire.encode_request(request_id, method, uri, body))
        if not self._leaving:
            self._leaving = True
            self._loop.call_soon(self._send)

    async def read(self) -> None:
        """Take what comes. Raises SwitchAway when nothing will come any more."""
        while True:
            message = await self._socket.take_texts(self._take)
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED):
                raise SwitchAway("the WebSocket was closed")
            if message.type is aiohttp.WSMsgType.ERROR:
                raise SwitchAway(f"the WebSocket failed: {message.data!r}")

    def _send(self) -> None:
        self._leaving = False
        messages = (*self._outgoing_first, *self._outgoing)
        self._outgoing_first.clear()
        self._outgoing.clear()
        with contextlib.suppress(aiohttp.ClientConnectionResetError):  # `read` ends for the same reason
            self._socket.send_together(messages)

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
