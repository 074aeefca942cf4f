"""The traffic of a flow: counted by step and way, who hung up where, and no more calls than a page can wait for."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from hotline.store import statements
from hotline.store.flow_traffic import traffic
from tests.unit.hotline.web.logged import NOON, Logged

pytestmark = pytest.mark.unit


def walk(house: Logged, call: str, at: float, *steps: tuple[str, str, str]) -> None:
    """A call that took these steps: flow, step, outcome."""
    house.log(call, at)
    with contextlib.closing(sqlite3.connect(house.database)) as store, store:
        for index, (flow, step, outcome) in enumerate(steps):
            store.execute(statements.STEP, (call, index, flow, step, "menu", at, at + 1, "", outcome))


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    made = Logged(tmp_path)
    walk(made, "yesterday", NOON - 90_000, ("main", "choose", "caller_left"))
    walk(made, "a", NOON, ("main", "choose", "1"), ("main", "care", "served"))
    walk(made, "b", NOON + 1, ("main", "choose", "1"), ("main", "care", "caller_left; 2 offers"))
    walk(made, "c", NOON + 2, ("main", "choose", "caller_left"))
    walk(made, "d", NOON + 3, ("main", "ask", "called"), ("other", "greet", "1"), ("main", "choose", "hung_up"))
    return made


def test_steps_ways_and_those_who_hung_up(house: Logged) -> None:
    found = traffic(house.database, "main", NOON - 60)
    assert found["calls"] == 4
    assert found["steps"] == {
        "choose": {"times": 4, "left": 1},
        "care": {"times": 2, "left": 1},
        "ask": {"times": 1, "left": 0},
    }
    ways = {(one["from"], one["to"]): one["times"] for one in found["ways"]}
    assert ways == {("choose", "care"): 2, ("ask", "choose"): 1}, "a flow that was called in between is passed over"
    assert traffic(house.database, "other", NOON - 60)["steps"] == {"greet": {"times": 1, "left": 0}}


def test_the_newest_calls_are_counted_where_there_are_too_many(house: Logged) -> None:
    found = traffic(house.database, "main", NOON - 60, most=2)
    assert (found["calls"], found["steps"]["choose"]["times"]) == (2, 2)
    assert traffic(house.database, "nothing", NOON - 60)["steps"] == {}
