"""The sound of a caller comes by a snoop channel on the leg, in a bridge with a channel that sends RTP to us.

    leg ──snoop (spy=in)──▶ bridge ──▶ UnicastRTP ──▶ UDP port of ours

So the prompt that the caller hears goes on meanwhile, and is not in the sound. The snoop ends with its leg; the other
two end when we close, and those of an earlier controller at the next inventory.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncGenerator, Collection, Iterable
from functools import partial

import numpy as np

from calls.errors import SwitchAway, SwitchError
from calls.ids import LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session, connection_of

SOUND_RATE = 16_000
_FORMAT = "slin16"
_SAMPLE_BYTES = 2
_RTP_HEADER = 12
_GAP_S: Seconds = 0.06
"""A phone that sends nothing in silence: after so long, silence of that length stands for it."""
_SILENCE = bytes(round(_GAP_S * SOUND_RATE) * _SAMPLE_BYTES)
_BACKLOG = 500
"""Packets of 20 ms that may wait for a slow recogniser; what comes then is dropped."""
MEDIA_NAME = "UnicastRTP/"
"""How Asterisk calls channels that send RTP to us."""


class _Packets(asyncio.DatagramProtocol):
    """Takes RTP of the first sender, as L16 in network order, and hands on its samples."""

    def __init__(self) -> None:
        self.sound: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._sender: tuple[str, int] | None = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._sender = self._sender or addr
        if addr != self._sender or self.sound.qsize() >= _BACKLOG:
            return
        start = _payload_start(data)
        if start is not None:
            count = (len(data) - start) // _SAMPLE_BYTES
            samples = np.frombuffer(data, ">i2", count, start)  # L16 is in network order: RFC 3551 section 4.5.11
            self.sound.put_nowait(samples.astype("<i2").tobytes())


def _payload_start(packet: bytes) -> int | None:
    """Where the payload begins (RFC 3550 section 5.1); None for what is no RTP."""
    if len(packet) < _RTP_HEADER or packet[0] >> 6 != 2:
        return None
    start = _RTP_HEADER + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    return start if start < len(packet) else None


class _Tap:
    """One leg being heard. `started` are its channels that are ours already."""

    __slots__ = ("bridge", "leg", "media", "snoop", "sound", "started", "up")

    def __init__(self, leg: LegId, name: str, sound: asyncio.Queue[bytes | None]) -> None:
        self.leg = leg
        self.sound = sound  # None ends it
        self.snoop, self.media, self.bridge = f"{name}-snoop", f"{name}-media", f"{name}-bridge"
        self.started: set[str] = set()
        self.up = asyncio.Event()


class Hearing:
    """The taps of one adapter."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._taps: dict[str, _Tap] = {}  # by both channels' ids
        self._prefix = f"{session.options.application}-hear-"
        # a controller that starts anew must not meet the channels of the one before
        self._names = (f"{self._prefix}{secrets.token_hex(4)}-{number}" for number in itertools.count(1))

    async def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        """See `calls.ports.SoundSource`."""
        session = self._session
        if leg not in session.legs:
            raise SwitchError(f"no such leg: {leg}")
        transport, packets = await session.loop.create_datagram_endpoint(_Packets, (session.options.sound_address, 0))
        tap = _Tap(leg, next(self._names), packets.sound)
        self._taps[tap.snoop] = self._taps[tap.media] = tap
        try:
            await self._open(tap, transport.get_extra_info("sockname")[1])
            while True:
                try:
                    async with asyncio.timeout(_GAP_S):
                        samples = await packets.sound.get()
                except TimeoutError:
                    samples = _SILENCE
                if samples is None:
                    return
                yield samples
        finally:
            transport.close()
            self._close(tap)

    async def _open(self, tap: _Tap, port: int) -> None:
        options = self._session.options
        ask = partial(self._session.client.ask, connection=connection_of(tap.leg))
        application = wire.part(options.application)
        replies = await asyncio.gather(
            ask("POST", f"channels/{wire.part(tap.leg)}/snoop/{wire.part(tap.snoop)}?spy=in&app={application}"),
            ask(
                "POST",
                f"channels/externalMedia?channelId={wire.part(tap.media)}&app={application}"
                f"&external_host={wire.part(f'{options.sound_address}:{port}')}&format={_FORMAT}",
            ),
            ask("POST", f"bridges/{wire.part(tap.bridge)}?type=mixing"),
        )
        _must(replies)
        try:
            async with asyncio.timeout(options.deadline_s):
                await tap.up.wait()
        except TimeoutError:
            raise SwitchError("Asterisk did not hand over the channels that were to be heard") from None
        both = f"{wire.part(tap.snoop)},{wire.part(tap.media)}"
        _must((await ask("POST", f"bridges/{wire.part(tap.bridge)}/addChannel?channel={both}"),))

    def _close(self, tap: _Tap) -> None:
        self._taps.pop(tap.snoop, None)
        self._taps.pop(tap.media, None)
        for what in (f"channels/{wire.part(tap.media)}", f"channels/{wire.part(tap.snoop)}"):
            self._session.request(tap.leg, "DELETE", what)
        self._session.request(tap.leg, "DELETE", f"bridges/{wire.part(tap.bridge)}")

    # -- events

    def on_start(self, channel: wire.Channel) -> bool:
        """A channel came into the application. Whether it is one of these; nobody's is sent away."""
        tap = self._taps.get(channel.id)
        if tap is not None:
            tap.started.add(channel.id)
            if len(tap.started) == len((tap.snoop, tap.media)):
                tap.up.set()
        elif channel.id.startswith(self._prefix):
            # closed before it came
            self._session.request(LegId(channel.id), "DELETE", f"channels/{wire.part(channel.id)}")
        return channel.id.startswith(self._prefix)

    def on_end(self, leg: Leg) -> None:
        """The leg is gone: its sound ends."""
        for tap in self._taps.values():
            if tap.leg == leg.id:
                tap.sound.put_nowait(None)

    def on_lost(self) -> None:
        """The link is down: the sound ends, since whether the leg does cannot be heard of."""
        for tap in self._taps.values():
            tap.sound.put_nowait(None)

    def adopt(self, channels: Collection[wire.Channel], bridges: Collection[str]) -> None:
        """After each connect: what an earlier connection left behind goes."""
        for channel in channels:
            if channel.id.startswith(self._prefix) and channel.id not in self._taps:
                self._session.request(LegId(channel.id), "DELETE", f"channels/{wire.part(channel.id)}")
        standing = {tap.bridge for tap in self._taps.values()}
        for bridge in bridges:
            if bridge.startswith(self._prefix) and bridge not in standing:
                self._session.request(LegId(bridge), "DELETE", f"bridges/{wire.part(bridge)}")


def _must(replies: Iterable[Reply]) -> None:
    for reply in replies:
        if reply.failure in ("deadline", "switch_lost"):
            raise SwitchAway(reply.reason)
        if not reply.ok:
            raise SwitchError(f"the leg cannot be heard: {reply.reason}")
