"""How Asterisk reads the keys of a channel, after `__ast_read` of its main/channel.c (22.10.1); times in milliseconds.

Only what decides when a key is told: beginnings that are ignored, keys that are lengthened, keys that are put back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

GAP_MS = 45
SHORTEST_MS = 80
PACKET_MS = 20


@dataclass(frozen=True, slots=True)
class Press:
    key: str
    length_ms: int
    pause_ms: int
    """Until the next begins."""


@dataclass(frozen=True, slots=True)
class Packet:
    at: float
    kind: Literal["begin", "end", "audio"]
    key: str = ""
    length_ms: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    key: str
    length_ms: float
    at: float


def packets(presses: Iterable[Press], rng: Random, stall_share: float = 0.0, stall_ms: float = 0.0) -> list[Packet]:
    """As they arrive: one each 20 ms, but at each a stall may begin that holds back what comes until its end."""
    sent, held_until, arrived = 0.0, 0.0, []
    for press in presses:
        for step in range(0, press.length_ms + press.pause_ms, PACKET_MS):
            if rng.random() < stall_share:
                held_until = max(held_until, sent + step + rng.uniform(0, stall_ms))
            at = max(sent + step, held_until)
            if step == 0:
                arrived.append(Packet(at, "begin", press.key))
            elif step == press.length_ms:
                arrived.append(Packet(at, "end", press.key, press.length_ms))
            elif step > press.length_ms:
                arrived.append(Packet(at, "audio"))
        sent += press.length_ms + press.pause_ms
    quiet = max(sent, held_until)
    return arrived + [Packet(quiet + PACKET_MS * number, "audio") for number in range(60)]


@dataclass(slots=True)
class Channel:
    """One channel. `told` is what ARI would say."""

    told: list[Told] = field(default_factory=list)
    _line: deque[tuple[str, float]] = field(default_factory=deque)
    _marked_at: float = -1_000.0  # a beginning that was accepted, or an end
    _in_key: bool = False
    _lengthens: bool = False
    _lengthen_ms: float = 0.0

    def read(self, arriving: Sequence[Packet]) -> None:
        """Packets in the order of their arrival, and the timer's ticks between them."""
        now = 0.0
        for packet in arriving:
            while now + PACKET_MS < packet.at:
                now += PACKET_MS
                self._take_from_line(now)
                self._look_at_the_time(now)
            now = packet.at
            self._take_from_line(now)
            match packet.kind:
                case "begin":
                    if not self._lengthens and now - self._marked_at >= GAP_MS:
                        self._in_key, self._marked_at = True, now
                case "end":
                    self._end(now, packet.key, packet.length_ms)
                case "audio":
                    self._look_at_the_time(now)

    def _take_from_line(self, now: float) -> None:
        while self._line and not self._lengthens and now - self._marked_at >= GAP_MS:
            self._end(now, *self._line.popleft())

    def _end(self, now: float, key: str, length_ms: float) -> None:
        self.told.append(Told(key, length_ms, now))
        if self._lengthens or (not self._in_key and now - self._marked_at < GAP_MS):
            self._line.append((key, length_ms))
        elif not self._in_key:
            self._lengthens, self._lengthen_ms, self._marked_at = True, max(length_ms, SHORTEST_MS), now
        else:
            self._in_key = False
            seen_ms = min(length_ms, now - self._marked_at) if now - self._marked_at < SHORTEST_MS else length_ms
            if seen_ms < SHORTEST_MS:
                self._lengthens, self._lengthen_ms = True, SHORTEST_MS - seen_ms
            else:
                self._marked_at = now

    def _look_at_the_time(self, now: float) -> None:
        if self._lengthens and not self._lengthen_ms:
            self._lengthens = False
        elif self._lengthens and now - self._marked_at >= self._lengthen_ms:
            self._lengthen_ms, self._marked_at = 0.0, now
