"""A tap on the link between controller and Asterisk: all that is told and asked, with its instant, of the last seconds.

The controller is given the tap's port as Asterisk's. Bytes are passed on as they come, then looked at, so neither end
knows of it. What it costs the link is a hop over loopback, some tenths of a millisecond.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from bench.websocket_frames import OneSide

KEPT_S = 45.0
"""Longer than a call of a bench lasts, with the time until it is asked for: 1.5 MB a second at 30 calls a second."""
_PIECE = 1 << 16
_ENTERED, _TALK = b'"ChannelEnteredBridge"', b"-talk-"
_LAST_DIGITS = 8


class Told(NamedTuple):
    """One message of the link: seconds of time.monotonic(), whether the controller sent it, on which connection."""

    at: float
    asked: bool
    connection: int
    text: bytes


class _Party(msgspec.Struct, frozen=True, gc=False):
    number: str = ""


class _Channel(msgspec.Struct, frozen=True, gc=False):
    id: str
    caller: _Party = _Party()
    connected: _Party = _Party()


class _Bridge(msgspec.Struct, frozen=True, gc=False):
    id: str


class _Entered(msgspec.Struct, frozen=True, gc=False):
    """What is read of ChannelEnteredBridge."""

    bridge: _Bridge
    channel: _Channel


_entered = msgspec.json.Decoder(_Entered)


def caller_key(number: str) -> str:
    """What is the same in a number however it is written: its last eight digits."""
    return "".join(filter(str.isdigit, number))[-_LAST_DIGITS:]


class Tap:
    """What was told and asked; and of each talk, by its caller's number, when the second of the two was bridged."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._told: deque[Told] = deque()
        self._inside: dict[str, set[str]] = {}
        self._bridged_at: dict[str, float] = {}
        self._connections = 0

    def take(self, message: Told) -> None:
        """One more message; those that are too old go."""
        self._told.append(message)
        while self._told[0].at < message.at - self._kept_s:
            self._told.popleft()
        if not message.asked and _ENTERED in message.text and _TALK in message.text:
            self._enter(message.at, _entered.decode(message.text))

    def told(self) -> list[Told]:
        """All that is kept, oldest first."""
        return list(self._told)

    def bridged_at(self, number: str) -> float | None:
        """When both of a caller's talk were in their bridge; told once. None: they never were."""
        return self._bridged_at.pop(caller_key(number), None)

    def new_connection(self) -> int:
        """The number of one more connection."""
        self._connections += 1
        return self._connections

    def _enter(self, at: float, entered: _Entered) -> None:
        inside = self._inside.setdefault(entered.bridge.id, set())
        inside.add(entered.channel.id)
        if len(inside) == 2:
            del self._inside[entered.bridge.id]
            # The caller's leg has the caller's number as its own, an agent's leg as whom it is connected with.
            for party in (entered.channel.caller, entered.channel.connected):
                self._bridged_at[caller_key(party.number)] = at


@contextlib.asynccontextmanager
async def tapping(host: str, port: int, far_port: int) -> AsyncIterator[Tap]:
    """A tap that listens on `port` and passes everything on to `far_port`. Raises OSError when the port is taken."""
    tap = Tap()
    passing: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        passing.add(task)
        number = tap.new_connection()
        try:
            far_reader, far_writer = await asyncio.open_connection(host, far_port)
            try:
                asked = _pass_on(tap, number, reader, far_writer, asked=True)
                await asyncio.gather(asked, _pass_on(tap, number, far_reader, writer, asked=False))
            finally:
                far_writer.close()
        except (OSError, asyncio.CancelledError):
            return  # an end that went without a goodbye, or the tap's own end: asyncio would log it
        finally:
            writer.close()
            passing.discard(task)

    server = await asyncio.start_server(connected, host, port)
    try:
        yield tap
    finally:
        server.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


async def _pass_on(
    tap: Tap, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asked: bool
) -> None:
    """One direction, until its sender ends; then the other end is told so."""
    side = OneSide()
    while piece := await reader.read(_PIECE):
        at = time.monotonic()
        writer.write(piece)
        for text in side.feed(piece):
            tap.take(Told(at, asked, number, text))
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
