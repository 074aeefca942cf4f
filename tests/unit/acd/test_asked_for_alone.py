"""A caller for one agent alone: offered to nobody else, and released when that agent is not to be had in time."""

from typing import Any

import pytest

from acd.commands import AcdCommand, MoveDone, ReleaseCall
from acd.core import Acd
from acd.events import (
    AgentPaused,
    AgentReachable,
    AgentSignedOut,
    CallMoved,
    OfferMissed,
    OfferTaken,
    TalkEnded,
    Within,
)
from calls.ids import AgentId, CallId, QueueName
from tests.unit.acd.sites import Bench, offer

pytestmark = pytest.mark.unit

A, B = AgentId("a"), AgentId("b")
STEPS = [{"after_s": 5, "overflow": "desk"}, {"after_s": 7, "lower": 1}]


def bench(**care: Any) -> Bench:
    queues = {"care": {"ring_s": 10, "wrap_up_s": 3, "steps": STEPS, **care}, "desk": {}}
    return Bench(queues, {"a": {}, "b": {"queues": ["desk"]}})


def alone(site: Bench, call: str, now: float, agent: AgentId = B, most_s: float = 20.0) -> Any:
    return site.queue(call, now, agent=agent, within=Within(most_s, only=True))


def released(commands: list[AcdCommand]) -> list[tuple[str, str]]:
    return [(command.call, command.reason) for command in commands if isinstance(command, ReleaseCall)]


def test_the_agent_is_offered_the_caller_whatever_queue_and_skills_they_have() -> None:
    assert alone(bench(), "c1", 0.0).agent == B


def test_nobody_else_is_offered_the_caller_while_the_agent_talks_and_no_step_widens_it() -> None:
    site = bench()
    first = site.queue("c1", 0.0, queue="desk", agent=B, sticky_s=1.0)
    assert first is not None
    site(OfferTaken(first.attempt), 1.0)
    assert alone(site, "c2", 2.0) is None
    assert released(site.until(21.9)) == []
    assert site.acd.callers.by_call[CallId("c2")].queue.name == "care"
    assert released(site.until(22.0)) == [("c2", "timed_out")]


def test_the_agent_who_becomes_free_in_time_has_the_caller() -> None:
    site = bench()
    first = site.queue("c1", 0.0, queue="desk", agent=B, sticky_s=1.0)
    assert first is not None
    site(OfferTaken(first.attempt), 1.0)
    alone(site, "c2", 2.0)
    found = offer(site(TalkEnded(first.attempt), 12.0))
    assert found is not None
    assert (found.call, found.agent) == ("c2", B)


@pytest.mark.parametrize("event", [AgentSignedOut(B), AgentPaused(B, "lunch"), AgentReachable(B, False)])
def test_who_is_not_there_is_not_waited_for(event: Any) -> None:
    site = bench()
    site(event, 0.0)
    assert alone(site, "c1", 1.0) is None
    assert released(site.said) == [("c1", "no_agents")]
    assert site.acd.callers.by_call == {}


def test_somebody_whom_nobody_knows_is_not_there_either() -> None:
    site = bench()
    alone(site, "c1", 1.0, AgentId("z"))
    assert released(site.said) == [("c1", "no_agents")]


@pytest.mark.parametrize("event", [AgentSignedOut(B), AgentPaused(B, "lunch")])
def test_who_leaves_while_the_phone_rings_is_not_waited_for(event: Any) -> None:
    site = bench()
    alone(site, "c1", 1.0)
    assert released(site(event, 2.0)) == [("c1", "no_agents")]


@pytest.mark.parametrize("reason", ["no_answer", "busy", "rejected", "unreachable", "failed"])
def test_an_offer_that_is_missed_is_the_end_of_it(reason: Any) -> None:
    site = bench()
    ringing = alone(site, "c1", 1.0)
    assert released(site(OfferMissed(ringing.attempt, reason), 3.0)) == [("c1", "no_agents")]


def test_a_full_queue_takes_who_is_asked_for_by_name() -> None:
    site = bench(max_length=1)
    taken = site.queue("c0", 0.0)
    assert taken is not None
    site(OfferTaken(taken.attempt), 0.5)
    site.queue("c1", 1.0)
    other = site.queue("c2", 1.5, queue="desk")
    assert other is not None
    site(OfferTaken(other.attempt), 1.6)
    alone(site, "c3", 2.0, A)
    assert released(site.said) == []


def test_a_supervisor_who_moves_the_caller_has_decided_otherwise() -> None:
    site = bench()
    first = site.queue("c1", 0.0, queue="desk", agent=B, sticky_s=1.0)
    assert first is not None
    site(OfferTaken(first.attempt), 1.0)
    alone(site, "c2", 2.0)
    moved = site(CallMoved(CallId("c2"), QueueName("desk")), 3.0)
    assert any(isinstance(command, MoveDone) for command in moved)
    assert offer(moved) is not None or released(site.until(60.0)) == []


def test_a_wait_is_bounded_where_that_is_said_and_nobody_is_named() -> None:
    """Wherever they overflow to meanwhile."""
    site = bench(max_wait_s=100)
    site(AgentPaused(A, "lunch"), 0.0)
    site(AgentPaused(B, "lunch"), 0.0)
    site.queue("c1", 0.0, within=Within(30.0))
    site.queue("c2", 0.0, within=Within(300.0))
    assert released(site.until(29.0)) == []
    assert released(site.until(31.0)) == [("c1", "timed_out")]
    assert site.acd.callers.by_call[CallId("c2")].queue.name == "desk"
    assert released(site.until(301.0)) == [("c2", "timed_out")]


def test_a_snapshot_has_it() -> None:
    site = bench()
    first = site.queue("c1", 0.0, queue="desk", agent=B, sticky_s=1.0)
    assert first is not None
    site(OfferTaken(first.attempt), 1.0)
    alone(site, "c2", 2.0)
    heir = Acd(site.versions.__getitem__)
    heir.restore(site.acd.snapshot())
    for core in (site.acd, heir):
        assert core.tick(21.0) == []
        assert [type(command) for command in core.tick(22.0)] == [ReleaseCall]
