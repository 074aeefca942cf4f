"""When a process stood still: its loop looked at the clock later than it meant to."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable

LOOK_S = 0.02
WORTH_TELLING_S = 0.05
_KEPT = 1_000

Stall = tuple[float, float]
"""From and until, seconds of time.monotonic()."""


class Stalls:
    """Of the process that it runs in: `run` it as a task."""

    def __init__(self) -> None:
        self.seen: deque[Stall] = deque(maxlen=_KEPT)

    async def run(self) -> None:
        """Look, for ever."""
        due_at = time.monotonic() + LOOK_S
        while True:
            await asyncio.sleep(max(0.0, due_at - time.monotonic()))
            now = time.monotonic()
            if now - due_at > WORTH_TELLING_S:
                self.seen.append((due_at, now))
            due_at = now + LOOK_S


def longest_within(stalls: Iterable[Stall], first: float, last: float) -> float:
    """Seconds of the longest of those that touch the time from `first` to `last`; 0.0: none does."""
    return max((until - since for since, until in stalls if since < last and until > first), default=0.0)
