"""Repeated lines of the log are left out and counted: a fault that happens a thousand times a second is one line."""

import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

_WINDOW_S = 60.0
_SAME = 5
"""So many lines that are the same word for word are written in a window."""
_ALIKE = 1_000
"""And so many of one event and level, whatever else they say; but `info` is the day's work, and written."""
_MOST_KEYS = 10_000


class _Seen:
    __slots__ = ("count", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.count = 0


class Repeats:
    """A processor of structlog, before the timestamp. `left_out` says what has not been written."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._same: dict[Any, _Seen] = {}
        self._alike: dict[Any, _Seen] = {}
        self._left_out: dict[tuple[str, str], int] = {}
        self._tell_at = 0.0

    def __call__(self, logger: object, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Let the line pass, or raise DropEvent."""
        event, level = str(line.get("event")), str(line.get("level"))
        now = self._clock()
        words = hash((*line, *map(str, line.values())))  # lines of one place have their words in one order
        same = self._count(self._same, words, now) > _SAME
        if same or (level not in ("info", "debug") and self._count(self._alike, (event, level), now) > _ALIKE):
            self._left_out[event, level] = self._left_out.get((event, level), 0) + 1
            raise structlog.DropEvent
        return line

    def left_out(self) -> list[tuple[str, str, int]]:
        """Once a window: event, level and number of the lines that were left out since the last time."""
        now = self._clock()
        if now < self._tell_at:
            return []
        self._tell_at = now + _WINDOW_S
        told = [(event, level, count) for (event, level), count in self._left_out.items()]
        self._left_out = {}
        for seen in (self._same, self._alike):
            for key in [key for key, one in seen.items() if now - one.since >= _WINDOW_S]:
                del seen[key]
        return told

    @staticmethod
    def _count(among: dict[Any, _Seen], key: Any, now: float) -> int:
        seen = among.get(key)
        if seen is None or now - seen.since >= _WINDOW_S:
            if len(among) >= _MOST_KEYS:
                among.clear()
            seen = among[key] = _Seen(now)
        seen.count += 1
        return seen.count
