"""Draws by row: whoever else is asked, and in whatever order, a row draws the same."""

import pytest

from sim.chance import Columns, Distribution, Streams

pytestmark = pytest.mark.unit

TALK = Distribution("exponential", 100.0)


def test_a_row_draws_the_same_in_any_order() -> None:
    one, other = Columns(Streams(1), 50), Columns(Streams(1), 50)
    first = [(one.uniform("key", 0, row), one.duration("talk", TALK, row)) for row in range(50)]
    other.uniform("wrong", 3, 7)
    second = [(other.uniform("key", 0, row), other.duration("talk", TALK, row)) for row in reversed(range(50))]
    assert first == second[::-1]
    assert Columns(Streams(2), 50).uniform("key", 0, 0) != first[0][0]


def test_turns_and_purposes_have_draws_of_their_own() -> None:
    columns = Columns(Streams(1), 50)
    drawn = {columns.uniform(purpose, turn, 5) for purpose in ("key", "slip") for turn in range(10)}
    assert len(drawn) == 20
    assert columns.uniform("key", 0, 55) == columns.uniform("key", 0, 5), "beyond the last row it begins anew"
    assert all(0 <= one < 1 for one in drawn)
