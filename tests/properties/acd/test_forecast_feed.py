"""Whatever happens to callers and agents, the forecaster knows who waits where and who is there just as the queues do.

The same events go through a driver that ticks at each deadline, as live and in simulations, and through one that was
restored from a snapshot half way.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.commands import AcdCommand, Offer
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
    CallLeft,
    CallMoved,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
    WrapUpEnded,
)
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Forecast, Forecaster
from acd.forecast.routing_view import AcdRoutingView
from acd.forecast.wrapper import Forecasting
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.properties

QUEUES = [QueueName("care"), QueueName("loans")]
AGENTS = [AgentId(f"a{n}") for n in range(4)]
RULES = {
    "care": {"miss_limit": 2, "wrap_up_s": 15.0, "max_wait_s": 300.0, "steps": [{"after_s": 40, "overflow": "loans"}]},
    "loans": {"skills": ["credit>=2"], "priority": 1, "leave_empty": True, "steps": [{"after_s": 20, "lower": 1}]},
}


def version(levels: list[int]) -> Configuration:
    people = {a: {"skills": {"credit": n}, "queues": ["care", "loans"]} for a, n in zip(AGENTS, levels, strict=False)}
    configuration, problems = read({"queues": RULES}, {"agents": people})
    assert problems == []
    return configuration


VERSIONS = {"v1": version([1, 2, 3, 4]), "v2": version([3, 1, 2])}


class House:
    """Queues and forecaster; a step is (what, who, which, seconds before)."""

    def __init__(self) -> None:
        self.queues = Acd(VERSIONS.__getitem__)
        self.forecaster = Forecaster({})
        made: list[Forecast] = []
        self.both = Forecasting(self.queues, Feed(self.forecaster, AcdRoutingView(self.queues)), made.append)
        self.made = made
        self.now = 0.0
        self.ringing: list[AttemptId] = []
        self.talking: list[AttemptId] = []
        self.came = 0
        self.tell(Configured("v1"))

    def step(self, what: str, who: int, which: int, pause_s: float) -> None:
        until = self.now + pause_s
        while (due := self.both.next_deadline()) is not None and due <= until:
            self.now = due
            self.note(self.both.tick(due))
        self.now = until
        event = self.event(what, AGENTS[who], QUEUES[which])
        if event is not None:
            self.tell(event)

    def tell(self, event: AcdEvent) -> None:
        self.note(self.both.handle(event, self.now))

    def note(self, commands: list[AcdCommand]) -> None:
        self.ringing += [command.attempt for command in commands if isinstance(command, Offer)]

    def event(self, what: str, agent: AgentId, queue: QueueName) -> AcdEvent | None:
        waiting = list(self.queues.callers.by_call)
        match what:
            case "queue":
                self.came += 1
                return CallQueued(CallId(f"c{self.came}"), AttemptId(f"q{self.came}"), queue, priority=self.came % 3)
            case "leave" if waiting:
                return CallLeft(waiting[self.came % len(waiting)], "hung_up")
            case "move" if waiting:
                return CallMoved(waiting[-1], queue)
            case "take" if self.ringing:
                self.talking.append(self.ringing[0])
                return OfferTaken(self.ringing.pop(0))
            case "miss" if self.ringing:
                return OfferMissed(self.ringing.pop(), "no_answer")
            case "end" if self.talking:
                attempt = self.talking.pop(0)
                known = self.queues.assignments.get(attempt)
                return TalkEnded(attempt) if known is not None and known.caller is None else None
            case "in":
                return AgentSignedIn(agent)
            case "out":
                return AgentSignedOut(agent)
            case "pause":
                return AgentPaused(agent, "tea")
            case "resume":
                return AgentResumed(agent)
            case "away" | "near":
                return AgentReachable(agent, what == "near")
            case "wrapped":
                return WrapUpEnded(agent)
            case "reassign":
                return AgentMoved(agent, (queue,))
            case "publish":
                return Configured("v2" if queue == "care" else "v1")
            case _:
                return None

    def agrees(self) -> None:
        view = AcdRoutingView(self.queues)
        there = {agent.id: view.serves(agent.id) for agent in self.queues.agents.published}
        assert dict(self.forecaster.servers.told()) == {a: kinds for a, kinds in there.items() if kinds is not None}
        expected = {call: (caller.queue.name, caller.key) for call, caller in self.queues.callers.by_call.items()}
        known = {waiter.call: (waiter.kind, pytest.approx(waiter.order[0])) for waiter in self.forecaster.line}
        assert known == expected


WHAT = ["queue"] * 4 + ["take"] * 3 + ["end"] * 2 + ["in"] * 2
WHAT += ["leave", "move", "miss", "out", "pause", "resume", "away", "near", "wrapped", "reassign", "publish"]
STEPS = st.lists(
    st.tuples(st.sampled_from(WHAT), st.integers(0, 3), st.integers(0, 1), st.sampled_from([0.0, 1.0, 12.0, 45.0])),
    max_size=60,
)


@settings(max_examples=150)
@given(STEPS, st.integers(0, 60))
def test_the_forecaster_knows_what_the_queues_know(steps: list[tuple[str, int, int, float]], half: int) -> None:
    house = House()
    for number, step in enumerate(steps):
        if number == half:
            heir = House()
            heir.both.restore(house.both.snapshot())
            heir.now, heir.came, heir.made = house.now, house.came, house.made
            heir.ringing, heir.talking = house.ringing, house.talking
            house = heir
        house.step(*step)
        house.agrees()
