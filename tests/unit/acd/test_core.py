"""The queues core, one rule at a time."""

import pytest

from acd.commands import AgentChanged, ReleaseCall, SuggestWayOut, WaitWidened, WithdrawOffer
from acd.events import (
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallLeft,
    CallMoved,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
    WrapUpEnded,
)
from acd.matching import ANSWER_GRACE_S
from calls.errors import BadInput, BrokenRule
from calls.ids import AgentId, AttemptId, CallId, QueueName
from tests.unit.acd.sites import Bench, configured, offer

pytestmark = pytest.mark.unit

A, B = AgentId("a"), AgentId("b")
CARE, DESK = QueueName("care"), QueueName("desk")
TWO = {"a": {"skills": {"loans": 2}}, "b": {"skills": {"loans": 4, "english": 3}}}


def test_the_longest_idle_gets_the_longest_waiting() -> None:
    bench = Bench({"care": {}}, {"a": {}, "b": {}})
    first, second = bench.queue("c1", 1.0), bench.queue("c2", 2.0)
    assert first is not None
    assert second is not None
    assert (first.agent, second.agent) == (A, B)
    assert bench.queue("c3", 3.0) is None
    assert bench.queue("c4", 4.0) is None
    bench(OfferTaken(second.attempt), 5.0)
    third = offer(bench(TalkEnded(second.attempt), 6.0))
    assert third is not None
    assert (third.call, third.agent) == ("c3", B)


def test_agents_without_the_skills_are_not_offered_the_call() -> None:
    bench = Bench({"care": {}}, TWO)
    expert = bench.queue("c1", 1.0, skills=("loans>=3",))
    assert expert is not None
    assert expert.agent == B
    assert bench.queue("c2", 2.0, skills=("loans>=3",)) is None
    anyone = bench.queue("c3", 3.0)
    assert anyone is not None
    assert anyone.agent == A


def test_a_language_that_somebody_speaks_is_a_skill_and_any_other_is_not_asked_for() -> None:
    bench = Bench({"care": {}}, TWO)
    english = bench.queue("c1", 1.0, language="english")
    assert english is not None
    assert english.agent == B
    other = bench.queue("c2", 1.0, language="fr")
    assert other is not None
    assert other.agent == A


def test_a_missed_offer_rests_the_agent_and_returns_the_caller_to_the_old_place() -> None:
    bench = Bench({"care": {"delay_no_answer_s": 10}}, {"a": {}})
    first = bench.queue("c1", 1.0)
    assert first is not None
    bench.queue("c2", 2.0)
    bench(OfferMissed(first.attempt, "no_answer"), 20.0)
    assert bench.state("a") == "paused"
    again = offer(bench.until(30.0))
    assert again is not None
    assert again.call == "c1"


def test_misses_in_a_row_pause_the_agent_until_resumed() -> None:
    bench = Bench({"care": {"miss_limit": 2, "delay_no_answer_s": 5}}, {"a": {}})
    first = bench.queue("c1", 1.0)
    assert first is not None
    bench(OfferMissed(first.attempt, "no_answer"), 20.0)
    second = offer(bench.until(25.0))
    assert second is not None
    changed = bench(OfferMissed(second.attempt, "no_answer"), 45.0)
    assert AgentChanged(A, "paused", "rona", 45.0) in changed
    assert offer(bench.until(1000.0)) is None
    assert offer(bench(AgentResumed(A), 1001.0)) is not None


@pytest.mark.parametrize(
    ("reason", "rest_s"), [("rejected", 15.0), ("forwarded", 15.0), ("busy", 30.0), ("no_answer", 10.0)]
)
def test_each_kind_of_miss_has_its_own_rest(reason: str, rest_s: float) -> None:
    bench = Bench({"care": {}}, {"a": {}})
    first = bench.queue("c1", 0.0)
    assert first is not None
    bench(OfferMissed(first.attempt, reason), 1.0)  # type: ignore[arg-type]  # parametrised over the literal
    assert bench.acd.next_deadline() == 1.0 + rest_s


def test_the_caller_who_hangs_up_while_it_rings_frees_the_agent_in_the_old_place() -> None:
    bench = Bench({"care": {}}, {"a": {}, "b": {}})
    first = bench.queue("c1", 1.0)
    assert first is not None
    said = bench(CallLeft(CallId("c1"), "hung_up"), 2.0)
    assert WithdrawOffer(first.attempt, CallId("c1"), A) in said
    second = bench.queue("c2", 3.0)
    assert second is not None
    assert second.agent == A
    assert bench(OfferTaken(first.attempt), 4.0) == []


def test_wrap_up_ends_by_itself_or_by_the_agent() -> None:
    bench = Bench({"care": {"wrap_up_s": 30}}, {"a": {}})
    for call, began_at, ended_by_agent in (("c1", 0.0, False), ("c2", 100.0, True)):
        first = bench.queue(call, began_at)
        assert first is not None
        bench(OfferTaken(first.attempt), began_at + 1)
        bench(TalkEnded(first.attempt), began_at + 10)
        assert bench.state("a") == "wrap_up"
        if ended_by_agent:
            bench(WrapUpEnded(A), began_at + 11)
        else:
            bench.until(began_at + 40)
        assert bench.state("a") == "idle"
    assert bench.acd.next_deadline() is None


def test_pausing_while_it_rings_gives_the_caller_to_another() -> None:
    bench = Bench({"care": {}}, {"a": {}, "b": {}})
    bench.queue("c1", 1.0)
    other = offer(bench(AgentPaused(A, "lunch"), 2.0))
    assert other is not None
    assert (other.call, other.agent) == ("c1", B)
    assert bench.state("a") == "paused"


def test_signing_out_lets_a_talk_end() -> None:
    bench = Bench({"care": {"wrap_up_s": 30}}, {"a": {}})
    first = bench.queue("c1", 1.0)
    assert first is not None
    bench(OfferTaken(first.attempt), 2.0)
    bench(AgentSignedOut(A), 3.0)
    assert bench.state("a") == "talking"
    bench(TalkEnded(first.attempt), 4.0)
    assert bench.state("a") == "offline"


def test_a_phone_that_is_away_is_offered_nothing_until_back() -> None:
    bench = Bench({"care": {}}, {"a": {}})
    bench(AgentReachable(A, False), 1.0)
    assert bench.queue("c1", 2.0) is None
    assert offer(bench(AgentReachable(A, True), 3.0)) is not None


def test_classes_and_vip_are_head_starts_so_that_nobody_starves() -> None:
    queues = {"care": {"classes": {"urgent": 5}, "vip": 2}}
    bench = Bench(queues, {"a": {}}, signed_in=False)
    bench.queue("old", 0.0)
    bench.queue("plain", 250.0)
    bench.queue("vip", 251.0, vip=True)
    bench.queue("urgent", 252.0, class_="urgent")
    served = []
    bench(AgentSignedIn(A), 400.0)
    for _ in range(4):
        assignment = bench.acd.agents.by_id[A].assignment
        assert assignment is not None
        served.append(assignment.call)
        bench(OfferTaken(assignment.attempt), 400.0)
        bench(TalkEnded(assignment.attempt), 400.0)
    assert served == ["urgent", "old", "vip", "plain"]


def test_steps_widen_the_skills_and_suggest_a_way_out() -> None:
    queues = {
        "care": {"steps": [{"after_s": 10, "lower": 1}, {"after_s": 20, "offer": "callback"}]},
        "desk": {"steps": [{"after_s": 5, "overflow": "care"}]},
    }
    bench = Bench(queues, {"a": {"skills": {"loans": 2}, "queues": ["care"]}})
    assert bench.queue("c1", 0.0, queue="desk", skills=("loans>=4",)) is None
    said = bench.until(40.0)
    assert [c.queue for c in said if isinstance(c, WaitWidened)] == ["care", "care", "care"]
    assert [c.way for c in said if isinstance(c, SuggestWayOut)] == ["callback"]
    assert bench.acd.callers.by_call[CallId("c1")].queue.name == "care"
    found = bench.queue("c2", 41.0, skills=("loans>=2",))
    assert found is not None


def test_skills_that_are_dropped_or_added_to_find_an_agent() -> None:
    queues = {
        "care": {"steps": [{"after_s": 10, "drop": ["english"]}]},
        "desk": {"steps": [{"after_s": 10, "add": "loans"}]},
    }
    bench = Bench(
        queues, {"a": {"skills": {"loans": 2}, "queues": ["care"]}, "z": {"skills": {"english": 1}, "queues": []}}
    )
    bench.queue("c1", 0.0, skills=("english", "loans"))
    dropped = offer(bench.until(10.0))
    assert dropped is not None
    assert dropped.agent == A
    bench(OfferTaken(dropped.attempt), 11.0)
    bench(TalkEnded(dropped.attempt), 12.0)
    bench.queue("c2", 20.0, queue="desk", skills=("english",))
    added = offer(bench.until(30.0))
    assert added is not None
    assert added.agent == A


def test_a_named_agent_is_waited_for_and_then_no_longer() -> None:
    bench = Bench({"care": {}}, {"a": {}, "b": {}})
    busy = bench.queue("c1", 1.0, agent=B, sticky_s=30.0)
    assert busy is not None
    assert busy.agent == B
    assert bench.queue("c2", 2.0, agent=B, sticky_s=30.0) is None
    later = offer(bench.until(32.0))
    assert later is not None
    assert later.agent == A


def test_a_named_agent_who_is_not_there_is_skipped_also_later() -> None:
    bench = Bench({"care": {}}, {"a": {}, "b": {}})
    bench(AgentPaused(B, "lunch"), 0.5)
    skipped = bench.queue("c1", 1.0, agent=B, sticky_s=30.0)
    assert skipped is not None
    assert skipped.agent == A
    bench(AgentResumed(B), 2.0)
    assert bench.queue("c2", 2.0) is not None
    assert bench.queue("c3", 3.0, agent=B, sticky_s=300.0) is None
    bench(OfferTaken(skipped.attempt), 4.0)
    assert offer(bench(TalkEnded(skipped.attempt), 5.0)) is None
    freed = offer(bench(AgentSignedOut(B), 6.0))
    assert freed is not None
    assert freed.agent == A


def test_limits_of_length_wait_and_presence_release_the_caller() -> None:
    bench = Bench({"care": {"max_length": 1, "max_wait_s": 60}}, {"a": {}})
    bench(AgentPaused(A, "lunch"), 0.0)
    bench.queue("c1", 0.0)
    full = bench.queue("c2", 1.0)
    assert full is None
    assert bench.said[-1] == ReleaseCall(CallId("c2"), AttemptId("q"), "full")
    assert bench.until(60.0) == [ReleaseCall(CallId("c1"), AttemptId("q"), "timed_out")]


def test_join_empty_and_leave_empty() -> None:
    bench = Bench({"care": {"join_empty": False, "leave_empty": True}}, TWO)
    bench.queue("c0", 0.0)
    bench.queue("c1", 0.0, skills=("loans>=4",))
    assert bench.queue("c2", 1.0, skills=("loans>=5",)) is None
    assert bench.said[-1] == ReleaseCall(CallId("c2"), AttemptId("q"), "no_agents")
    assert bench.queue("c3", 2.0, skills=("loans>=4",)) is None
    said = bench(AgentSignedOut(B), 3.0)
    gone = {command.call for command in said if isinstance(command, ReleaseCall)}
    assert gone == {"c1", "c3"}


def test_whoever_was_cut_off_and_is_back_in_time_has_the_old_place() -> None:
    bench = Bench({"care": {}}, {"a": {}}, signed_in=False)
    bench.queue("c1", 0.0, caller="+861390000001")
    bench.queue("c2", 1.0, caller="+861390000002")
    bench(CallLeft(CallId("c1"), "lost"), 50.0)
    bench.queue("c3", 100.0, caller="+861390000001")
    first = offer(bench(AgentSignedIn(A), 101.0))
    assert first is not None
    assert first.call == "c3"


def test_an_offer_about_which_nothing_is_heard_fails() -> None:
    bench = Bench({"care": {"ring_s": 20}}, {"a": {}, "b": {}})
    first = bench.queue("c1", 0.0)
    assert first is not None
    second = offer(bench.until(20.0 + ANSWER_GRACE_S))
    assert second is not None
    assert second.agent == B
    assert offer(bench(OfferMissed(first.attempt, "failed"), 99.0)) is None
    assert bench.state("b") == "offered"


def test_supervisors_move_agents_and_callers() -> None:
    bench = Bench({"care": {}, "desk": {}}, {"a": {"queues": ["care"]}})
    assert bench.queue("c1", 0.0, queue="desk") is None
    moved = offer(bench(AgentMoved(A, (DESK,)), 1.0))
    assert moved is not None
    bench(OfferTaken(moved.attempt), 2.0)
    bench.queue("c2", 3.0, queue="care")
    assert offer(bench(TalkEnded(moved.attempt), 4.0)) is None
    assert offer(bench(CallMoved(CallId("c2"), DESK), 5.0)) is not None


def test_a_publish_keeps_callers_and_agents_where_they_are() -> None:
    bench = Bench({"care": {}, "desk": {}}, {"a": {}, "b": {}})
    first = bench.queue("c1", 0.0)
    second = bench.queue("c2", 0.0)
    assert first is not None
    assert second is not None
    bench(OfferTaken(first.attempt), 1.0)
    bench.queue("c3", 2.0, queue="desk")
    bench.versions["v2"] = configured({"care": {"wrap_up_s": 60}}, {"n": {}, "b": {}})
    bench(Configured("v2"), 3.0)
    with pytest.raises(BadInput):
        bench.queue("c4", 4.0, queue="desk")
    bench(TalkEnded(first.attempt), 5.0)
    bench(OfferTaken(second.attempt), 5.0)
    served = offer(bench(AgentSignedIn(AgentId("n")), 6.0))
    assert served is not None
    assert served.call == "c3"
    bench(TalkEnded(second.attempt), 7.0)
    assert bench.state("b") == "idle", "c2 came under v1, which has no wrap-up"
    assert A not in bench.acd.agents.by_id


def test_what_cannot_be_is_refused_and_what_is_stale_is_ignored() -> None:
    bench = Bench({"care": {}}, {"a": {}})
    first = bench.queue("c1", 0.0)
    assert first is not None
    with pytest.raises(BrokenRule):
        bench.queue("c1", 1.0)
    with pytest.raises(BrokenRule):
        bench(TalkEnded(first.attempt), 1.0)
    for stale in (
        OfferTaken(AttemptId("offer-99")),
        OfferMissed(AttemptId("offer-99"), "busy"),
        TalkEnded(AttemptId("offer-99")),
        CallLeft(CallId("nobody"), "hung_up"),
        AgentSignedIn(A),
        AgentSignedIn(AgentId("nobody")),
        WrapUpEnded(A),
    ):
        assert bench(stale, 2.0) == []


def test_the_weighted_policy_keeps_the_last_flexible_agent_back_until_it_is_worth_it() -> None:
    weights = {"goal_s": 20, "fresh": 1.0, "growth": 1.0, "late_growth": 0.1, "reserve": 1.5, "decay": 0.5}
    queues = {"care": {"weights": {**weights, "reserve": 0.0}}, "desk": {"weights": {**weights, "reserve": 3.0}}}
    bench = Bench(queues, {"only_care": {"queues": ["care"]}, "both": {}})
    plain = bench.queue("c1", 0.0)
    assert plain is not None
    assert plain.agent == "only_care", "the cheaper of the two, though both are idle as long"
    assert bench.queue("c2", 1.0) is None, "kept back for the desk"
    dear = bench.queue("c3", 2.0, queue="desk", class_="urgent")
    assert dear is not None
    assert dear.agent == "both"
    bench(CallLeft(CallId("c3"), "hung_up"), 3.0)
    assert offer(bench.until(10.5)) is None
    grown = offer(bench.until(13.0))  # worth 1 + 10/20 after ten seconds: what the last agent of the desk costs
    assert grown is not None
    assert (grown.call, grown.agent) == ("c2", "both"), "nobody waits for ever"


@pytest.mark.parametrize("before_s", [0.9, 0.5, 0.001])
def test_what_happens_shortly_before_a_planned_look_does_not_put_it_off(before_s: float) -> None:
    weights = {"goal_s": 20, "fresh": 1.0, "growth": 1.0, "late_growth": 0.1, "reserve": 1.5, "decay": 0.5}
    queues = {"care": {"weights": {**weights, "reserve": 0.0}}, "desk": {"weights": {**weights, "reserve": 3.0}}}
    bench = Bench(queues, {"both": {}})
    assert bench.queue("c1", 0.0) is None
    planned = bench.acd.next_deadline()
    assert planned is not None
    bench(AgentSignedIn(AgentId("both")), planned - before_s)
    assert bench.acd.next_deadline() == planned
    bench.queue("c2", planned - before_s / 2)
    assert bench.acd.next_deadline() == planned
