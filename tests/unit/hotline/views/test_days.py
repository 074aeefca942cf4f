"""The day of a queue: who counts as answered in time, who as lost, and when a day begins."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calls import events as door
from calls.causes import Cause
from calls.ids import LegId
from control.messages import log_commands
from control.register.register import Register
from hotline.views.days import Days, midnight
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 30, 12, tzinfo=SHANGHAI).timestamp()


@pytest.mark.parametrize(
    ("calls", "level", "in_time", "early"),
    [
        ([], None, None, None),
        ([("answered", 5.0)], 1.0, 1, 0),
        ([("answered", 20.0), ("answered", 20.1)], 0.5, 1, 0),
        ([("answered", 5.0), ("abandoned", 30.0)], 0.5, 1, 0),
        ([("answered", 5.0), ("abandoned", 3.0)], 1.0, 1, 1),
        ([("abandoned", 3.0)], None, 0, 1),
        ([("answered", 5.0), ("message", 60.0)], 0.5, 1, 0),
        ([("answered", 5.0), ("transferred", None)], 1.0, 1, 0),
    ],
)
def test_the_service_level(
    calls: list[tuple[str, float | None]], level: float | None, in_time: int | None, early: int | None
) -> None:
    days = Days(20.0)
    days.look(Register(), NOON, SHANGHAI)
    for outcome, waited in calls:
        queued = None if waited is None else NOON
        answered = NOON + waited if outcome == "answered" and waited is not None else None
        days.count("care", outcome, NOON, queued, answered, NOON + (waited or 0.0))
    day = days.look(Register(), NOON + 600, SHANGHAI).get("care")
    if level is None and in_time is None:
        assert day is None
        return
    assert day is not None
    assert (day.service_level, day.in_time, day.hung_up_early) == (level, in_time, early)
    assert day.offered == sum(waited is not None for _, waited in calls)


def test_a_day_begins_at_the_houses_midnight() -> None:
    days = Days(20.0)
    before, after = midnight(NOON, SHANGHAI) - 1.0, midnight(NOON, SHANGHAI)
    days.look(Register(), before, SHANGHAI)
    days.count("care", "abandoned", before, before, None, before + 60)
    assert days.look(Register(), before + 0.5, SHANGHAI)["care"].abandoned == 1
    assert days.look(Register(), after, SHANGHAI) == {}
    days.count("care", "abandoned", before, before, None, after + 60)
    assert days.look(Register(), after + 61, SHANGHAI) == {}, "they called in yesterday"


@pytest.mark.parametrize("day", ["2026-03-29T15:00", "2026-10-25T15:00", "2026-01-01T00:00"])
def test_midnight_where_the_clock_goes_forth_and_back(day: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    at = datetime.fromisoformat(day).replace(tzinfo=zone)
    found = datetime.fromtimestamp(midnight(at.timestamp(), zone), zone)
    assert (found.date(), found.hour, found.minute) == (at.date(), 0, 0)


def test_who_talks_now_is_counted_and_not_again_at_the_end() -> None:
    house, days = ControlHarness("01"), Days(20.0)
    call = house.arrive()
    house.press(call, "1")
    register = house.router.register
    utc = house.now + register.offset_s
    days.look(register, utc, SHANGHAI)
    register.calls[call].answered_at = register.calls[call].queued_at
    assert days.look(register, utc, SHANGHAI)["care"].answered == 1
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    days.ended(house.last(log_commands.LogCall))
    assert days.look(register, utc, SHANGHAI)["care"].answered == 1
