"""Reasons of matches: live, and by replay of what happened."""

import pytest

from acd.events import AcdEvent, AgentPaused, AgentSignedIn, AgentSignedOut, CallQueued, Configured, OfferTaken
from calls.ids import AgentId, AttemptId, CallId, QueueName
from tests.unit.acd.reasons import explain, why
from tests.unit.acd.sites import Bench

pytestmark = pytest.mark.unit

AGENTS = {
    "expert": {"skills": {"loans": 5}},
    "newcomer": {"skills": {"loans": 1}},
    "elsewhere": {"skills": {"loans": 5}, "queues": ["desk"]},
    "resting": {"skills": {"loans": 4}},
    "other": {"skills": {"loans": 3}},
    "home": {"skills": {"loans": 5}},
}


def events() -> list[tuple[float, AcdEvent]]:
    told: list[tuple[float, AcdEvent]] = [(0.0, Configured("v1"))]
    told += [(0.0, AgentSignedIn(AgentId(agent))) for agent in AGENTS]
    told += [(1.0, AgentPaused(AgentId("resting"), "lunch")), (1.0, AgentSignedOut(AgentId("home")))]
    for number in range(3):
        call = CallQueued(CallId(f"c{number}"), AttemptId("q"), QueueName("care"), ("loans>=3",))
        told.append((10.0 + number, call))
    told.append((20.0, OfferTaken(AttemptId("offer-1"))))
    return told


def test_each_agent_has_a_verdict_and_a_replay_gives_the_same() -> None:
    bench = Bench({"care": {}, "desk": {}}, AGENTS, signed_in=False)
    for at, event in events()[1:]:
        bench(event, at)
    (first,) = why(events(), bench.versions.__getitem__, CallId("c0"))
    assert first.agent == "expert"
    assert {one.agent: one.verdict for one in first.standings} == {
        "expert": "chosen",
        "newcomer": "lacks_skill",
        "elsewhere": "not_in_queue",
        "resting": "paused",
        "other": "ranked_lower",
        "home": "offline",
    }
    assert first.expression == "loans>=3"
    scores = {one.agent: one.score for one in first.standings}
    assert scores["expert"] is not None
    assert scores["other"] is not None
    assert scores["expert"] < scores["other"], "the longest idle is first"
    assert why(events(), bench.versions.__getitem__, CallId("c0")) == [first]


def test_a_wait_is_explained_too_live_and_by_replay() -> None:
    bench = Bench({"care": {}, "desk": {}}, AGENTS, signed_in=False)
    for at, event in events()[1:]:
        bench(event, at)
    live = explain(bench.acd, CallId("c2"), 72.0)
    assert live is not None
    assert live.agent is None
    assert live.score == pytest.approx(1.0)
    assert {one.agent: one.detail for one in live.standings if one.verdict == "busy"} == {
        "expert": "talking",
        "other": "offered",
    }
    (then,) = why(events(), bench.versions.__getitem__, CallId("c2"))
    assert [one.verdict for one in then.standings] == [one.verdict for one in live.standings]
    assert explain(bench.acd, CallId("c0"), 72.0) is None


def test_the_callers_whom_the_agent_could_have_had_are_named() -> None:
    bench = Bench({"care": {}}, {"a": {}}, signed_in=False)
    told: list[tuple[float, AcdEvent]] = [(0.0, Configured("v1"))]
    told += [
        (float(number), CallQueued(CallId(f"c{number}"), AttemptId("q"), QueueName("care"), class_=class_))
        for number, class_ in ((1, "general"), (2, "urgent"))
    ]
    told.append((60.0, AgentSignedIn(AgentId("a"))))
    waited, chosen = why(told, bench.versions.__getitem__, CallId("c2"))
    assert waited.agent is None
    assert chosen.agent == "a"
    assert [rival.call for rival in chosen.rivals] == ["c1"]
    assert chosen.score > chosen.rivals[0].score
