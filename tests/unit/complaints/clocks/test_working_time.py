"""Working time is counted as the wall clock of its zone shows it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.clocks.calendars import Calendar, Calendars, Version
from complaints.clocks.working_time import WorkingTime
from dsl.hours import Hours, Span

pytestmark = pytest.mark.unit

H = 3600.0
LUNCH: tuple[Span, ...] = ((540, 720), (780, 1080))
NIGHT: tuple[Span, ...] = ((1320, 1800),)
ALWAYS: tuple[Span, ...] = ((0, 1440),)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def working(week: tuple[tuple[Span, ...], ...], zone: str = "Asia/Shanghai", **more: object) -> WorkingTime:
    calendar = Calendar((Version(Hours(zone, week, **more)),))  # type: ignore[arg-type]  # as a table has them
    return Calendars({"it": calendar}).working_time("it", 0.0)


OFFICE = working((LUNCH,) * 5 + ((), ()))
CHINA = working((LUNCH,) * 5 + ((), ()), calendar="cn", workdays=LUNCH)
NIGHTS = working((NIGHT,) * 5 + ((), ()), "Europe/Berlin")
AROUND = working((ALWAYS,) * 7, "Europe/Berlin")


@pytest.mark.parametrize(
    ("calendar", "begin", "end", "hours"),
    [
        (OFFICE, "2026-11-23 09:00", "2026-11-23 18:00", 8),  # lunch is no work
        (OFFICE, "2026-11-23 12:10", "2026-11-23 12:50", 0),
        (OFFICE, "2026-11-27 17:00", "2026-11-30 10:00", 2),  # over a weekend
        (OFFICE, "2026-11-23 10:00", "2026-11-23 10:00", 0),
        (CHINA, "2026-09-30 17:00", "2026-10-08 10:00", 2),  # over National Day
        (CHINA, "2026-09-20 00:00", "2026-09-21 00:00", 8),  # a Sunday that is worked
    ],
)
def test_time_between(calendar: WorkingTime, begin: str, end: str, hours: float) -> None:
    assert calendar.between(at(begin), at(end)) == hours * H


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-23 23:00", "2026-11-24 06:00", 7),  # begun already
        ("2026-11-24 02:00", "2026-11-24 06:00", 4),
        ("2026-11-27 22:00", "2026-11-28 12:00", 8),  # Friday's shift belongs to Friday
        ("2026-03-27 22:00", "2026-03-28 12:00", 8),
        ("2026-11-29 00:00", "2026-11-30 12:00", 0),  # none on Sunday
    ],
)
def test_a_shift_through_the_night(begin: str, end: str, hours: float) -> None:
    assert NIGHTS.between(at(begin, "Europe/Berlin"), at(end, "Europe/Berlin")) == hours * H


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-23 00:00", "2026-11-25 00:00", 48),
        ("2026-11-23 23:59", "2026-11-24 00:01", 2 / 60),
        ("2026-03-29 00:00", "2026-03-30 00:00", 23),  # summer time begins
        ("2026-10-25 00:00", "2026-10-26 00:00", 25),
    ],
)
def test_around_the_clock_has_no_gap_at_midnight(begin: str, end: str, hours: float) -> None:
    assert AROUND.between(at(begin, "Europe/Berlin"), at(end, "Europe/Berlin")) == pytest.approx(hours * H)


def test_an_hour_that_comes_twice_is_worked_twice_and_one_that_is_left_out_not_at_all() -> None:
    early = working((((60, 180),),) * 7, "Europe/Berlin")
    night = "2026-10-25 01:00", "2026-10-25 03:00"
    assert early.between(*(at(one, "Europe/Berlin") for one in night)) == 3 * H
    spring = "2026-03-29 01:00", "2026-03-29 03:00"
    assert early.between(*(at(one, "Europe/Berlin") for one in spring)) == 1 * H


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-11-23 17:00", 1, "2026-11-23 18:00"),  # reached when it closes, and not when it opens again
        ("2026-11-23 17:00", 1.5, "2026-11-24 09:30"),
        ("2026-11-23 11:00", 1, "2026-11-23 12:00"),
        ("2026-11-23 12:30", 1, "2026-11-23 14:00"),
        ("2026-11-28 12:00", 8, "2026-11-30 18:00"),
        ("2026-11-23 08:00", 0, "2026-11-23 08:00"),
    ],
)
def test_the_instant_at_which_an_amount_is_reached(begin: str, hours: float, end: str) -> None:
    assert OFFICE.reached(at(begin), hours * H) == at(end)


@pytest.mark.parametrize(
    ("end", "hours", "begin"),
    [
        ("2026-11-24 10:00", 1, "2026-11-24 09:00"),  # the opening, and not yesterday's closing
        ("2026-11-24 10:00", 2, "2026-11-23 17:00"),
        ("2026-11-24 03:00", 1, "2026-11-23 17:00"),  # from the night back into working time
        ("2026-11-30 09:30", 4, "2026-11-27 14:30"),
    ],
)
def test_back_from_an_instant(end: str, hours: float, begin: str) -> None:
    assert OFFICE.back(at(end), hours * H) == at(begin)


def test_a_calendar_without_working_time_has_no_end_and_says_so() -> None:
    never = working(((),) * 7)
    assert never.reached(at("2026-11-23 09:00"), 60.0) is None
    assert never.next_begin(at("2026-11-23 09:00")) is None
    assert never.back(at("2026-11-23 09:00"), 60.0) == at("2026-11-23 09:00")
    assert never.between(at("2026-11-23 09:00"), at("2027-11-23 09:00")) == 0


def test_an_amount_of_years_is_found_beyond_what_was_laid_out_first() -> None:
    assert OFFICE.reached(at("2026-11-23 09:00"), 5 * 52 * 40 * H) == at("2031-11-14 18:00")


def test_an_instant_of_no_case_is_refused() -> None:
    with pytest.raises(ValueError, match="no instant of a case"):
        OFFICE.between(0.0, 1.0)


def test_days_have_their_ends() -> None:
    days = OFFICE.days(working=True, end="closing", around=at("2026-11-23 09:00"))
    ends = dict(zip(days.ordinals, days.ends, strict=True))
    assert ends[OFFICE.ordinal(at("2026-11-23 09:00"))] == at("2026-11-23 18:00")
    assert OFFICE.ordinal(at("2026-11-28 09:00")) not in ends
    natural = OFFICE.days(working=False, end="closing", around=at("2026-11-23 09:00"))
    ends = dict(zip(natural.ordinals, natural.ends, strict=True))
    assert ends[OFFICE.ordinal(at("2026-11-28 09:00"))] == at("2026-11-29 00:00")


def test_a_day_whose_midnight_is_left_out_or_comes_twice_ends_once() -> None:
    santiago = working((ALWAYS,) * 7, "America/Santiago")
    days = santiago.days(working=False, end="midnight", around=at("2026-04-04 12:00"))
    ends = dict(zip(days.ordinals, days.ends, strict=True))
    fourth = date(2026, 4, 4).toordinal()  # at its 24:00 it is 23:00 again
    assert ends[fourth] == at("2026-04-05 00:00", "America/Santiago")
    assert ends[fourth] - ends[fourth - 1] == 25 * H
    days = santiago.days(working=False, end="midnight", around=at("2026-09-05 12:00"))
    ends = dict(zip(days.ordinals, days.ends, strict=True))
    fifth = date(2026, 9, 5).toordinal()  # after its 23:59 comes 01:00
    assert ends[fifth + 1] - ends[fifth] == 23 * H
