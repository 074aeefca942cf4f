"""Agents are not to blame for the switch: what never reached them is counted apart, and takes nobody out."""

from typing import Literal

import pytest

from acd.agents import IN_A_CALL
from acd.commands import OfferLapsed
from acd.core import FAULT_REST_S, Acd
from acd.events import AgentEngaged, AgentReachable, AgentResumed, OfferMissed, OfferTaken, TalkEnded
from calls.ids import AgentId
from tests.unit.acd.sites import Bench, offer

pytestmark = pytest.mark.unit

A = AgentId("a")
Fault = Literal["failed", "unreachable"]


def miss(bench: Bench, reasons: list[str], now: float = 1.0) -> float:
    """The only agent's offers end so, one after another; the instant of the last."""
    made = bench.queue("c1", now)
    for reason in reasons:
        assert made is not None, reason
        bench(OfferMissed(made.attempt, reason), now)  # type: ignore[arg-type]  # of the literal
        rest = bench.acd.agents.by_id[A].rest_until
        if bench.acd.agents.by_id[A].pause:
            break
        made, now = offer(bench.until(rest)), rest
    return now


def lapsed(bench: Bench) -> list[tuple[str, bool, int]]:
    return [(one.reason, one.fault, one.in_a_row) for one in bench.said if isinstance(one, OfferLapsed)]


@pytest.mark.parametrize("reason", ["failed", "unreachable"])
def test_many_faults_in_a_row_pause_nobody_until_resumed(reason: Fault) -> None:
    bench = Bench({"care": {"miss_limit": 3}}, {"a": {}})
    miss(bench, [reason] * 6)
    agent = bench.acd.agents.by_id[A]
    assert (agent.pause, agent.missed, agent.faults, agent.state) == ("", 0, 6, "offered")
    assert lapsed(bench) == [(reason, True, number) for number in range(1, 7)]


def test_three_misses_of_their_own_still_do() -> None:
    bench = Bench({"care": {"miss_limit": 3}}, {"a": {}})
    miss(bench, ["no_answer", "failed", "rejected", "unreachable", "no_answer"])
    assert bench.acd.agents.by_id[A].reason == "rona"
    counted = [("no_answer", False, 1), ("failed", True, 1), ("rejected", False, 2), ("unreachable", True, 1)]
    assert lapsed(bench) == [*counted, ("no_answer", False, 3)]


def test_the_rest_of_a_phone_that_is_not_reached_grows_and_ends_by_itself() -> None:
    bench = Bench({"care": {"delay_failed_s": 5}}, {"a": {}})
    now, rests = 1.0, []
    made = bench.queue("c1", now)
    for _ in range(6):
        assert made is not None
        bench(OfferMissed(made.attempt, "unreachable"), now)
        until = bench.acd.agents.by_id[A].rest_until
        rests.append(until - now)
        made, now = offer(bench.until(until)), until
    assert rests == [5.0, 10.0, 20.0, 40.0, FAULT_REST_S, FAULT_REST_S]


@pytest.mark.parametrize("by", ["a talk", "the phone's return", "the agent"])
def test_what_reaches_the_agent_again_forgets_the_faults(by: str) -> None:
    bench = Bench({"care": {}}, {"a": {}})
    now = miss(bench, ["failed", "failed"])
    agent = bench.acd.agents.by_id[A]
    match by:
        case "a talk":
            assert agent.assignment is not None
            bench(OfferTaken(agent.assignment.attempt), now + 1.0)
            bench(TalkEnded(agent.assignment.attempt), now + 2.0)
        case "the phone's return":
            bench(AgentReachable(A, True), now + 1.0)
            assert agent.faults == 2, "it was never away"
            bench(AgentReachable(A, False), now + 2.0)
            bench(AgentReachable(A, True), now + 3.0)
        case _:
            bench(AgentResumed(A), now + 1.0)
    assert agent.faults == 0


@pytest.mark.parametrize("reason", ["failed", "no_answer"])
def test_a_rest_that_ends_while_the_phone_is_in_another_call_waits_for_the_end_of_that(reason: str) -> None:
    """The end of a rest used to be looked at again at the same instant, for ever, and in every replay of it."""
    bench = Bench({"care": {"delay_failed_s": 5, "delay_no_answer_s": 5}}, {"a": {}})
    made = bench.queue("c1", 1.0)
    assert made is not None
    bench(AgentEngaged(A, True), 1.5)
    bench(OfferMissed(made.attempt, reason), 2.0)  # type: ignore[arg-type]  # of the literal
    assert bench.acd.next_deadline() == 7.0
    assert offer(bench.until(7.0)) is None
    assert (bench.state("a"), bench.acd.agents.by_id[A].reason) == ("paused", IN_A_CALL)
    assert bench.acd.next_deadline() != 7.0
    assert offer(bench(AgentEngaged(A, False), 9.0)) is not None


def test_the_count_outlives_a_restart() -> None:
    bench = Bench({"care": {}}, {"a": {}})
    miss(bench, ["failed", "failed"])
    again = Acd(bench.versions.__getitem__)
    again.restore(bench.acd.snapshot())
    assert again.agents.by_id[A].faults == 2
    assert again.snapshot() == bench.acd.snapshot()
