"""Measures: how much of its target a clock has used between two instants, and when it reaches an amount.

Minutes are measured in seconds, days by their ends: a day counts if the clock runs when it is over. The day on which
a round starts does not count unless the clock says so.
"""

from bisect import bisect_left, bisect_right
from typing import Protocol

from complaints.clocks.calendars import Calendars
from complaints.clocks.clock import Clock
from complaints.clocks.working_time import WorkingTime


class Measure(Protocol):
    """How one round of a clock counts."""

    def between(self, begin: float, end: float) -> float:
        """The amount of running from `begin` to `end`."""

    def reached(self, begin: float, amount: float) -> float | None:
        """The first instant at which a clock that runs from `begin` on has counted `amount`; None: never."""


class _AllTime:
    def between(self, begin: float, end: float) -> float:
        return end - begin

    def reached(self, begin: float, amount: float) -> float | None:
        return begin + max(amount, 0.0)


class _Days:
    def __init__(self, clock: Clock, working_time: WorkingTime, started_at: float) -> None:
        self._working_time = working_time
        self._working, self._end = clock.unit == "working_days", clock.day_end
        day = working_time.ordinal(started_at)
        self._first = day if clock.first_day else day + 1

    def between(self, begin: float, end: float) -> float:
        days = self._working_time.days(self._working, self._end, begin)
        if end > begin:
            days = self._working_time.days(self._working, self._end, end)
        first = max(bisect_left(days.ordinals, self._first), bisect_right(days.ends, begin))
        return float(max(bisect_right(days.ends, end) - first, 0))

    def reached(self, begin: float, amount: float) -> float | None:
        if amount <= 0:
            return begin
        while True:
            days = self._working_time.days(self._working, self._end, begin)
            first = max(bisect_left(days.ordinals, self._first), bisect_right(days.ends, begin))
            index = first + int(amount) - 1
            if index < len(days.ends):
                return days.ends[index]
            if not self._working_time.grow_after(begin):
                return None


_ALL_TIME = _AllTime()


def measure_of(clock: Clock, calendars: Calendars, started_at: float, known_at: float) -> Measure:
    """The measure of the round of `clock` that started then, by the calendar as it was known at `known_at`."""
    if clock.unit == "natural_minutes":
        return _ALL_TIME
    working_time = calendars.working_time(clock.calendar, known_at)
    return working_time if clock.unit == "business_minutes" else _Days(clock, working_time, started_at)
