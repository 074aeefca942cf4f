"""Alarms come at their time, once, and an old one never."""

import pytest

from complaints.clocks.alarms import Alarm
from complaints.clocks.schedule import Schedule

pytestmark = pytest.mark.unit


def alarm(at: float, step: int = 1) -> Alarm:
    return Alarm(at, "warning" if step else "breach", "first_feedback", 1, step, 900.0)


def told(schedule: Schedule, now: float) -> list[tuple[str, float]]:
    return [(one.case, one.alarm.at) for one in schedule.tick(now)]


def test_a_tick_tells_what_is_due_and_nothing_twice() -> None:
    schedule = Schedule()
    schedule.put("a", [alarm(100), alarm(200), alarm(300, 0)])
    schedule.put("b", [alarm(150)])
    assert schedule.next_deadline() == 100
    assert told(schedule, 99) == []
    assert told(schedule, 150) == [("a", 100), ("b", 150)]
    assert told(schedule, 150) == []
    assert told(schedule, 1000) == [("a", 200), ("a", 300)]
    assert schedule.next_deadline() is None
    assert len(schedule) == 0


def test_new_alarms_of_a_case_take_the_place_of_the_old() -> None:
    schedule = Schedule()
    schedule.put("a", [alarm(100)])
    schedule.put("a", [alarm(500)])
    schedule.put("b", [alarm(100)])
    schedule.put("b", [])
    assert schedule.next_deadline() == 500
    assert told(schedule, 1000) == [("a", 500)]


def test_alarms_of_one_moment_come_in_the_order_in_which_they_were_put() -> None:
    schedule = Schedule()
    for name in ("c", "a", "b"):
        schedule.put(name, [alarm(100)])
    assert [one.case for one in schedule.tick(100)] == ["c", "a", "b"]


def test_a_tick_is_bounded_and_the_next_one_goes_on() -> None:
    schedule = Schedule()
    for number in range(25):
        schedule.put(f"{number}", [alarm(100)])
    assert len(schedule.tick(100, at_most=20)) == 20
    assert schedule.next_deadline() == 100
    assert len(schedule.tick(100, at_most=20)) == 5


def test_old_alarms_do_not_gather() -> None:
    schedule = Schedule()
    for number in range(50_000):
        schedule.put(f"{number % 10}", [alarm(1_000_000 + number)])
    assert len(schedule._turns) < 2_000
    assert len(schedule.tick(2_000_000)) == 10
