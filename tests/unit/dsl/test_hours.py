"""Opening hours: zones, holidays, make-up workdays, closures, midnight, years not decreed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dsl.calendars import read_hours
from dsl.hours import Hours, is_open
from dsl.tree import parse

pytestmark = pytest.mark.unit

_TEXT = """
office:
  zone: Asia/Shanghai
  week: {mon-fri: 09:00-18:00, sat: [09:00-12:00, 13:00-15:00], sun: closed}
  holidays: [cn, 2026-11-24]
  workdays: 10:00-16:00
  closures: {2026-11-25: 14:00-16:00, 2026-11-26: closed, 2026-10-01: 10:00-11:00}
bar: {zone: Europe/Berlin, week: {mon-sat: 20:00-02:00}}
always: {zone: UTC, week: {mon-sun: 00:00-24:00}}
next: {zone: Asia/Shanghai, week: {mon-sun: 00:00-24:00}, holidays: [cn, 2031-01-01]}
"""
_HOURS, _PROBLEMS = read_hours(parse(_TEXT, "hours.yaml"), None)


def _at(name: str, text: str) -> tuple[bool, str]:
    hours: Hours = _HOURS[name]
    return is_open(hours, datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone)).timestamp())


def test_reads() -> None:
    assert _PROBLEMS == []


@pytest.mark.parametrize(
    ("name", "at", "opened", "reason"),
    [
        ("office", "2026-11-23 09:00", True, "week"),
        ("office", "2026-11-23 08:59", False, "week"),
        ("office", "2026-11-23 18:00", False, "week"),
        ("office", "2026-11-28 12:30", False, "week"),
        ("office", "2026-11-28 13:00", True, "week"),
        ("office", "2026-11-29 10:00", False, "week"),
        ("office", "2026-10-02 10:00", False, "holiday"),
        ("office", "2026-10-01 10:30", True, "closure"),
        ("office", "2026-11-24 10:00", False, "holiday"),
        ("office", "2026-02-14 10:30", True, "workday"),
        ("office", "2026-02-14 09:30", False, "workday"),
        ("office", "2026-11-25 10:00", False, "closure"),
        ("office", "2026-11-25 15:00", True, "closure"),
        ("office", "2026-11-26 10:00", False, "closure"),
        ("office", "2031-03-03 10:00", False, "unknown_year"),
        ("next", "2031-03-03 10:00", True, "week"),
        ("next", "2031-01-01 10:00", False, "holiday"),
        ("bar", "2026-11-23 23:30", True, "week"),
        ("bar", "2026-11-24 01:59", True, "week"),
        ("bar", "2026-11-24 02:00", False, "week"),
        ("bar", "2026-11-29 01:00", True, "week"),
        ("bar", "2026-11-30 01:00", False, "week"),
        ("always", "2026-11-30 23:59", True, "week"),
    ],
)
def test_open(name: str, at: str, opened: bool, reason: str) -> None:
    assert _at(name, at) == (opened, reason)


def test_the_hour_that_summer_time_takes_away() -> None:
    hours = Hours("Europe/Berlin", (((120, 180),),) * 7)  # 2:00 to 3:00 local
    assert not is_open(hours, datetime.fromisoformat("2026-03-29T01:30+00:00").timestamp())[0]  # 3:30 already
    assert is_open(hours, datetime.fromisoformat("2026-10-25T00:30+00:00").timestamp())[0]
    assert is_open(hours, datetime.fromisoformat("2026-10-25T01:30+00:00").timestamp())[0]  # 2:30 for the second time
