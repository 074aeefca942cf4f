"""A case has a number that the journal can make again."""

from datetime import UTC, datetime

import pytest

from calls.events import ClockSet
from calls.ids import AttemptId, CallId
from calls.luhn import is_valid
from complaints.cases import CaseAsked, Complaints, FileCase

pytestmark = pytest.mark.unit

NOON = 1_795_348_800.0  # 2026-11-22 12:00 UTC


def asked(number: int) -> CaseAsked:
    return CaseAsked(CallId("c1"), AttemptId(f"c1/{number}"), "+8613800138000", "complaint", "caller", {"about": "fee"})


def opened(core: Complaints, number: int, now: float) -> FileCase:
    (order,) = core.handle(asked(number), now)
    return order


def test_numbers_count_within_the_day_and_carry_a_check_digit() -> None:
    core = Complaints()
    core.handle(ClockSet(NOON), 0.0)
    first, second, next_day = opened(core, 1, 0.0), opened(core, 2, 5.0), opened(core, 3, 86_400.0)
    assert first.case.number.startswith("2611220001")
    assert second.case.number.startswith("2611220002")
    assert next_day.case.number.startswith("2611230001")
    assert all(is_valid(order.case.number) for order in (first, second, next_day))


def test_a_clock_set_back_never_gives_a_number_twice() -> None:
    core = Complaints()
    core.handle(ClockSet(NOON), 0.0)
    numbers = [opened(core, 1, 0.0).case.number]
    core.handle(ClockSet(NOON - 2 * 86_400), 1.0)
    numbers += [opened(core, 2, 1.0).case.number, opened(core, 3, 2.0).case.number]
    assert len(set(numbers)) == 3


def test_a_snapshot_goes_on_counting() -> None:
    core, heir = Complaints(), Complaints()
    core.handle(ClockSet(NOON), 0.0)
    opened(core, 1, 0.0)
    heir.restore(core.snapshot())
    assert opened(heir, 2, 9.0) == opened(core, 2, 9.0)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Shanghai", "261201"), ("UTC", "261130"), ("America/New_York", "261130"), ("Pacific/Auckland", "261201")],
)
def test_a_number_has_the_day_of_the_house(zone: str, day: str) -> None:
    core = Complaints()
    half_past_seven = datetime(2026, 11, 30, 23, 30, tzinfo=UTC).timestamp()  # in Shanghai, on 1 December
    core.handle(ClockSet(half_past_seven), 0.0)
    asked = CaseAsked(CallId("c"), AttemptId("a"), "", "complaint", "caller", zone=zone)
    (filed,) = core.handle(asked, 0.0)
    assert filed.case.number.startswith(day)
