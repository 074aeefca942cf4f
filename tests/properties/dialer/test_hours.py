"""The timetable of hours against the calendar itself, at every second of the hours around a leap of the clock."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.governor.hours import CHUNK_S, CallingHours, Timetable
from dsl.calendar_windows import calendar_bounds, zone_of
from dsl.hours import is_open
from tests.properties.dialer import governed

pytestmark = pytest.mark.properties

_LEAPS = {
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "America/St_Johns": ("2026-03-08T05:30", "2026-11-01T04:30"),
    "Europe/London": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Africa/Cairo": ("2026-04-23T22:00", "2026-10-29T21:00"),
    "Asia/Shanghai": ("2026-10-01T16:00", "2026-12-31T16:00"),
}
"""The clock leaps at these; in Shanghai a holiday begins, or a year that is not decreed."""
_EACH_SIDE_S = 90 * 60

zones = st.sampled_from(sorted(_LEAPS))


@settings(max_examples=40)
@given(governed.hours(), zones, st.integers(0, 1))
def test_each_second_around_a_leap_is_as_the_calendar_says(hours: CallingHours, zone: str, which: int) -> None:
    leap = datetime.fromisoformat(_LEAPS[zone][which]).replace(tzinfo=UTC).timestamp()
    assert zone == "Asia/Shanghai" or _offset(zone, leap - 1) != _offset(zone, leap)
    there = msgspec.structs.replace(hours.hours, zone=zone)
    table = Timetable(hours.hours)
    seconds = [leap + second for second in range(-_EACH_SIDE_S, _EACH_SIDE_S)]
    opens = [is_open(there, second)[0] for second in seconds]
    openings = [table.opening(zone, second) for second in seconds]
    assert [opening == second for opening, second in zip(openings, seconds, strict=True)] == opens
    following = None
    for second, is_now_open, opening in zip(reversed(seconds), reversed(opens), reversed(openings), strict=True):
        following = second if is_now_open else following
        if following is not None:
            assert opening == following


@given(governed.hours(), zones, governed.nows)
def test_the_next_opening_is_open_and_the_minutes_before_are_not(hours: CallingHours, zone: str, now: float) -> None:
    there = msgspec.structs.replace(hours.hours, zone=zone)
    opening = Timetable(hours.hours).opening(zone, now)
    end = now + CHUNK_S * 2 if opening is None else min(opening, now + CHUNK_S * 2)
    assert not any(is_open(there, now + 60.0 * minute)[0] for minute in range(int((end - now) // 60)))
    if opening is not None:
        assert is_open(there, opening)[0]
        assert opening == now or not is_open(there, opening - 1)[0]


@given(st.sampled_from(("day", "week", "month")), st.sampled_from(governed.ZONES), governed.nows)
def test_a_calendar_window_has_all_instants_of_its_days_and_no_others(calendar: str, zone: str, now: float) -> None:
    begin, end = calendar_bounds(calendar, zone, now)  # type: ignore[arg-type]  # one of the three
    first, last, before, after = (
        datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone)).date() for at in (begin, end - 1, begin - 1, end)
    )
    today = datetime.fromtimestamp(now, UTC).astimezone(zone_of(zone)).date()
    assert begin <= now < end
    assert before == first - timedelta(days=1)
    assert after == last + timedelta(days=1)
    match calendar:
        case "day":
            assert first == last == today
        case "week":
            assert (first.weekday(), last.weekday(), (last - first).days) == (0, 6, 6)
        case "month":
            assert (first.day, after.day, first.month) == (1, 1, today.month)


def _offset(zone: str, at: float) -> timedelta | None:
    return datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone)).utcoffset()
