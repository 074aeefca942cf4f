"""The way through the menus, in the sample's flows."""

import pytest

from ivr.program import Program
from sim.house.routes import Routes
from tests.unit.sim.house.sample import sample

pytestmark = pytest.mark.unit

CHOOSE = ("reception", "choose")
LOANS = ("loans/ask", "choose")


@pytest.fixture(scope="module")
def routes() -> Routes:
    return Routes(sample()[0].program)


@pytest.mark.parametrize(
    ("goal", "place", "key"),
    [
        ("loans", CHOOSE, "2"),
        ("loans", LOANS, "1"),
        ("care", CHOOSE, "3"),
        ("fraud", CHOOSE, "4"),
        ("front_desk", CHOOSE, "0"),
        ("front_desk", LOANS, "0"),
        ("balance", CHOOSE, "1"),
        ("loans/ask/progress", CHOOSE, "2"),
        ("loans/ask/progress", LOANS, "2"),
        ("care", LOANS, None),  # nobody goes back by the star key, or through another queue
        ("nowhere", CHOOSE, None),
    ],
)
def test_the_key_that_leads_there_soonest(routes: Routes, goal: str, place: tuple[str, str], key: str | None) -> None:
    assert routes.key(goal, place) == key


def test_a_goal_is_a_queue_a_flow_or_a_step(routes: Routes) -> None:
    assert routes.places("loans") == {("loans/ask", "choose.keys.1")} | routes.places("loans")
    assert {flow for flow, _ in routes.places("balance")} == {"balance"}
    assert routes.places("reception/care") == {("reception", "care")}
    assert not routes.places("receptoin/care")
    assert routes.distance("care", ("reception", "care")) == 0
    assert routes.distance("balance", ("survey", "ask")) is None


def test_queues_in_reach_of_a_flow(routes: Routes) -> None:
    assert routes.queues("main") == ["care", "fraud", "front_desk", "loans"]
    assert routes.queues("loans/ask") == ["front_desk", "loans"]
    assert Routes(Program("none", ("en",), {})).places("any") == frozenset()
