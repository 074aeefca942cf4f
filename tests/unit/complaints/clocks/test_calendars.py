"""A calendar that is changed later gives what is right, and can tell what was known."""

from datetime import date

import pytest

from complaints.clocks.calendars import Calendar, Calendars, Version
from dsl.hours import Hours

pytestmark = pytest.mark.unit

DAY = 86_400.0
MONDAY = 1_795_363_200.0  # 2026-11-23 00:00 in Shanghai
NINE_TO_FIVE = Hours("Asia/Shanghai", (((540, 1020),),) * 7)
MORNINGS = Hours("Asia/Shanghai", (((540, 720),),) * 7)
CLOSED = Hours("Asia/Shanghai", ((),) * 7)
CALENDAR = Calendar(
    (
        Version(NINE_TO_FIVE),
        Version(MORNINGS, "mornings", "2026-11-24", MONDAY + 5 * DAY),
        Version(CLOSED, "closed", "2026-11-26", MONDAY + 6 * DAY),
    )
)


@pytest.mark.parametrize(("known", "hours"), [(0, 4 * 8), (5, 8 + 3 * 3), (6, 8 + 2 * 3), (100, 8 + 2 * 3)])
def test_hours_that_hold_for_days_before_they_were_entered(known: int, hours: float) -> None:
    calendars = Calendars({"office": CALENDAR})
    counted = calendars.working_time("office", MONDAY + known * DAY).between(MONDAY, MONDAY + 4 * DAY)
    assert counted == hours * 3600


def test_the_last_version_written_holds_from_its_day_on() -> None:
    assert CALENDAR.on(date(2026, 11, 23)).hours == NINE_TO_FIVE
    assert CALENDAR.on(date(2026, 11, 25)).name == "mornings"
    assert CALENDAR.on(date(2026, 12, 31)).name == "closed"


def test_a_year_that_is_not_decreed_is_counted_by_the_usual_week_and_is_provisional() -> None:
    china = Calendar((Version(Hours("Asia/Shanghai", (((540, 1020),),) * 5 + ((), ()), "cn")),))
    assert china.plan(date(2026, 10, 1)) == ((), "holiday", False)
    assert china.plan(date(2099, 10, 1)) == (((540, 1020),), "week", True)
    assert china.plan(date(2099, 10, 3)).spans == ()
