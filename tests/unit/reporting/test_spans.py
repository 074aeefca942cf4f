"""Spans are days, weeks and months of the house's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reporting.spans import last_complete, span_of

pytestmark = pytest.mark.unit

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    span = span_of("daily", date(2026, 11, 30), SHANGHAI)
    assert (span.since, span.until) == (utc("2026-11-29 16:00"), utc("2026-11-30 16:00"))
    assert span.name == "2026-11-30"


def test_days_where_clocks_change_are_longer_or_shorter() -> None:
    long, short = (span_of("daily", date(2026, *day), BERLIN) for day in ((10, 25), (3, 29)))
    assert long.until - long.since == 25 * 3600
    assert short.until - short.since == 23 * 3600


def test_a_week_begins_on_monday_and_has_the_name_of_iso() -> None:
    span = span_of("weekly", date(2027, 1, 3), SHANGHAI)  # a Sunday
    assert (span.first, span.last, span.name) == (date(2026, 12, 28), date(2027, 1, 3), "2026-W53")


@pytest.mark.parametrize(("day", "last"), [((2026, 2, 10), 28), ((2028, 2, 1), 29), ((2026, 12, 31), 31)])
def test_a_month_ends_with_its_last_day(day: tuple[int, int, int], last: int) -> None:
    span = span_of("monthly", date(*day), SHANGHAI)
    assert (span.first.day, span.last.day) == (1, last)
    assert span.name == f"{day[0]}-{day[1]:02}"


def test_the_last_whole_span_is_the_one_before_the_one_that_goes_on() -> None:
    at = utc("2026-11-30 16:00")  # midnight of the first of December
    assert last_complete("daily", at, SHANGHAI).first == date(2026, 11, 30)
    assert last_complete("monthly", at, SHANGHAI).first == date(2026, 11, 1)
    assert last_complete("monthly", at - 1, SHANGHAI).first == date(2026, 10, 1)
    assert last_complete("weekly", at, SHANGHAI).first == date(2026, 11, 23)
