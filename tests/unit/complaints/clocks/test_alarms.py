"""Warnings are counted back in working time, and are not sent at night."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.audit import Entry
from complaints.clocks.alarms import Alarm, alarms_of
from complaints.clocks.amounts import warning_step
from complaints.clocks.calendars import Calendar, Calendars, Version
from complaints.clocks.clock import Clock, Condition
from complaints.clocks.rounds import rounds_of
from dsl.hours import Hours

pytestmark = pytest.mark.unit

ALWAYS = (((0, 1440),),) * 7
OFFICE = (((540, 720), (780, 1080)),) * 5 + ((), ())
CALENDARS = Calendars(
    {
        name: Calendar((Version(Hours("Asia/Shanghai", week)),))
        for name, week in (("office", OFFICE), ("always", ALWAYS), ("never", ((),) * 7))
    }
)


def at(text: str) -> float:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def shown(instant: float) -> str:
    return f"{datetime.fromtimestamp(instant, ZoneInfo('Asia/Shanghai')):%m-%d %H:%M}"


def alarms(opened: str, *entries: Entry, warn: str, warn_in: str = "office", hours: float = 2.0) -> list[Alarm]:
    clock = Clock(
        "it", "internal", "natural_minutes", "always", Condition({"opened": ()}), Condition({"closed": ()}),
        {"else": hours * 3600}, pause=Condition({"waiting": ()}), resume=Condition({"resumed": ()}),
        warnings=tuple(warning_step(one) for one in warn.split(", ")), warn_in=warn_in,
    )  # fmt: skip
    (current,) = rounds_of(clock, [Entry(1, at(opened), "house", "opened"), *entries], CALENDARS, at(opened))
    return alarms_of(clock, current, CALENDARS, at(opened))


@pytest.mark.parametrize(
    ("opened", "warn", "hours", "told"),
    [
        ("11-23 14:00", "1 h, 30 min", 2.0, ["11-23 15:00", "11-23 15:30", "11-23 16:00"]),
        ("11-23 11:30", "1 h", 2.0, ["11-23 11:30", "11-23 13:30"]),  # over lunch only an hour is left at once
        ("11-23 17:00", "1 h", 16.5, ["11-23 17:30", "11-24 09:30"]),  # not at 08:30, before it opens
        ("11-27 17:00", "1 h", 49.0, ["11-27 17:00", "11-29 18:00"]),  # due on a Sunday
        ("11-23 19:00", "1 h", 15.0, ["11-24 09:00", "11-24 10:00"]),
        ("11-23 20:00", "4 h", 14.0, ["11-24 09:00", "11-24 10:00"]),  # late in the evening: when it opens
        ("11-23 23:00", "1 h, 30 min", 2.0, ["11-23 23:00", "11-24 01:00"]),  # due at night: at once, and only once
        ("11-23 12:00", "2 days", 48.0, ["11-24 09:00", "11-25 12:00"]),
        ("11-23 12:00", "2 days", 24.0, ["11-23 13:00", "11-24 12:00"]),  # Monday's opening has passed
    ],
)
def test_when_it_is_told(opened: str, warn: str, hours: float, told: list[str]) -> None:
    assert [shown(alarm.at) for alarm in alarms(opened, warn=warn, hours=hours)] == told


def test_the_last_is_the_breach_and_each_names_its_deadline() -> None:
    first, second, breach = alarms("11-23 14:00", warn="1 h, 30 min")
    assert (first.kind, first.step, second.step) == ("warning", 1, 2)
    assert (breach.kind, breach.step) == ("breach", 0)
    assert {alarm.due_at for alarm in (first, second, breach)} == {at("11-23 16:00")}


def test_a_paused_clock_tells_nothing_and_one_that_goes_on_has_another_deadline() -> None:
    waiting, resumed = Entry(2, at("11-23 15:00"), "li", "waiting"), Entry(3, at("11-23 15:30"), "li", "resumed")
    assert alarms("11-23 14:00", waiting, warn="30 min") == []
    goes_on = alarms("11-23 14:00", waiting, resumed, warn="30 min")
    assert [shown(alarm.at) for alarm in goes_on] == ["11-23 16:00", "11-23 16:30"]


def test_a_closed_case_tells_nothing() -> None:
    assert alarms("11-23 14:00", Entry(2, at("11-23 15:00"), "li", "closed"), warn="30 min") == []
    assert alarms("11-23 14:00", Entry(2, at("11-23 15:00"), "li", "merged"), warn="30 min") == []


def test_a_calendar_that_never_opens_still_warns() -> None:
    told = [shown(alarm.at) for alarm in alarms("11-23 14:00", warn="30 min", warn_in="never")]
    assert told == ["11-23 14:00", "11-23 16:00"]
