"""All the sound of a process: one clock, one block of memory, as many streams as there are calls.

The clock ticks each 5 ms. A stream sits in one of 40 slots: it sends at every fourth tick (20 ms) and is
looked at for received packets once in 40 (200 ms), or at every fourth while somebody waits to hear something.
So the work of 300 calls is spread evenly, and no tick holds the event loop long; four slots are looked at
together, because to understand packets costs more by the look than by the packet. Arrival times come from the
kernel (arena.py): looking late does not blur them.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt

from phones import rtp
from phones.arena import Arena, wants_arrival_times
from phones.audio import PACKET_SAMPLES
from phones.ear import NOT_AUDIO, Ear, Labels, audible
from phones.g711 import ALAW_SILENCE, ULAW_SILENCE, Codes
from phones.sdp import PCMA, PCMU
from phones.stream import Stream

TICK_S = 0.005
SLOTS = 40
LOOK_EVERY_S = SLOTS * TICK_S  # how late a packet that nobody waits for is looked at
_SEND_EVERY = 4
_LOOK_TOGETHER = 4
_CATCH_UP_S = 0.2  # later than that the ticks in between are dropped: the process was stopped, not busy

Lengths = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_PAYLOAD = slice(rtp.HEADER_BYTES, rtp.HEADER_BYTES + PACKET_SAMPLES)


class MediaEngine:
    """Opens streams and ticks them while there are any.

    `ports` are tried in turn, even ones only (RFC 3550 11 gives the odd neighbour to RTCP). `rng` gives SSRC
    and first sequence numbers. `tones_hz` are what the streams' ear can tell apart.
    """

    def __init__(
        self, rng: Random, ports: range = range(30_000, 40_000), tones_hz: Sequence[float] | None = None
    ) -> None:
        self._rng = rng
        self._ports = range(ports.start + ports.start % 2, ports.stop, 2)
        self._next_port = rng.randrange(len(self._ports))  # two processes seldom try the same ones
        self.ear = Ear() if tones_hz is None else Ear(tones_hz)
        self._arena = Arena()
        self._slots: list[list[Stream]] = [[] for _ in range(SLOTS)]
        self._tick = 0
        self._due_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def streams(self) -> int:
        """How many are open."""
        return sum(map(len, self._slots))

    def open_stream(self, host: str) -> Stream:
        """A stream that receives on a free port of `host`. Raises OSError when all ports are taken."""
        sock = self._bind(host)
        wants_arrival_times(sock)
        draw = self._rng.getrandbits
        stream = Stream(sock, self.ear, ssrc=draw(32), sequence=draw(15), timestamp=draw(31))
        min(self._slots, key=len).append(stream)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due_at = loop.time() + TICK_S
            self._timer = loop.call_at(self._due_at, self._run)
        return stream

    def close_stream(self, stream: Stream) -> None:
        """Take what still waits in its socket, then close it. Closing twice does nothing."""
        for slot in self._slots:
            if stream in slot:
                slot.remove(stream)
                while self._drain([stream]) >= self._arena.per_socket:
                    pass  # a process that was held up has more waiting than one look takes
                stream.close()

    def close(self) -> None:
        """Close all streams and stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for stream in [stream for slot in self._slots for stream in slot]:
            self.close_stream(stream)

    def _bind(self, host: str) -> socket.socket:
        for _ in range(len(self._ports)):
            port = self._ports[self._next_port]
            self._next_port = (self._next_port + 1) % len(self._ports)
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                sock.bind((host, port))
            except OSError as error:
                sock.close()
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            sock.setblocking(False)
            return sock
        raise OSError(errno.EADDRINUSE, "no RTP port free")

    def _run(self) -> None:
        loop = asyncio.get_running_loop()
        late_s = loop.time() - self._due_at
        if late_s > _CATCH_UP_S:
            self._due_at += late_s - late_s % TICK_S
        tick, self._tick = self._tick, (self._tick + 1) % SLOTS
        due = range(tick, tick + _LOOK_TOGETHER) if tick % _LOOK_TOGETHER == 0 else range(0)
        looked_at = [stream for number in due for stream in self._slots[number]]
        for number in range(tick % _SEND_EVERY, SLOTS, _SEND_EVERY):
            for stream in self._slots[number]:
                stream.send_tick()
                if stream.watched and number not in due:
                    looked_at.append(stream)
        if looked_at:
            self._drain(looked_at)
        if any(self._slots):
            self._due_at += TICK_S
            self._timer = loop.call_at(self._due_at, self._run)
        else:
            self._timer = None

    def _drain(self, streams: list[Stream]) -> int:
        """Hand out what waits in their sockets, from each as much as one look takes; how many packets that were."""
        arena = self._arena
        parts: list[tuple[Stream, int, int]] = []
        taken = 0
        for stream in streams:
            start = arena.used
            if count := arena.fill(stream.fd):
                taken += count
                parts.append((stream, start, arena.used))
            if arena.full:
                self._hand_out(parts)
                parts = []
        if parts:
            self._hand_out(parts)
        return taken

    def _hand_out(self, parts: list[tuple[Stream, int, int]]) -> None:
        """Understand all rows of the arena at once, and give each stream its own."""
        arena = self._arena
        self._straighten()
        rows = arena.data[: arena.used]
        lengths = arena.lengths()
        arrivals = arena.arrivals_ns()
        types = np.bitwise_and(rows[:, 1], np.uint8(0x7F))
        markers = (rows[:, 1] & rtp.MARKER) != 0
        is_rtp = (rows[:, 0] >> 6 == 2) & (lengths > rtp.HEADER_BYTES)
        audio = is_rtp & ((types == PCMU) | (types == PCMA))
        labels = self._labels(rows, lengths, types, audio)
        starts = [start for _, start, _ in parts]
        last_audio = np.maximum.reduceat(np.where(audible(labels), arrivals, 0), starts).tolist()
        all_rtp, all_audio = bool(is_rtp.all()), bool(audio.all())
        for (stream, start, end), last_audio_ns in zip(parts, last_audio, strict=True):
            part = slice(start, end)
            if all_rtp or is_rtp[part].all():
                stream.take(arrivals[part], labels[part], markers[part], last_audio_ns)
            else:
                kept = start + np.flatnonzero(is_rtp[part])
                if len(kept):
                    stream.take(arrivals[kept], labels[kept], markers[kept], last_audio_ns)
            if stream.recording or not (all_audio or audio[part].all()):
                self._hand_out_rest(stream, part, audio, types, lengths)
        arena.clear()

    def _labels(self, rows: Codes, lengths: Lengths, types: Codes, audio: Flags) -> Labels:
        codes = rows[:, _PAYLOAD]
        alaw = types == PCMA
        short = audio & (lengths < rtp.HEADER_BYTES + PACKET_SAMPLES)
        for row in short.nonzero()[0]:  # a packet of 10 ms: what is left in the row from an older one must not be heard
            codes[row, lengths[row] - rtp.HEADER_BYTES :] = ALAW_SILENCE if alaw[row] else ULAW_SILENCE
        labels = self.ear.labels(codes, alaw if alaw.any() else None)
        labels[~audio] = NOT_AUDIO
        return labels

    def _straighten(self) -> None:
        """Rows with contributing sources or an extension, which are rare: move their payload to byte 12."""
        arena = self._arena
        for row in np.bitwise_and(arena.data[: arena.used, 0], 0x1F).nonzero()[0]:
            packet = arena.data[row].tobytes()[: int(arena.lengths()[row])]
            try:
                payload = packet[rtp.payload_start(packet) :][: PACKET_SAMPLES * 2]
            except rtp.RtpError:
                arena.data[row, 0] = 0  # no RTP
                continue
            arena.data[row, rtp.HEADER_BYTES : rtp.HEADER_BYTES + len(payload)] = np.frombuffer(payload, np.uint8)
            arena.set_length(int(row), rtp.HEADER_BYTES + len(payload))

    def _hand_out_rest(
        self,
        stream: Stream,
        part: slice,
        audio: Flags,
        types: Codes,
        lengths: Lengths,
    ) -> None:
        rows = self._arena.data[part]
        stamps = rows[:, 4:8].astype(np.int64) @ np.array([1 << 24, 1 << 16, 1 << 8, 1])
        if stream.recording:
            chosen = audio[part]
            stream.take_recorded(rows[chosen, _PAYLOAD].tobytes(), stamps[chosen], types[part][chosen] == PCMA)
        if stream.event_type is not None:
            for row in np.flatnonzero(types[part] == stream.event_type):
                end = int(lengths[part][row])
                stream.take_key(rows[row, rtp.HEADER_BYTES : end].tobytes(), int(stamps[row]))
