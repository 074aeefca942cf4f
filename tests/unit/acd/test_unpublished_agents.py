"""An agent whom a new version drops during a talk: here until it is over, then forgotten with all that was due."""

import pytest

from acd.config import Configuration, read
from acd.core import Acd
from acd.events import AgentSignedIn, CallQueued, Configured, OfferTaken, TalkEnded
from acd.state import NEVER
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.unit

ANN = AgentId("ann")


def _configuration(*agents: str) -> Configuration:
    found, problems = read(
        {"queues": {"care": {"ring_s": 10, "wrap_up_s": 5}}}, {"agents": {one: {} for one in agents}}
    )
    assert not problems
    return found


VERSIONS = {"v1": _configuration("ann", "bob"), "v2": _configuration("bob")}


def dropped_in_a_talk() -> Acd:
    acd = Acd(VERSIONS.__getitem__)
    acd.handle(Configured("v1"), 0.0)
    acd.handle(AgentSignedIn(ANN), 0.0)
    acd.handle(CallQueued(CallId("c"), AttemptId("a"), QueueName("care"), (), "general", "en", "+8613800138000"), 1.0)
    acd.handle(OfferTaken(next(iter(acd.assignments))), 2.0)
    acd.handle(Configured("v2"), 3.0)
    return acd


def test_they_cannot_sign_in_again_and_so_are_not_here_for_ever() -> None:
    acd = dropped_in_a_talk()
    acd.handle(AgentSignedIn(ANN), 4.0)
    acd.handle(TalkEnded(next(iter(acd.assignments))), 5.0)
    acd.tick(20.0)
    assert list(acd.agents.by_id) == ["bob"]


def test_nothing_is_due_for_one_who_is_forgotten() -> None:
    """A deadline of an agent whom nobody knows would make the snapshot unreadable."""
    acd = dropped_in_a_talk()
    ann = acd.agents.by_id[ANN]
    acd.handle(TalkEnded(next(iter(acd.assignments))), 5.0)
    assert ANN not in acd.agents.by_id
    ann.due_at, ann.state = 9.0, "paused"
    acd.agents.settle(ann, 6.0)
    assert ann.due_at == NEVER
