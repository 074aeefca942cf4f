"""Overrides as far as the fallback can know them: closed lines and queues, other hours, announcements.

Each has its end, and the switch ends it by its own clock.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from calls.overrides import ALL, Override
from control.overrides.overrides import hours_of
from dsl.hours import Hours, with_others
from ivr.program import Program
from switch.fallback import FOREVER, Announcement, OpeningHours, Span

_DATES_AHEAD = 400
_MIDNIGHT = 1440


def with_overrides(program: Program, overrides: Sequence[Override], utc: float) -> Program:
    """The program with other hours put in the place of its own, as of `utc` (epoch seconds)."""
    named = {one.name: one for one in overrides if one.kind == "hours" and one.name in program.hours}
    if not named:
        return program
    hours: dict[str, Hours] = {
        name: with_others(hours, hours_of(named[name], hours.zone) if name in named else None, utc)
        for name, hours in program.hours.items()
    }
    return msgspec.structs.replace(program, hours=hours)


def closed_lines(overrides: Sequence[Override]) -> Mapping[str, Override]:
    """The closures of lines, by the line's number, or `default`."""
    return {one.name: one for one in overrides if one.kind == "closure" and one.target.startswith("line:")}


def closed_queues(overrides: Sequence[Override]) -> Mapping[str, int]:
    """The queues that are closed, each with its end as the fallback has it."""
    return {one.name: _until(one) for one in overrides if one.kind == "closure" and one.target.startswith("queue:")}


def announced(
    overrides: Sequence[Override], line: str, sounds: Mapping[int, Sequence[str]]
) -> tuple[Announcement, ...]:
    """The announcements of a line, by its number or `default`, or of lines without any of their own (empty): those of
    all lines first. `sounds` has the sounds of each override, by its number; of one without any nothing is said."""
    return tuple(
        Announcement(sound, _until(one))
        for target in (ALL, f"line:{line}")
        for one in overrides
        if one.kind == "announcement" and one.target == target
        for sound in sounds.get(one.number, ())
    )


def _until(one: Override) -> int:
    return FOREVER if one.ends_at is None else math.ceil(one.ends_at)


def without(hours: OpeningHours, closure: Override, utc: float) -> OpeningHours:
    """The hours of a line without the time of its closure, from `utc` on. Closed without an end: for as many days as
    the fallback knows ahead."""
    zone = ZoneInfo(hours.zone)
    begin = datetime.fromtimestamp(utc, UTC).astimezone(zone)
    last = begin + timedelta(days=_DATES_AHEAD)
    end = last if closure.ends_at is None else datetime.fromtimestamp(closure.ends_at, UTC).astimezone(zone)
    end = min(end, last)
    dates = dict(hours.dates)
    day = begin.date()
    while day <= end.date():
        first = begin.hour * 60 + begin.minute if day == begin.date() else 0
        until = end.hour * 60 + end.minute if day == end.date() else _MIDNIGHT
        dates[day] = tuple(_cut(_spans_on(hours, day), first, until))
        day += timedelta(days=1)
    return OpeningHours(hours.zone, hours.weekdays, dates)


def _spans_on(hours: OpeningHours, day: date) -> Sequence[Span]:
    return hours.dates.get(day, hours.weekdays.get(day.isoweekday(), ()))


def _cut(spans: Sequence[Span], first: int, until: int) -> Iterator[Span]:
    """What is left of the spans outside of the minutes from `first` up to `until`."""
    for span in spans:
        before = (span.first_minute, min(span.last_minute, first))
        after = (max(span.first_minute, until), span.last_minute)
        for begin, end in (before, after):
            if begin < end:
                yield Span(begin, end)
