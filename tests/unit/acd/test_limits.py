"""The limits of a queue hold for all who wait there: also for those who overflowed to it, or were moved."""

from typing import Any

import pytest

from acd.commands import AcdCommand, MoveDone, MoveRefused, ReleaseCall, WaitWidened
from acd.core import Acd
from acd.events import AgentSignedIn, AgentSignedOut, CallLeft, CallMoved
from calls.ids import AgentId, CallId, QueueName
from tests.unit.acd.sites import Bench, offer

pytestmark = pytest.mark.unit

DESK = QueueName("desk")
A = AgentId("a")
BUSY = {"a": {"queues": ["other"]}}


def site(desk: dict[str, Any], care: dict[str, Any] | None = None, signed_in: bool = True, **agents: Any) -> Bench:
    """Callers of `care` overflow to `desk` after three minutes; nobody serves either but those who are named."""
    steps = [{"after_s": 180, "overflow": "desk"}]
    queues = {"care": {"steps": steps, **(care or {})}, "desk": desk, "other": {}}
    return Bench(queues, agents or BUSY, signed_in)


def released(commands: list[AcdCommand]) -> list[tuple[str, str]]:
    return [(command.call, command.reason) for command in commands if isinstance(command, ReleaseCall)]


def where(bench: Bench, call: str) -> str:
    return bench.acd.callers.by_call[CallId(call)].queue.name


@pytest.mark.parametrize(("max_wait_s", "at"), [(300, 300.0), (181, 181.0), (60, 180.0)])
def test_who_overflows_is_released_by_the_limit_of_where_they_wait_with_the_time_waited(
    max_wait_s: int, at: float
) -> None:
    bench = site({"max_wait_s": max_wait_s})
    bench.queue("c1", 0.0)
    assert released(bench.until(at - 0.5)) == []
    assert released(bench.until(at)) == [("c1", "timed_out")]


def test_who_overflows_to_a_queue_without_a_limit_has_none() -> None:
    bench = site({}, {"max_wait_s": 200})
    bench.queue("c1", 0.0)
    assert released(bench.until(10_000.0)) == []
    assert where(bench, "c1") == "desk"


def test_who_has_waited_too_long_for_the_other_queue_is_offered_to_a_free_agent_there_first() -> None:
    bench = site({"max_wait_s": 60}, a={"queues": ["desk"]})
    bench.queue("c1", 0.0)
    taken = offer(bench.until(180.0))
    assert taken is not None
    assert (taken.call, taken.queue) == ("c1", "desk")


@pytest.mark.parametrize("moved_at", [10.0, 90.0])
def test_who_is_moved_has_the_limit_of_where_they_are_moved_to(moved_at: float) -> None:
    bench = site({"max_wait_s": 100})
    bench.queue("c1", 0.0)
    assert MoveDone(CallId("c1"), DESK) in bench(CallMoved(CallId("c1"), DESK), moved_at)
    assert released(bench.until(99.5)) == []
    assert released(bench.until(100.0)) == [("c1", "timed_out")]


def test_a_full_queue_takes_nobody_who_overflows_until_there_is_room() -> None:
    bench = site({"max_length": 1})
    bench.queue("first", 0.0, queue="desk")
    bench.queue("c1", 0.0)
    said = bench.until(200.0)
    assert (released(said), where(bench, "c1")) == ([], "care")
    bench(CallLeft(CallId("first"), "hung_up"), 205.0)
    said = bench.until(211.0)
    assert [command.queue for command in said if isinstance(command, WaitWidened)] == ["desk"]
    assert where(bench, "c1") == "desk"


def test_a_queue_that_nobody_serves_takes_nobody_who_overflows_until_somebody_does() -> None:
    bench = site({"join_empty": False}, signed_in=False, a={"queues": ["desk"]})
    bench.queue("c1", 0.0)
    bench.until(190.0)
    assert where(bench, "c1") == "care"
    bench(AgentSignedIn(A), 191.0)
    taken = offer(bench.until(196.0))
    assert taken is not None
    assert taken.call == "c1"


def test_the_later_steps_of_the_old_queue_and_its_limit_go_on_meanwhile() -> None:
    steps = [{"after_s": 180, "overflow": "desk"}, {"after_s": 240, "offer": "message"}]
    bench = site({"max_length": 1}, {"steps": steps, "max_wait_s": 300})
    bench.queue("first", 0.0, queue="desk")
    bench.queue("c1", 0.0)
    said = bench.until(299.0)
    assert "SuggestWayOut" in {type(command).__name__ for command in said}
    assert released(bench.until(300.0)) == [("c1", "timed_out")]


@pytest.mark.parametrize(
    ("desk", "why"),
    [({"max_length": 1}, "full"), ({"join_empty": False}, "no_agents"), ({"max_length": 5}, None), ({}, None)],
)
def test_a_supervisor_is_told_why_a_caller_is_not_moved(desk: dict[str, Any], why: str | None) -> None:
    bench = site(desk)
    bench.queue("first", 0.0, queue="desk")
    bench.queue("c1", 0.0)
    told = [one for one in bench(CallMoved(CallId("c1"), DESK), 1.0) if isinstance(one, MoveDone | MoveRefused)]
    expected = MoveDone(CallId("c1"), DESK) if why is None else MoveRefused(CallId("c1"), DESK, why)  # type: ignore[arg-type]  # parametrised over the literal
    assert told == [expected]
    assert where(bench, "c1") == ("desk" if why is None else "care")


def test_a_queue_that_is_gone_takes_nobody() -> None:
    bench = site({})
    bench.queue("c1", 0.0)
    told = bench(CallMoved(CallId("c1"), QueueName("nowhere")), 1.0)
    assert told == [MoveRefused(CallId("c1"), QueueName("nowhere"), "closed")]


def test_a_restart_asks_the_full_queue_again_when_it_was_to_be_asked() -> None:
    bench = site({"max_length": 1})
    bench.queue("first", 0.0, queue="desk")
    bench.queue("c1", 0.0)
    bench.until(200.0)
    again = Acd(bench.versions.__getitem__)
    again.restore(bench.acd.snapshot())
    assert again.next_deadline() == bench.acd.next_deadline() == 210.0
    bench.acd = again
    bench(CallLeft(CallId("first"), "hung_up"), 205.0)
    bench.until(211.0)
    assert where(bench, "c1") == "desk"


def test_an_agent_who_leaves_the_other_queue_changes_nothing_for_who_waits_there_already() -> None:
    bench = site({"join_empty": False}, a={"queues": ["desk", "other"]})
    bench.queue("busy", 0.0, queue="other")
    bench.queue("c1", 1.0)
    bench.until(181.0)
    assert where(bench, "c1") == "desk"
    assert released(bench(AgentSignedOut(A), 190.0)) == []
