"""The forecaster beside the real queues core, over some busy hours of made-up callers."""

import heapq
import random

import pytest

from acd.commands import Offer
from acd.config import read
from acd.core import Acd
from acd.events import AcdEvent, AgentSignedIn, CallQueued, Configured, OfferTaken, TalkEnded
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Forecast, Forecaster
from acd.forecast.routing_view import AcdRoutingView
from acd.forecast.wrapper import Forecasting
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.unit

AGENTS = [AgentId(f"a{n}") for n in range(6)]


def core(made: list[Forecast]) -> Forecasting:
    configuration, problems = read({"queues": {"care": {}}}, {"agents": {agent: {} for agent in AGENTS}})
    assert problems == []
    queues = Acd({"v1": configuration}.__getitem__)
    return Forecasting(queues, Feed(Forecaster({}), AcdRoutingView(queues)), made.append)


def live_through(house: Forecasting, calls: int) -> dict[CallId, float]:
    """Callers every 32 s, talks of 180 s: six agents are nearly always busy. Returns who waited how long."""
    chance = random.Random(1)
    coming: list[tuple[float, int, AcdEvent]] = [(0.0, 0, Configured("v1"))]
    coming += [(0.1, 1 + n, AgentSignedIn(agent)) for n, agent in enumerate(AGENTS)]
    joined_at: dict[CallId, float] = {}
    at = 1.0
    for n in range(calls):
        at += chance.expovariate(1 / 32.0)
        joined_at[CallId(f"c{n}")] = at
        coming.append((at, 10 + n, CallQueued(CallId(f"c{n}"), AttemptId(f"q{n}"), QueueName("care"))))
    heapq.heapify(coming)
    offered: dict[AttemptId, CallId] = {}
    waits: dict[CallId, float] = {}
    order = calls + 100
    while coming:
        due = house.next_deadline()
        if due is not None and due <= coming[0][0]:
            now, commands = due, house.tick(due)
        else:
            now, _, event = heapq.heappop(coming)
            if isinstance(event, OfferTaken):
                call = offered[event.attempt]
                waits[call] = now - joined_at[call]
            commands = house.handle(event, now)
        for command in commands:
            if isinstance(command, Offer):
                offered[command.attempt] = command.call
                heapq.heappush(coming, (now + 3.0, order, OfferTaken(command.attempt)))
                over_at = now + 3.0 + chance.expovariate(1 / 180.0)
                heapq.heappush(coming, (over_at, order + 1, TalkEnded(command.attempt)))
                order += 2
    return waits


def test_forecasts_of_the_closed_form_are_near_the_waits_and_cover_them() -> None:
    made: list[Forecast] = []
    waits = live_through(core(made), 600)
    entry: dict[CallId, Forecast] = {}
    for forecast in made:
        entry.setdefault(forecast.call, forecast)
    queued = [(entry[call], wait) for call, wait in waits.items() if wait > 3.5 and entry[call].layer != "silent"]
    mean_s = sum(wait for _, wait in queued) / len(queued)
    error_s = sum(abs(said.median_s - wait) for said, wait in queued) / len(queued)
    inside = sum(said.low_s <= wait <= said.high_s for said, wait in queued) / len(queued)
    assert len(queued) > 400
    assert error_s < 0.4 * mean_s
    assert 0.7 < inside < 0.9


def test_a_replay_gives_the_same_forecasts() -> None:
    first: list[Forecast] = []
    second: list[Forecast] = []
    live_through(core(first), 120)
    live_through(core(second), 120)
    assert first == second
    assert len(first) > 120
