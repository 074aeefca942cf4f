"""Alarms of a clock: the warnings before its deadline and the breach, each with the instant at which it is due.

A warning is counted back from the deadline in working time of the calendar that it is sent in, so it is not sent at
night. Where so much working time is not left when the deadline becomes known, it is sent at once; at night it waits
for the next opening, unless the deadline comes first.
"""

from bisect import bisect_left
from typing import Literal

import msgspec

from complaints.clocks.calendars import Calendars
from complaints.clocks.clock import Clock, WarningStep
from complaints.clocks.rounds import Round
from complaints.clocks.working_time import WorkingTime

AlarmKind = Literal["warning", "breach"]


class Alarm(msgspec.Struct, frozen=True, gc=False):
    """Somebody is told at `at` that a clock is due at `due_at`, or has passed it.

    `step`: the warning's place among those of the clock, from 1; 0 for the breach. Kind, clock, round, step and
    deadline together name it, so it is told once; a deadline that moves has alarms of its own.
    """

    at: float
    kind: AlarmKind
    clock: str
    round: int
    step: int
    due_at: float


def alarms_of(clock: Clock, current: Round, calendars: Calendars, known_at: float) -> list[Alarm]:
    """The alarms of a round that goes on, by time; none for one that is paused, finished or not for its case."""
    due = current.reached_at()
    if current.finished_at is not None or due is None:
        return []
    found: list[Alarm] = []
    if clock.warnings:
        sent_in = calendars.working_time(clock.warn_in or clock.calendar, known_at)
        for step, warning in enumerate(clock.warnings, 1):
            at = warned_at(warning, due, current.changed_at, sent_in)
            # of several warnings at one moment the most urgent says all
            found = [earlier for earlier in found if earlier.at < at]
            if at < due:
                found.append(Alarm(at, "warning", clock.name, current.number, step, due))
    return [*found, Alarm(due, "breach", clock.name, current.number, 0, due)]


def warned_at(warning: WarningStep, due: float, since: float, sent_in: WorkingTime) -> float:
    """When a warning of a deadline that is known since `since` is sent."""
    at = _days_before(warning.days, due, sent_in) if warning.days else sent_in.back(due, warning.seconds)
    if since <= at < due:
        return at
    # `at == due`: the calendar has not so much working time before it
    at = max(since, at) if at < due else since
    if sent_in.is_working(at):
        return at
    opening = sent_in.next_begin(at)
    return opening if opening is not None and opening < due else at


def _days_before(days: int, due: float, sent_in: WorkingTime) -> float:
    """The opening of the working day from which so many are left until `due`, that day among them."""
    openings = sent_in.openings(due)
    index = bisect_left(openings, due) - days
    return openings[index] if index >= 0 else due
