"""One call's sound: what it sends each 20 ms, what it has received and when, and who waits to hear what.

A stream owns a UDP socket and no timer: the `MediaEngine` ticks all streams of the process and hands each
its part of what was received. Instants are seconds of time.monotonic(), arrivals inside nanoseconds.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from phones import rtp
from phones.audio import PACKET_SAMPLES, RATE_HZ, Clip
from phones.ear import Ear, Labels, audible
from phones.g711 import ALAW_SILENCE, ULAW_SILENCE, Samples, alaw_decode, ulaw_decode
from phones.sdp import DEFAULT_EVENT_TYPE, PCMA, PCMU

Arrivals = npt.NDArray[np.int64]
Idle = Literal["nothing", "keepalive", "silence"]
KEEPALIVE_TICKS = 250  # one packet in 5 s

# The engine makes good for ticks that it missed, as a network does that bunches packets; a finger does not hurry.
_BETWEEN_KEYS_S = 0.05
_AHEAD_S = 0.05
_HISTORY = 1024  # packets whose arrival and label are kept: 20 s
_CLOSED = -1


class StreamClosed(Exception):
    """The call is over: nothing more is heard or sent."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A digit as it went out. The far end acts on the end; Asterisk reports DTMF then."""

    key: str
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of received packets by arrival (ns): labels of the ear, marker bits. All of one length."""

    arrivals_ns: Arrivals
    labels: Labels
    markers: npt.NDArray[np.bool_]


# Looks at packets not shown to it before; returns the instant of what it waits for, or None.
Listener = Callable[[Heard], float | None]


class Stream:
    """Made by `MediaEngine.open_stream`. `port` is where it receives."""

    def __init__(self, sock: socket.socket, ear: Ear, ssrc: int, sequence: int, timestamp: int) -> None:
        self._sock = sock
        self.opened_at = time.monotonic()
        self.fd = sock.fileno()
        self.port: int = sock.getsockname()[1]
        self.ear = ear
        self.idle: Idle = "silence"
        self.payload_type = PCMU
        self.event_type: int | None = DEFAULT_EVENT_TYPE
        self.connected = False
        self._ssrc, self._sequence, self._timestamp = ssrc, sequence, timestamp
        self._packet = bytearray(rtp.HEADER_BYTES + PACKET_SAMPLES)
        self._resumes = True
        self._idle_ticks = 0
        self._sound: bytes | None = None
        self._sound_at = 0
        self._loops = False
        self._said: asyncio.Future[None] | None = None
        self._presses: deque[tuple[deque[rtp.KeyEvent], str, asyncio.Future[KeyPress]]] = deque()
        self._press_started_at = 0.0
        self._event_timestamp = 0
        # received
        self.packets_sent = 0
        self.packets_received = 0
        self.first_rtp_at: float | None = None
        self.first_audio_at: float | None = None
        self.last_audio_at: float | None = None
        self.presses: list[KeyPress] = []
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._last_key_timestamp: int | None = None
        self._arrivals: Arrivals = np.zeros(_HISTORY, np.int64)
        self._labels: Labels = np.zeros(_HISTORY, np.int8)
        self._markers: npt.NDArray[np.bool_] = np.zeros(_HISTORY, np.bool_)
        self._listeners: list[tuple[Listener, asyncio.Future[float]]] = []
        self._watchers = 0
        self.record_packets = 0
        self._recorded: list[tuple[bytes, Arrivals, npt.NDArray[np.bool_]]] = []
        self._recorded_count = 0

    # ---- where to, and what to send -------------------------------------------------------------------

    def connect(self, host: str, port: int, payload_type: int, event_type: int | None) -> None:
        """Send there from now on, and take nothing from elsewhere. Port 0 stops it."""
        self.payload_type, self.event_type = payload_type, event_type
        if port == 0:
            self.connected = False
            return
        self._sock.connect((host, port))
        self.connected = True

    def say(self, clip: Clip | None, loop: bool = False) -> asyncio.Future[None]:
        """Send this sound from the next tick on, in place of what is being sent; None is silence.

        The result is done when the last packet is sent or another sound takes its place.
        """
        self._finish_sound()
        said = asyncio.get_running_loop().create_future()
        if clip is None:
            said.set_result(None)
            return said
        self._sound, self._sound_at, self._loops = clip.payload(self.payload_type), 0, loop
        self._said = said
        return said

    def press(self, key: str, duration_s: float = 0.1) -> asyncio.Future[KeyPress]:
        """Send a digit by RFC 4733 after those queued. Raises RtpError when the far end takes none, or StreamClosed."""
        if self.fd == _CLOSED:
            raise StreamClosed
        if self.event_type is None:
            raise rtp.RtpError("the far end did not offer telephone-event")
        pressed: asyncio.Future[KeyPress] = asyncio.get_running_loop().create_future()
        self._presses.append((deque(rtp.key_packets(key, duration_s)), key, pressed))
        return pressed

    def send_tick(self) -> None:
        """Called by the engine each 20 ms: at most one packet."""
        if not self.connected:
            return
        self._timestamp = (self._timestamp + PACKET_SAMPLES) & 0xFFFFFFFF
        if self._presses:
            self._send_key()
            return
        sound = self._sound
        if sound is not None:
            at = self._sound_at
            self._send(sound[at : at + PACKET_SAMPLES])
            at += PACKET_SAMPLES
            if at >= len(sound):
                at = 0
                if not self._loops:
                    self._finish_sound()
            self._sound_at = at
        elif self.idle == "silence":
            self._send(_SILENCE[self.payload_type])
        elif self.idle == "keepalive":
            self._idle_ticks += 1
            if self._idle_ticks % KEEPALIVE_TICKS == 1:
                self._send(_SILENCE[self.payload_type])
            self._resumes = True
        else:
            self._resumes = True

    def _finish_sound(self) -> None:
        if self._said is not None and not self._said.done():
            self._said.set_result(None)
        self._sound = self._said = None

    def _send(self, payload: bytes) -> None:
        marker = rtp.MARKER if self._resumes else 0  # RFC 3551 4.1: the first packet of a talkspurt
        self._resumes = False
        packet = self._packet
        rtp.HEADER.pack_into(
            packet, 0, rtp.VERSION_2, marker | self.payload_type, self._sequence, self._timestamp, self._ssrc
        )
        packet[rtp.HEADER_BYTES :] = payload
        self._put(packet)

    def _send_key(self) -> None:
        events, key, pressed = self._presses[0]
        event, now, marker = events[0], time.monotonic(), 0
        if event.duration == PACKET_SAMPLES:
            if self.presses and now < self.presses[-1].ended_at + _BETWEEN_KEYS_S:
                return
            self._event_timestamp, marker = self._timestamp, rtp.MARKER
            self._press_started_at = now
        elif now < self._press_started_at + event.duration / RATE_HZ - _AHEAD_S:
            return
        events.popleft()
        first_end = event.end and len(events) == 2
        header = rtp.HEADER.pack(
            rtp.VERSION_2, marker | (self.event_type or 0), self._sequence, self._event_timestamp, self._ssrc
        )
        self._put(header + rtp.encode_key(event))
        if first_end:
            press = KeyPress(key, self._press_started_at, now)
            self.presses.append(press)
            if not pressed.done():
                pressed.set_result(press)
        if not events:
            self._presses.popleft()
            self._resumes = True

    def _put(self, packet: bytes | bytearray) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        try:
            self._sock.send(packet)
            self.packets_sent += 1
        except OSError:
            return  # the far port is closed (its call ended before ours) or the buffer is full: a lost packet

    # ---- what was received ------------------------------------------------------------------------------

    @property
    def watched(self) -> bool:
        """Somebody waits for a sound: the engine looks each 20 ms, otherwise each 200 ms."""
        return self._watchers > 0

    def take(self, arrivals_ns: Arrivals, labels: Labels, markers: npt.NDArray[np.bool_], last_audio_ns: int) -> None:
        """Called by the engine with packets in order of arrival; `last_audio_ns` is 0 when all are silence.

        This runs 1,500 times a second with 300 calls, so it only copies.
        """
        count = len(arrivals_ns)
        at = self.packets_received % _HISTORY
        fits = min(count, _HISTORY - at)
        self._arrivals[at : at + fits] = arrivals_ns[:fits]
        self._labels[at : at + fits] = labels[:fits]
        self._markers[at : at + fits] = markers[:fits]
        if fits < count:
            self._arrivals[: count - fits] = arrivals_ns[fits:]
            self._labels[: count - fits] = labels[fits:]
            self._markers[: count - fits] = markers[fits:]
        if self.packets_received == 0:
            self.first_rtp_at = int(arrivals_ns[0]) / 1e9
        self.packets_received += count
        if last_audio_ns:
            self.last_audio_at = last_audio_ns / 1e9
            if self.first_audio_at is None:
                self.first_audio_at = int(arrivals_ns[audible(labels).argmax()]) / 1e9
        if self._listeners:
            heard = Heard(arrivals_ns.copy(), labels.copy(), markers.copy())
            for listener, found in tuple(self._listeners):
                instant = listener(heard) if not found.done() else None
                if instant is not None:
                    found.set_result(instant)

    def take_key(self, payload: bytes, timestamp: int) -> None:
        """A received telephone-event packet; repetitions share one timestamp and count once, at the end."""
        try:
            event = rtp.parse_key(payload)
        except rtp.RtpError:
            return  # flash-hook, fax tones and cut-off events: nothing that a phone shows
        if event.end and timestamp != self._last_key_timestamp:
            self._last_key_timestamp = timestamp
            self._keys.put_nowait(event.key)

    @property
    def keys_waiting(self) -> int:
        """How many received keys nobody has asked for yet."""
        return self._keys.qsize()

    async def next_key(self, timeout_s: float) -> str:
        """The next digit that the far end keyed. Raises TimeoutError."""
        self._watchers += 1
        try:
            async with asyncio.timeout(timeout_s):
                return await self._keys.get()
        finally:
            self._watchers -= 1

    def record(self, duration_s: float) -> None:
        """Keep what is received from now on, at most so much of it."""
        self.record_packets = round(duration_s * 50)

    @property
    def recording(self) -> bool:
        """True while there is room for more."""
        return self._recorded_count < self.record_packets

    def take_recorded(self, codes: bytes, timestamps: Arrivals, alaw: npt.NDArray[np.bool_]) -> None:
        """Packets of 160 code words each, for `recorded`."""
        self._recorded.append((codes, timestamps, alaw))
        self._recorded_count += len(timestamps)

    def recorded(self) -> Samples:
        """What was recorded, each packet at the place that its RTP timestamp gives it, gaps as silence.

        A timestamp that jumps by more than the record's own length (a new source) continues without a gap.
        """
        if not self._recorded:
            return np.zeros(0, np.int16)
        codes = np.frombuffer(b"".join(part[0] for part in self._recorded), np.uint8).reshape(-1, PACKET_SAMPLES)
        alaw = np.concatenate([part[2] for part in self._recorded])
        stamps = np.concatenate([part[1] for part in self._recorded])
        steps = (np.diff(stamps, prepend=stamps[0]) + 2**31) % 2**32 - 2**31
        limit = self.record_packets * PACKET_SAMPLES
        steps[1:] = np.where(np.abs(steps[1:]) > limit, PACKET_SAMPLES, steps[1:])
        places = np.cumsum(steps)
        places -= places.min()
        places = np.minimum(places, limit)
        samples = np.zeros(int(places.max()) + PACKET_SAMPLES, np.int16)
        rows = np.where(alaw[:, None], alaw_decode(codes), ulaw_decode(codes))
        samples[places[:, None] + np.arange(PACKET_SAMPLES)] = rows
        return samples

    def history(self, after: float = 0.0) -> Heard:
        """What is remembered (20 s) of the packets that arrived after an instant, oldest first."""
        count = min(self.packets_received, _HISTORY)
        places = np.arange(self.packets_received - count, self.packets_received) % _HISTORY
        places = places[self._arrivals[places] > int(after * 1e9)]
        return Heard(self._arrivals[places], self._labels[places], self._markers[places])

    async def hear(self, listener: Listener, after: float, timeout_s: float) -> float:
        """The instant that `listener` finds in what came after `after`, past or to come.

        Raises TimeoutError, or StreamClosed when the stream is closed, now or meanwhile.
        """
        past = self.history(after)
        instant = listener(past) if len(past.arrivals_ns) else None
        if instant is not None:
            return instant
        if self.fd == _CLOSED:
            raise StreamClosed
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        entry = (listener, found)
        self._listeners.append(entry)
        self._watchers += 1
        try:
            async with asyncio.timeout(timeout_s):
                return await found
        finally:
            self._watchers -= 1
            self._listeners.remove(entry)

    def is_silent(self, for_s: float) -> bool:
        """Nothing but silence came in the last `for_s` seconds (to the 200 ms of the engine's looking)."""
        return self.last_audio_at is None or self.last_audio_at < time.monotonic() - for_s

    def close(self) -> None:
        """Give the socket back; who waits for a sound or a key press gets StreamClosed."""
        self.connected = False
        self._finish_sound()
        for _, found in self._listeners:
            if not found.done():
                found.set_exception(StreamClosed)
        for _, _, pressed in self._presses:
            if not pressed.done():
                pressed.set_exception(StreamClosed)
                pressed.exception()  # a press may go unawaited
        self._presses.clear()
        self._sock.close()
        self.fd = _CLOSED


_SILENCE = {
    PCMU: bytes([ULAW_SILENCE]) * PACKET_SAMPLES,
    PCMA: bytes([ALAW_SILENCE]) * PACKET_SAMPLES,
}
