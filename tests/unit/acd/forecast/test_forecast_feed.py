"""The forecaster beside the queues."""

from collections.abc import Callable

import pytest

from acd.commands import AcdCommand, AgentChanged, AgentState, Offer, ReleaseCall, WithdrawOffer
from acd.events import (
    AcdEvent,
    AgentPaused,
    AgentSignedIn,
    CallLeft,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
)
from acd.forecast.announce import Said, Unsaid
from acd.forecast.feed import EVERY_S, Feed
from acd.forecast.forecaster import ENOUGH_TALKS, Example, Forecast, Forecaster
from acd.forecast.wrapper import Forecasting
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.unit

QUEUE = QueueName("care")
ANN = AgentId("ann")


def queued(call: str, priority: float = 0.0) -> CallQueued:
    return CallQueued(CallId(call), AttemptId(f"q-{call}"), QUEUE, priority=priority)


def offer(call: str, agent: AgentId = ANN) -> Offer:
    return Offer(AttemptId(f"o-{call}"), CallId(call), agent, QUEUE, 20.0)


class Known:
    """A `RoutingView` where everybody who was ever seen serves everything, and callers rank by their own priority."""

    def place(self, call: CallId) -> None:
        return None

    def serves(self, agent: AgentId) -> frozenset[QueueName]:
        return frozenset({QUEUE})


def changed(state: AgentState, reason: str = "", agent: AgentId = ANN) -> AgentChanged:
    return AgentChanged(agent, state, reason, 0.0)


def taught(learned: Callable[[Example], object] = lambda example: None) -> tuple[Feed, float]:
    """A feed that has seen enough talks of 120 s, one after the other."""
    feed = Feed(Forecaster({}), Known(), learned)
    feed.observe(AgentSignedIn(ANN), [changed("idle")], 0.0)
    now = 0.0
    for n in range(ENOUGH_TALKS):
        feed.observe(queued(f"t{n}"), [offer(f"t{n}")], now)
        feed.observe(OfferTaken(AttemptId(f"o-t{n}")), [], now + 3.0)
        now += 123.0
        feed.observe(TalkEnded(AttemptId(f"o-t{n}")), [], now)
    return feed, now


def test_a_caller_has_a_forecast_at_entry_and_every_15_s() -> None:
    feed, now = taught()
    (first,) = feed.observe(queued("me"), [], now)
    assert (first.layer, first.position) == ("closed form", 1)
    assert 60 < first.mean_s < 240
    assert feed.next_deadline() == now + EVERY_S
    assert feed.tick(now + 14.0) == []
    (second,) = feed.tick(now + EVERY_S)
    assert second.at == now + EVERY_S
    assert feed.latest[CallId("me")] == second


@pytest.mark.parametrize(
    ("event", "commands"),
    [
        (CallLeft(CallId("me"), "hung_up"), []),
        (AgentPaused(ANN, "lunch"), [ReleaseCall(CallId("me"), AttemptId("q-me"), "no_agents")]),
        (OfferTaken(AttemptId("o-me")), []),
    ],
)
def test_who_waits_no_more_has_none(event: AcdEvent, commands: list[AcdCommand]) -> None:
    feed, now = taught()
    feed.observe(queued("me"), [offer("me")], now)
    feed.observe(event, commands, now + 5.0)
    assert feed.latest == {}
    assert feed.next_deadline() is None
    assert feed.tick(now + 100.0) == []
    assert feed.announce(CallId("me")) == Unsaid("the call does not wait")


def test_a_missed_offer_keeps_the_place_and_its_late_answer_is_stale() -> None:
    feed, now = taught()
    feed.observe(queued("me"), [offer("me")], now)
    feed.observe(OfferMissed(AttemptId("o-me"), "no_answer"), [], now + 20.0)
    feed.observe(OfferTaken(AttemptId("o-me")), [], now + 21.0)
    assert feed.latest[CallId("me")].position == 1


@pytest.mark.parametrize(
    ("event", "commands"),
    [
        (OfferMissed(AttemptId("o-me"), "no_answer"), []),
        (AgentPaused(ANN, "lunch"), [WithdrawOffer(AttemptId("o-me"), CallId("me"), ANN)]),
    ],
)
def test_who_is_rung_for_at_once_is_forecast_of_when_nobody_answers(
    event: AcdEvent, commands: list[AcdCommand]
) -> None:
    learned: list[Example] = []
    feed, now = taught(learned.append)
    assert feed.observe(queued("me"), [offer("me")], now) == []
    assert feed.next_deadline() is None
    assert (feed.latest[CallId("me")].layer, feed.latest[CallId("me")].reason) == ("silent", "an agent is being rung")
    assert isinstance(feed.announce(CallId("me")), Unsaid)
    feed.observe(event, commands, now + 20.0)
    assert feed.next_deadline() == now + 20.0
    (made,) = feed.tick(now + 20.0)
    assert (made.call, made.layer) == ("me", "closed form")
    again = Offer(AttemptId("o-again"), CallId("me"), ANN, QUEUE, 20.0)
    feed.observe(AgentSignedIn(ANN), [again], now + 50.0)
    feed.observe(OfferTaken(again.attempt), [], now + 60.0)
    assert [(example.call, example.wait_s) for example in learned] == [("me", 40.0)], "waited from the miss on"


def test_an_offer_that_was_withdrawn_is_forgotten() -> None:
    feed, now = taught()
    before = len(feed.snapshot())
    for n in range(50):
        feed.observe(queued(f"w{n}"), [offer(f"w{n}")], now)
        feed.observe(
            CallLeft(CallId(f"w{n}"), "hung_up"), [WithdrawOffer(AttemptId(f"o-w{n}"), CallId(f"w{n}"), ANN)], now
        )
    assert len(feed.snapshot()) < before + 100


def test_priority_in_minutes_counts_like_minutes_waited() -> None:
    feed, now = taught()
    feed.observe(queued("old"), [], now)
    (new,) = feed.observe(queued("new", priority=1.0), [], now + 30.0)
    assert new.position == 1
    (again,) = feed.tick(now + EVERY_S)
    assert (again.call, again.position) == ("old", 2)


def test_pausing_agents_silence_the_forecast_with_a_reason() -> None:
    feed, now = taught()
    feed.observe(queued("me"), [], now)
    assert isinstance(feed.announce(CallId("me")), Said)
    feed.observe(AgentPaused(ANN, "lunch"), [changed("paused", "lunch")], now + 1.0)
    feed.tick(now + EVERY_S)
    assert feed.announce(CallId("me")) == Unsaid("nobody who answers care is seen at work")


def test_a_feed_that_was_restored_goes_on_alike() -> None:
    feed, now = taught()
    feed.observe(queued("me"), [], now)
    feed.announce(CallId("me"))
    feed.observe(queued("next"), [offer("next")], now + 1.0)
    again = Feed(Forecaster({}), Known())
    again.restore(feed.snapshot())
    for one in (feed, again):
        one.observe(OfferTaken(AttemptId("o-next")), [], now + 9.0)
        one.observe(TalkEnded(AttemptId("o-next")), [], now + 200.0)
    assert again.next_deadline() == feed.next_deadline()
    assert again.tick(now + 201.0) == feed.tick(now + 201.0)
    assert again.announce(CallId("me")) == feed.announce(CallId("me"))
    assert again.snapshot() == feed.snapshot()


class Queues:
    """Queues that offer a caller to Ann once they are configured."""

    def handle(self, event: AcdEvent, now: float) -> list[AcdCommand]:
        return [offer("me")] if isinstance(event, Configured) else []

    def next_deadline(self) -> float | None:
        return 500.0

    def tick(self, now: float) -> list[AcdCommand]:
        return []

    def snapshot(self) -> bytes:
        return b"queues"

    def restore(self, snapshot: bytes) -> None:
        assert snapshot == b"queues"


def test_beside_the_queues_their_commands_are_unchanged_and_forecasts_are_told() -> None:
    made: list[Forecast] = []
    core = Forecasting(Queues(), Feed(Forecaster({}), Known()), made.append)
    assert core.handle(queued("me"), 10.0) == []
    assert [(f.call, f.layer, f.position) for f in made] == [("me", "silent", 1)]
    assert core.next_deadline() == 10.0 + EVERY_S
    core.tick(10.0 + EVERY_S)
    assert [f.at for f in made] == [10.0, 25.0]
    later = Forecasting(Queues(), Feed(Forecaster({}), Known()), made.append)
    later.restore(core.snapshot())
    assert later.next_deadline() == 40.0
    assert later.handle(Configured("v1"), 30.0) == [offer("me")]
    assert later.handle(OfferTaken(AttemptId("o-me")), 30.0) == []
    assert later.next_deadline() == 500.0
