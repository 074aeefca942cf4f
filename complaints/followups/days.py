"""The days of a follow-up: from the morning of one working day to the evening of another, after its occasion."""

from bisect import bisect_right
from typing import NamedTuple

from complaints.clocks.calendars import Calendars
from complaints.followups.settings import FollowUpRule


class Span(NamedTuple):
    """When somebody may be called, and by when they are to be; UTC epoch seconds."""

    since: float
    until: float


def span_of(rule: FollowUpRule, calendars: Calendars, at: float) -> Span | None:
    """The days of a follow-up of what happened `at`, by the calendar as it was known then; None for a calendar without
    so many working days in fifteen years."""
    working_time = calendars.working_time(rule.calendar, at)
    day = working_time.ordinal(at)
    while True:
        days = working_time.days(working=True, end="closing", around=at)
        first = bisect_right(days.ordinals, day)
        if first + rule.within_days <= len(days.ordinals):
            since = working_time.openings(at)[first + rule.after_days - 1]
            return Span(since, days.ends[first + rule.within_days - 1])
        if not working_time.grow_after(at):
            return None
