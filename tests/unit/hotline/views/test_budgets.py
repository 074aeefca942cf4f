"""Budgets of abandoned calls: room and share now, and the room at the end of each step, found backwards from now."""

import msgspec
import pytest

from hotline.views.budgets import Budget, as_data, rooms

pytestmark = pytest.mark.unit


class Step(msgspec.Struct, frozen=True):
    at: float
    of: float
    abandoned: float


STEPS = [Step(0, 100, 1), Step(300, 100, 4), Step(600, 50, 0)]


@pytest.mark.parametrize(
    ("of", "abandoned", "began_at", "expected"),
    [
        (250, 5, 0.0, [2.0, 1.0, 2.5]),
        (250, 5, None, [2.0, 1.0, 2.5]),  # of a window that rolls nobody knows a beginning
        (1250, 5, 0.0, [32.0, 31.0, 32.5]),  # what came before the steps is in it
        (150, 4, 300.0, [None, -1.0, 0.5]),  # it began with the second step
        (50, 0, 600.0, [None, None, 1.5]),
        (0, 0, 900.0, [None, None, None]),  # it began just now
        (10, 0, 0.0, [0.0, 0.0, 0.3]),  # steps count more than the window has: nothing falls below nothing
    ],
)
def test_rooms_are_found_backwards(of: float, abandoned: float, began_at: float | None, expected: list[object]) -> None:
    assert rooms(Budget("24 h", 0.03, of, abandoned, began_at, None, steers=True), STEPS) == expected


def test_room_and_share_now() -> None:
    data = as_data(Budget("month", 0.03, 200, 7, 0.0, 86_400.0, steers=True), [])
    assert (data["room"], data["share"], data["rooms"], data["steers"]) == (-1.0, 0.035, [], True)
    assert as_data(Budget("month", 0.03, 0, 0, None, None, steers=False), [])["share"] is None
