"""Durations and windows: what is read, what is refused, and where a day, a week and a month of a zone begin."""

import pytest

from dialer.governor.durations import calendar_bounds, in_words, seconds, window
from tests.unit.dialer.governor.policies import instant, told

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1 s", 1),
        ("90s", 90),
        ("5 min", 300),
        ("24 h", 86_400),
        ("1 day", 86_400),
        ("7 days", 604_800),
        ("2 weeks", 1_209_600),
    ],
)
def test_a_duration(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "0 h", "-1 h", "1.5 h", "1 month", "24 hours", "h", "3701 days", "1 h 30 min"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"is wanted|ten years"):
        seconds(text)


def test_a_window_is_rolling_or_the_calendars() -> None:
    assert window("30 days") == (2_592_000, None)
    assert [window(name)[1] for name in ("day", "week", "month")] == ["day", "week", "month"]
    with pytest.raises(ValueError, match="rolling window such as 24 h"):
        window("year")


@pytest.mark.parametrize(
    ("calendar", "zone", "at", "begin", "end"),
    [
        ("day", "Asia/Shanghai", "2026-11-30 23:59:59", "2026-11-30 00:00:00", "2026-12-01 00:00:00"),
        ("week", "Asia/Shanghai", "2026-11-29 23:59:59", "2026-11-23 00:00:00", "2026-11-30 00:00:00"),
        ("week", "Asia/Shanghai", "2026-11-30 00:00:00", "2026-11-30 00:00:00", "2026-12-07 00:00:00"),
        ("month", "Asia/Shanghai", "2028-02-29 12:00:00", "2028-02-01 00:00:00", "2028-03-01 00:00:00"),
        ("month", "Asia/Shanghai", "2026-12-31 12:00:00", "2026-12-01 00:00:00", "2027-01-01 00:00:00"),
        ("day", "America/New_York", "2026-03-08 12:00:00", "2026-03-08 00:00:00", "2026-03-09 00:00:00"),
        ("day", "Africa/Cairo", "2026-04-24 12:00:00", "2026-04-24 01:00:00", "2026-04-25 00:00:00"),  # no midnight
    ],
)
def test_the_bounds_of_a_calendar_window(calendar: str, zone: str, at: str, begin: str, end: str) -> None:
    bounds = calendar_bounds(calendar, zone, instant(at, zone))  # type: ignore[arg-type]  # one of the three
    assert [told(bound, zone) for bound in bounds] == [begin, end]


def test_days_of_23_and_25_hours() -> None:
    lengths = []
    for day in ("2026-03-08", "2026-11-01", "2026-11-02"):
        begin, end = calendar_bounds("day", "America/New_York", instant(f"{day} 12:00:00", "America/New_York"))
        lengths.append((end - begin) / 3600)
    assert lengths == [23, 25, 24]


def test_in_words() -> None:
    assert [in_words(length) for length in (45, 120, 3600, 86_400, 604_800)] == [
        "45 s",
        "2 min",
        "1 h",
        "24 h",
        "7 days",
    ]
