"""Calendar windows: where a day, a week and a month of a zone begin and end."""

import pytest

from dsl.calendar_windows import calendar_bounds
from tests.unit.dialer.governor.policies import instant, told

pytestmark = pytest.mark.unit


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
