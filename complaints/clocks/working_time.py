"""Working time of a calendar, counted: so many seconds between two instants, the instant at which an amount is reached.

The calendar's days are laid out as spans of UTC seconds that do not touch, with the sum of what was before each, so
a question is a search and no walk over days. The layout covers some years and grows when somebody asks beyond it.

What counts is the wall clock of the zone, as at the door: where summer time ends, a shift through the night has an hour
more, and one of around the clock a day of 25 hours.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from dsl.hours import Reason, Span

DayEnd = Literal["midnight", "closing"]
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400
_FIRST_DAY, _LAST_DAY = date(1971, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
_HORIZON_DAYS = 15 * 366  # beyond it nothing is promised: a calendar without working time has no deadlines
_MARGIN_DAYS = 400
_LOOK_BACK_S = 366.0 * _DAY
_FARTHEST_S = 16 * 3600  # a local day begins and ends within so much of the same day of UTC


class DayPlan(NamedTuple):
    """The spans of one day in minutes of its wall clock, and the rule that they come from.

    `provisional`: its public holidays are not decreed yet, so this is the usual week.
    """

    spans: tuple[Span, ...]
    reason: Reason
    provisional: bool = False


class Days(NamedTuple):
    """Days that are counted, by their ordinals, and the instants at which each is over."""

    ordinals: list[int]
    ends: list[float]


class WorkingTime:
    """A calendar laid out. Instants are UTC epoch seconds; amounts are seconds of working time."""

    def __init__(self, zone: str, plan: Callable[[date], DayPlan]) -> None:
        self.zone = ZoneInfo(zone)
        self._plan = plan
        self._low = self._high = 0  # ordinals of the days that are laid out, the last not included
        self._safe_from = self._safe_to = 0.0
        self._begins: list[float] = []
        self._ends: list[float] = []
        self._before: list[float] = []
        self._days: dict[tuple[bool, DayEnd], Days] = {}
        self._opens: list[float] = []

    def between(self, begin: float, end: float) -> float:
        """Working time from `begin` to `end`."""
        if not self._safe_from <= begin <= end < self._safe_to:
            self._cover(begin)
            self._cover(end)
        return self._sum(end) - self._sum(begin)

    def reached(self, begin: float, amount: float) -> float | None:
        """The first instant at which `amount` has been worked since `begin`. None: not in fifteen years."""
        self._cover(begin)
        if amount <= 0:
            return begin
        while True:
            wanted = self._sum(begin) + amount
            index = bisect_left(self._before, wanted) - 1  # the last span with less before it
            if index >= 0 and self._ends[index] - self._begins[index] >= wanted - self._before[index]:
                return self._begins[index] + (wanted - self._before[index])
            if not self._grow_after(begin):
                return None

    def back(self, end: float, amount: float) -> float:
        """The last instant from which `amount` is worked until `end`; `end` itself where a year has not so much."""
        self._cover(end)
        wanted = self._sum(end) - amount
        index = bisect_right(self._before, wanted) - 1
        if index < 0 or wanted < self._sum(end - _LOOK_BACK_S):
            return end
        return self._begins[index] + (wanted - self._before[index])

    def is_working(self, instant: float) -> bool:
        """Whether `instant` lies in working time."""
        self._cover(instant)
        index = bisect_right(self._begins, instant) - 1
        return index >= 0 and instant < self._ends[index]

    def next_begin(self, instant: float) -> float | None:
        """The first instant after `instant` at which working time begins. None: not in fifteen years."""
        self._cover(instant)
        while True:
            index = bisect_right(self._begins, instant)
            if index < len(self._begins):
                return self._begins[index]
            if not self._grow_after(instant):
                return None

    def days(self, working: bool, end: DayEnd, around: float) -> Days:
        """All days that are laid out, or the working ones, with their ends; so far that `around` lies well inside."""
        self._cover(around)
        kind = (working, end)
        if kind not in self._days:
            self._days[kind] = self._count_days(working, end)
        return self._days[kind]

    def grow_after(self, instant: float) -> bool:
        """Lay out more days. False: fifteen years after `instant` are laid out already."""
        return self._grow_after(instant)

    def openings(self, around: float) -> list[float]:
        """The instants at which the working days begin their work."""
        self._cover(around)
        return self._opens

    def ordinal(self, instant: float) -> int:
        """The day of `instant` on the zone's wall clock."""
        return datetime.fromtimestamp(instant, self.zone).toordinal()

    def pieces(self, begin: float, end: float) -> Iterator[tuple[date, DayPlan, float, float]]:
        """The working spans between two instants by the day on which they begin, with that day's plan.

        A day without work comes once, with an empty span.
        """
        self._cover(begin)
        self._cover(end)
        for ordinal in range(self.ordinal(begin) - 1, self.ordinal(end) + 1):
            day = date.fromordinal(ordinal)
            plan = self._plan(day)
            found = [
                (max(begin, first), min(end, last))
                for first, last in self._spans_of(ordinal, plan)
                if max(begin, first) < min(end, last)
            ]
            for first, last in found:
                yield day, plan, first, last
            if not plan.spans and ordinal >= self.ordinal(begin):
                yield day, plan, begin, begin

    def _sum(self, instant: float) -> float:
        index = bisect_right(self._begins, instant) - 1
        if index < 0:
            return 0.0
        end = self._ends[index]
        return self._before[index] + (instant if instant < end else end) - self._begins[index]

    def _cover(self, instant: float) -> None:
        if self._safe_from <= instant < self._safe_to:
            return
        day = int(instant // _DAY) + _EPOCH
        if not _FIRST_DAY < day < _LAST_DAY:
            raise ValueError(f"{instant:.0f} is no instant of a case: it lies before 1971 or after 2199")
        low, high = day - _MARGIN_DAYS, day + _MARGIN_DAYS
        if self._high:
            low, high = min(low, self._low), max(high, self._high)
        self._lay_out(max(low, _FIRST_DAY), min(high, _LAST_DAY))

    def _grow_after(self, instant: float) -> bool:
        last = int(instant // _DAY) + _EPOCH + _HORIZON_DAYS
        if self._high >= min(last, _LAST_DAY):
            return False
        self._lay_out(self._low, min(max(self._high + (self._high - self._low), self._high + _MARGIN_DAYS), _LAST_DAY))
        return True

    def _lay_out(self, low: int, high: int) -> None:
        """Lay out the days from `low` to before `high`."""
        self._low, self._high = low, high
        self._safe_from, self._safe_to = (low - _EPOCH + 2) * float(_DAY), (high - _EPOCH - 2) * float(_DAY)
        self._offsets = _offsets(self.zone, (low - _EPOCH - 2) * _DAY, (high - _EPOCH + 3) * _DAY)
        self._starts = [start for start, _ in self._offsets]
        self._spans = {}
        self._days = {}
        pieces: list[tuple[float, float]] = []
        opens = []
        for ordinal in range(low, high):
            spans = self._spans_of(ordinal, self._plan(date.fromordinal(ordinal)))
            if spans:
                self._spans[ordinal] = spans
                opens.append(spans[0][0])
                pieces += spans
        self._opens = opens
        self._begins, self._ends, self._before = [], [], []
        total = 0.0
        for begin, end in sorted(pieces):
            if self._ends and begin <= self._ends[-1]:  # no gap at midnight
                total += max(0.0, end - self._ends[-1])
                self._ends[-1] = max(end, self._ends[-1])
                continue
            self._begins.append(begin)
            self._ends.append(end)
            self._before.append(total)
            total += end - begin

    _offsets: list[tuple[float, int]]
    _starts: list[float]
    _spans: dict[int, list[tuple[float, float]]]

    def _spans_of(self, ordinal: int, plan: DayPlan) -> list[tuple[float, float]]:
        midnight = (ordinal - _EPOCH) * _DAY
        return sorted(
            piece
            for begin, end in plan.spans
            for piece in self._on_the_line(midnight + begin * 60, midnight + end * 60)
        )

    def _on_the_line(self, begin: int, end: int) -> list[tuple[float, float]]:
        """The instants at which the wall clock shows what lies in [begin, end), both in seconds of the wall clock."""
        pieces = []
        index = max(bisect_right(self._starts, begin - _FARTHEST_S) - 1, 0)
        while index < len(self._starts) and self._starts[index] < end + _FARTHEST_S:
            since, offset = self._offsets[index]
            until = self._starts[index + 1] if index + 1 < len(self._starts) else float("inf")
            first, last = max(begin - offset, since), min(end - offset, until)
            if first < last:
                pieces.append((float(first), float(last)))
            index += 1
        return pieces

    def _count_days(self, working: bool, end: DayEnd) -> Days:
        ordinals: list[int] = []
        ends: list[float] = []
        for ordinal in range(self._low, self._high):
            spans = self._spans.get(ordinal)
            if working and not spans:
                continue
            if spans and end == "closing":
                over = max(last for _, last in spans)
            else:
                midnight = (ordinal - _EPOCH) * _DAY
                pieces = self._on_the_line(midnight, midnight + _DAY)
                if not pieces:  # a day that a zone left out when it changed the side of the date line
                    continue
                over = pieces[-1][1]
            # a night's shift may run into the next day's hours where a holiday changed them: no day ends before another
            ends.append(max(over, ends[-1]) if ends else over)
            ordinals.append(ordinal)
        return Days(ordinals, ends)


def _offsets(zone: ZoneInfo, begin: int, end: int) -> list[tuple[float, int]]:
    """The zone's offsets from UTC in seconds, each with the instant from which it holds."""
    found = [(float(begin), _offset(zone, begin))]
    for midnight in range(begin, end, _DAY):
        if _offset(zone, midnight + _DAY) == found[-1][1]:
            continue
        before, after = midnight, midnight + _DAY
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _offset(zone, middle) == found[-1][1] else (before, middle)
        found.append((float(after), _offset(zone, after)))
    return found


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset()
    assert offset is not None  # an aware time has one
    return int(offset.total_seconds())
