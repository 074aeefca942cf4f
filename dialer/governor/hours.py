"""Calling hours: when somebody may be called, by the clock and the calendar where they are.

    hours: {week: {mon-fri: 09:00-20:00, sat: 10:00-18:00, sun: closed}, holidays: cn, on_holidays: closed}

A number that may lie in several zones must be inside the hours in all of them; one of which no zone is known is not
called. The calendar is that of `dsl.hours`: make-up workdays, closures, and a year whose holidays are not known is
closed.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil

import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import Reason
from dialer.governor.scope import Scope
from dsl import hours as calendar
from dsl.calendar_windows import zone_of

CHUNK_S = 8 * 86400
_CHUNKS_AHEAD = 9  # more than durations.LOOK_AHEAD_S
_MOST_CHUNKS = 50_000  # 600 zones in a replay of a year and more; then all are made anew
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Chunk = tuple[bool, list[float]]
"""Eight days of UTC in one zone: open at their begin or not, and the instants at which that changes."""


class Timetable:
    """The instants at which hours begin and end, in any zone. They are worked out once for each zone and eight days."""

    def __init__(self, hours: calendar.Hours) -> None:
        self._hours = hours
        self._chunks: dict[tuple[str, int], Chunk] = {}

    def opening(self, zone: str, at: float) -> float | None:
        """`at`, if it is inside the hours; else the first instant after it that is; None: none within `LOOK_AHEAD_S`
        at least.

        Raises what `zoneinfo` does for a zone that is none.
        """
        index = int(at // CHUNK_S)
        chunk = self._chunks.get((zone, index))
        if chunk is None:
            chunk = self._chunk(zone, index)
        opens, edges = chunk
        passed = bisect_right(edges, at)
        if opens ^ (passed & 1):
            return at
        if passed < len(edges):
            return edges[passed]
        for later in range(index + 1, index + _CHUNKS_AHEAD):
            opens, edges = self._chunks.get((zone, later)) or self._chunk(zone, later)
            if opens:
                return float(later * CHUNK_S)
            if edges:
                return edges[0]
        return None

    def closing(self, zone: str, at: float) -> float | None:
        """The first instant after `at`, which is inside the hours, that is not; None: none within `LOOK_AHEAD_S`."""
        index = int(at // CHUNK_S)
        for later in range(index, index + _CHUNKS_AHEAD):
            opens, edges = self._chunks.get((zone, later)) or self._chunk(zone, later)
            if later > index and not opens:
                return float(later * CHUNK_S)
            passed = bisect_right(edges, at)
            if passed < len(edges):
                return edges[passed]
        return None

    def of_day(self, zone: str, at: float) -> tuple[datetime, tuple[calendar.Span, ...], calendar.Reason]:
        """The clock there, the hours of that day, and the rule that they come from."""
        local = datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone))
        return local, *calendar.of_day(self._hours, local.date())

    def _chunk(self, zone: str, index: int) -> Chunk:
        begin, end = index * CHUNK_S, (index + 1) * CHUNK_S
        there = msgspec.structs.replace(self._hours, zone=zone)
        opens = calendar.is_open(there, begin)[0]
        edges: list[float] = []
        now = opens
        for instant in sorted({*self._changes(zone, begin, end)}):
            if begin < instant < end and calendar.is_open(there, instant)[0] != now:
                edges.append(float(instant))
                now = not now
        if len(self._chunks) >= _MOST_CHUNKS:
            self._chunks.clear()
        self._chunks[zone, index] = opens, edges
        return opens, edges

    def _changes(self, zone: str, begin: int, end: int) -> Iterator[int]:
        """Instants between which nothing can change: begins and ends of spans on both sides of a clock that is set
        back, and the leaps of the clock themselves."""
        info, leaps = zone_of(zone), _leaps(zone, begin, end)
        yield from leaps
        day = datetime.fromtimestamp(begin, UTC).date() - timedelta(days=3)
        last = datetime.fromtimestamp(end, UTC).date() + timedelta(days=1)
        while day <= last:
            midnight = datetime(day.year, day.month, day.day, tzinfo=info)
            for minute in {0, *(edge for span in calendar.of_day(self._hours, day)[0] for edge in span)}:
                wall = midnight + timedelta(minutes=minute)
                yield ceil(wall.timestamp())
                if leaps:
                    yield ceil(wall.replace(fold=1).timestamp())
            day += timedelta(days=1)


@lru_cache(maxsize=4096)
def _leaps(zone: str, begin: int, end: int) -> tuple[int, ...]:
    """The instants at which the zone's clock is put forward or back, from two days before `begin` to `end`."""
    info = zone_of(zone)

    def offset(instant: int) -> timedelta | None:
        return datetime.fromtimestamp(instant, UTC).astimezone(info).utcoffset()

    found = []
    for start in range(begin - 2 * 86400, end, 86400):
        before, after = start, start + 86400
        old = offset(before)
        if old == offset(after):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            if offset(middle) == old:
                before = middle
            else:
                after = middle
        found.append(after)
    return tuple(found)


class CallingHours(msgspec.Struct, frozen=True):
    """The words of `hours:`, read."""

    hours: calendar.Hours
    """Its zone counts for nothing."""

    def longest_s(self) -> float:
        """It looks at no past call."""
        return 0.0

    def bind(self, citation: Citation, scopes: tuple[Scope, ...], binding: Binding) -> Check:
        """The rule, ready."""
        table = Timetable(self.hours)
        opening = table.opening

        def check(asking: Asking, at: float) -> Reason | None:
            zones = asking.zones
            if not zones:
                return citation.deny("the callee's zone is not known", number_only=True)
            until: float | None = at
            outside = ""
            for zone in zones:
                opens = opening(zone, at)
                if opens != at:
                    outside = outside or zone
                    until = None if opens is None or until is None else max(until, opens)
            if not outside:
                return None
            return citation.defer(_detail(*table.of_day(outside, at), outside), until, number_only=True)

        return check


def _detail(local: datetime, spans: tuple[calendar.Span, ...], reason: calendar.Reason, zone: str) -> str:
    told = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans) or "closed"
    why = {
        "week": _DAYS[local.weekday()],
        "holiday": "a holiday",
        "workday": "a weekend day that is worked",
        "closure": f"{local.date().isoformat()}",
        "unknown_year": f"the public holidays of {local.year} are not known",
    }[reason]
    return f"it is {local:%H:%M} in {zone}; the hours of the day are {told} ({why})"


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24 if minute != 1440 else 24:02d}:{minute % 60:02d}"


def minutes_of_week(hours: calendar.Hours) -> frozenset[int]:
    """The minutes of an ordinary week that are open, from Monday 00:00."""
    return frozenset(
        (day * 1440 + minute) % 10_080
        for day, spans in enumerate(hours.week)
        for begin, end in spans
        for minute in range(begin, end)
    )


def never_open(hours: calendar.Hours, today: date) -> bool:
    """Whether no day of the two years from `today` is open, closures and holidays included."""
    return not any(calendar.of_day(hours, today + timedelta(days=ahead))[0] for ahead in range(731))
