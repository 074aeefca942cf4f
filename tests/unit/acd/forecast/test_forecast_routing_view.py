"""What the forecaster knows of callers and agents is what the queues know: after any step, whoever drives the core."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from acd.commands import Offer
from acd.config import Configuration, read
from acd.core import Acd
from acd.events import (
    AcdEvent,
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallMoved,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
)
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Forecast, Forecaster
from acd.forecast.routing_view import AcdRoutingView
from acd.forecast.wrapper import Forecasting
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.unit

ANN, BOB = AgentId("ann"), AgentId("bob")
CARE, LOANS = QueueName("care"), QueueName("loans")


def configuration(agents: dict[str, Any] | None = None) -> Configuration:
    queues = {
        "care": {"miss_limit": 2, "delay_no_answer_s": 10.0, "steps": [{"after_s": 60, "overflow": "loans"}]},
        "loans": {"priority": 2, "skills": ["credit>=3"]},
    }
    people = agents or {
        "ann": {"queues": ["care"], "skills": {"credit": 4}},
        "bob": {"queues": ["care", "loans"], "skills": {"credit": 2}},
    }
    found, problems = read({"queues": queues}, {"agents": people})
    assert problems == []
    return found


@dataclass
class House:
    """Queues with the forecaster beside them."""

    versions: dict[str, Configuration] = field(default_factory=lambda: {"v1": configuration()})
    made: list[Forecast] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.queues = Acd(self.versions.__getitem__)
        self.forecaster = Forecaster({})
        self.feed = Feed(self.forecaster, AcdRoutingView(self.queues))
        self.both = Forecasting(self.queues, self.feed, self.made.append)
        self.tell(Configured("v1"))

    def tell(self, *events: AcdEvent) -> list[Offer]:
        """Each a second after the other, deadlines in between; the offers that were made."""
        offers: list[Offer] = []
        for event in events:
            offers += self.pass_time(1.0)
            offers += [c for c in self.both.handle(event, self.now) if isinstance(c, Offer)]
        return offers

    def pass_time(self, seconds: float) -> list[Offer]:
        offers: list[Offer] = []
        until = self.now + seconds
        while (due := self.both.next_deadline()) is not None and due <= until:
            offers += [c for c in self.both.tick(due) if isinstance(c, Offer)]
        self.now = until
        return offers

    def there(self) -> dict[str, frozenset[str]]:
        return dict(self.forecaster.servers.told())


def queued(call: str, queue: QueueName = CARE) -> CallQueued:
    return CallQueued(CallId(call), AttemptId(f"q-{call}"), queue)


def test_an_agent_is_known_with_the_queues_whose_skills_they_have() -> None:
    house = House()
    house.tell(AgentSignedIn(ANN), AgentSignedIn(BOB))
    assert house.there() == {"ann": {"care"}, "bob": {"care"}}
    house.tell(AgentMoved(ANN, (CARE, LOANS)))
    assert house.there() == {"ann": {"care", "loans"}, "bob": {"care"}}
    house.tell(AgentMoved(ANN, (LOANS,)))
    assert house.there()["ann"] == {"loans"}


def test_a_pause_by_rona_and_the_rest_after_a_missed_call_are_heard_of() -> None:
    house = House()
    (offer,) = house.tell(AgentSignedIn(ANN), queued("c"))
    assert house.tell(OfferMissed(offer.attempt, "no_answer")) == []
    assert house.there() == {}  # rests
    (again,) = house.pass_time(10.0)
    assert house.there() == {"ann": {"care"}}
    house.tell(OfferMissed(again.attempt, "no_answer"))
    assert house.queues.agents.by_id[ANN].reason == "rona"
    house.pass_time(30.0)
    assert house.there() == {}
    house.tell(AgentResumed(ANN))
    assert house.there() == {"ann": {"care"}}


def test_a_phone_out_of_reach_is_an_agent_away() -> None:
    house = House()
    house.tell(AgentSignedIn(ANN), AgentReachable(ANN, False))
    assert house.there() == {}
    house.tell(AgentReachable(ANN, True))
    assert house.there() == {"ann": {"care"}}


@pytest.mark.parametrize("leaving", [AgentPaused(ANN, "lunch"), AgentSignedOut(ANN), AgentReachable(ANN, False)])
def test_who_leaves_during_a_talk_serves_to_its_end_and_is_not_expected_back(leaving: AcdEvent) -> None:
    house = House()
    (offer,) = house.tell(AgentSignedIn(ANN), queued("c"))
    house.tell(OfferTaken(offer.attempt), leaving)
    assert [hand.agent for hand in house.forecaster.servers.hands(house.now)] == [ANN]
    house.tell(TalkEnded(offer.attempt))
    assert house.there() == {}
    assert house.forecaster.servers.hands(house.now) == []


def test_who_is_unpublished_during_a_talk_is_not_expected_back() -> None:
    house = House()
    house.versions["v2"] = configuration({"bob": {"queues": ["care"], "skills": {"credit": 1}}})
    (offer,) = house.tell(AgentSignedIn(ANN), queued("c"))
    house.tell(OfferTaken(offer.attempt), Configured("v2"), TalkEnded(offer.attempt))
    assert house.there() == {}
    assert house.forecaster.servers.hands(house.now) == []


def test_a_new_version_gives_agents_other_queues() -> None:
    house = House()
    house.versions["v2"] = configuration({"ann": {"queues": ["loans"], "skills": {"credit": 5}}})
    house.tell(AgentSignedIn(ANN), Configured("v2"))
    assert house.there() == {"ann": {"loans"}}


def test_a_caller_who_is_moved_or_overflows_ranks_in_the_new_queue_with_the_time_waited() -> None:
    house = House()
    house.tell(queued("old"), queued("new", LOANS))
    house.tell(CallMoved(CallId("old"), LOANS))
    moved = house.forecaster.line.find(CallId("old"))
    assert moved is not None
    assert (moved.kind, moved.joined_at) == ("loans", 1.0 + 1.0)
    house.tell(queued("third"))
    house.pass_time(61.0)
    third = house.forecaster.line.find(CallId("third"))
    assert third is not None
    assert third.kind == "loans"
    order = [waiter.call for waiter in sorted(house.forecaster.line, key=lambda waiter: waiter.order)]
    assert order == sorted(order, key=lambda call: house.queues.callers.by_call[call].key)


def test_a_restart_knows_what_it_knew() -> None:
    house, heir = House(), House()
    house.tell(AgentSignedIn(ANN), AgentSignedIn(BOB), AgentMoved(ANN, (LOANS,)), queued("c"), AgentPaused(BOB, "tea"))
    heir.both.restore(house.both.snapshot())
    assert heir.there() == house.there() == {"ann": {"loans"}}
    assert [*heir.forecaster.line] == [*house.forecaster.line]
