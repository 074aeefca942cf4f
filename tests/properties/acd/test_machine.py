"""Random callers, agents, misses, publishes and restarts: what must hold after each step, whatever comes."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from acd.commands import AcdCommand, Offer, ReleaseCall, WithdrawOffer
from acd.config import Configuration, read
from acd.core import Acd
from acd.events import (
    AcdEvent,
    AgentEngaged,
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
from calls.ids import AgentId, AttemptId, CallId, QueueName

pytestmark = pytest.mark.properties

QUEUES: dict[str, Any] = {
    "care": {
        "wrap_up_s": 20,
        "max_wait_s": 600,
        "classes": {"urgent": 5, "important": 2},
        "steps": [
            {"after_s": 30, "lower": 1},
            {"after_s": 60, "drop": ["english"]},
            {"after_s": 90, "offer": "callback"},
            {"after_s": 120, "overflow": "desk"},
        ],
    },
    "desk": {
        "max_length": 4,
        "policy": "most_proficient",
        "leave_empty": True,
        "steps": [{"after_s": 50, "add": "loans"}],
    },
    "vip": {"policy": "least_occupied", "join_empty": False, "miss_limit": 2},
}
AGENTS: dict[str, Any] = {
    "a": {"skills": {"loans": 5, "english": 1}},
    "b": {"skills": {"loans": 2}, "queues": ["care", "desk"]},
    "c": {"skills": {"english": 4}, "queues": ["desk"], "wrap_up_s": 5},
    "d": {"queues": ["vip", "care"]},
}
EXPRESSIONS = ((), ("loans>=3",), ("english",), ("loans or english>=2",), ("not loans",), ("loans>=2", "english"))


def versions() -> dict[str, Configuration]:
    first, problems = read({"queues": QUEUES}, {"agents": AGENTS})
    fewer = {name: QUEUES[name] for name in ("care", "vip")}
    fewer["care"] = {"policy": "round_robin"}
    others = {"d": AGENTS["d"], "e": {"skills": {"loans": 3}}, "a": {"skills": {"loans": 1}}}
    for agent in others.values():
        agent.pop("queues", None)
    second, more = read({"queues": fewer}, {"agents": others})
    assert problems + more == []
    return {"v1": first, "v2": second}


VERSIONS = versions()
agents = st.sampled_from(["a", "b", "c", "d", "e"]).map(AgentId)
reasons = st.sampled_from(["no_answer", "busy", "rejected", "unreachable", "failed", "forwarded"])


class Queues(RuleBasedStateMachine):
    """Drives one core, and a second one that is restored from a snapshot of the first before every step."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.acd = Acd(VERSIONS.__getitem__)
        self.callers: set[CallId] = set()
        self.offers: dict[AttemptId, Offer] = {}
        self.talks: dict[AttemptId, Offer] = {}
        self.ended: set[CallId] = set()
        self.count = 0

    @initialize()
    def start(self) -> None:
        self.do(Configured("v1"))
        for agent in AGENTS:
            self.do(AgentSignedIn(AgentId(agent)))

    def do(self, event: AcdEvent | None) -> None:
        """One step of both cores; None: what is due."""
        twin = Acd(VERSIONS.__getitem__)
        if self.acd.callers.version:
            twin.restore(self.acd.snapshot())
            assert twin.snapshot() == self.acd.snapshot()
            assert twin.next_deadline() == self.acd.next_deadline()
            expected = twin.tick(self.now) if event is None else twin.handle(event, self.now)
        said = self.acd.tick(self.now) if event is None else self.acd.handle(event, self.now)
        if twin.callers.version:
            assert said == expected, "a core restored from a snapshot answers the same"
            assert twin.snapshot() == self.acd.snapshot()
        self.carry_out(said)

    def carry_out(self, commands: list[AcdCommand]) -> None:
        for command in commands:
            match command:
                case Offer():
                    assert command.call in self.callers, "only those who wait are offered"
                    assert command.call not in {offer.call for offer in self.offers.values()}, "to one agent at a time"
                    busy = {offer.agent for offer in (*self.offers.values(), *self.talks.values())}
                    assert command.agent not in busy, "no agent on two calls"
                    self.offers[command.attempt] = command
                case WithdrawOffer():
                    assert self.offers.pop(command.attempt).agent == command.agent
                case ReleaseCall():
                    self.callers.remove(command.call)
                    self.ended.add(command.call)
                case _:
                    pass

    @rule(after_s=st.sampled_from([0.0, 1.0, 7.0, 40.0, 200.0]))
    def time_passes(self, after_s: float) -> None:
        until = self.now + after_s
        while (at := self.acd.next_deadline()) is not None and at <= until:
            self.now = max(self.now, at)
            self.do(None)
        self.now = until

    @rule(
        queue=st.sampled_from(["care", "desk", "vip"]),
        skills=st.sampled_from(EXPRESSIONS),
        class_=st.sampled_from(["general", "important", "urgent"]),
        caller=st.sampled_from(["", "+8613900000001", "+8613900000002"]),
        agent=st.one_of(st.none(), agents),
    )
    def caller_comes(
        self, queue: str, skills: tuple[str, ...], class_: Any, caller: str, agent: AgentId | None
    ) -> None:
        if queue not in self.acd.callers.open:
            return
        self.count += 1
        call = CallId(f"c{self.count}")
        self.callers.add(call)
        event = CallQueued(
            call,
            AttemptId(f"q{self.count}"),
            QueueName(queue),
            skills,
            class_,
            caller=caller,
            agent=agent,
            sticky_s=45.0,
        )
        self.do(event)

    @rule(data=st.data(), reason=st.sampled_from(["hung_up", "way_out", "lost"]))
    def caller_goes(self, data: st.DataObject, reason: Any) -> None:
        if self.callers:
            call = data.draw(st.sampled_from(sorted(self.callers)))
            self.callers.remove(call)
            self.ended.add(call)
            self.do(CallLeft(call, reason))

    @rule(data=st.data())
    def offer_is_taken(self, data: st.DataObject) -> None:
        if self.offers:
            attempt = data.draw(st.sampled_from(sorted(self.offers)))
            offer = self.talks[attempt] = self.offers.pop(attempt)
            self.callers.remove(offer.call)
            self.do(OfferTaken(attempt))

    @rule(data=st.data(), reason=reasons)
    def offer_is_missed(self, data: st.DataObject, reason: Any) -> None:
        if self.offers:
            attempt = data.draw(st.sampled_from(sorted(self.offers)))
            caller = self.acd.callers.by_call[self.offers.pop(attempt).call]
            place = (caller.key, caller.seq)
            self.do(OfferMissed(attempt, reason))
            assert (caller.key, caller.seq) == place or caller.step > 0, "back in the old place"

    @rule(data=st.data())
    def talk_ends(self, data: st.DataObject) -> None:
        if self.talks:
            attempt = data.draw(st.sampled_from(sorted(self.talks)))
            self.ended.add(self.talks.pop(attempt).call)
            self.do(TalkEnded(attempt))

    @rule(
        event=st.one_of(
            agents.map(AgentSignedIn),
            agents.map(AgentSignedOut),
            agents.map(lambda agent: AgentPaused(agent, "lunch")),
            agents.map(AgentResumed),
            agents.map(WrapUpEnded),
            st.builds(AgentReachable, agents, st.booleans()),
            st.builds(AgentEngaged, agents, st.booleans()),
            st.builds(AgentMoved, agents, st.sampled_from([(), ("care",), ("care", "desk")])),
            st.sampled_from(["v1", "v2"]).map(Configured),
        )
    )
    def something_changes(self, event: AcdEvent) -> None:
        self.do(event)

    @rule(data=st.data(), queue=st.sampled_from(["care", "desk", "vip"]))
    def caller_is_moved(self, data: st.DataObject, queue: str) -> None:
        if self.callers:
            self.do(CallMoved(data.draw(st.sampled_from(sorted(self.callers))), QueueName(queue)))

    @rule(attempt=st.sampled_from(["offer-0", "offer-1"]).map(AttemptId))
    def stale_word_changes_nothing(self, attempt: AttemptId) -> None:
        if attempt not in self.offers and attempt not in self.talks:
            before = self.acd.snapshot()
            for event in (OfferTaken(attempt), OfferMissed(attempt, "busy"), TalkEnded(attempt)):
                self.do(event)
            assert self.acd.snapshot() == before

    @invariant()
    def each_caller_is_in_exactly_one_place(self) -> None:
        callers = self.acd.callers
        in_line = [caller.event.call for subqueue in callers.occupied for _, _, caller in subqueue.waiting]
        offered = [offer.call for offer in self.offers.values()]
        talking = [offer.call for offer in self.talks.values()]
        everywhere = [*in_line, *offered, *talking, *self.ended]
        assert len(everywhere) == len(set(everywhere)) == self.count
        assert set(callers.by_call) == self.callers == {*in_line, *offered}
        lengths = {name: queue.length for name, queue in callers.queues.items() if queue.length}
        held = [caller.queue.name for caller in callers.by_call.values()]
        assert lengths == {name: held.count(name) for name in set(held)}

    @invariant()
    def agents_do_one_thing(self) -> None:
        agents = self.acd.agents
        for agent in agents.by_id.values():
            busy = agent.state in ("offered", "talking")
            assert busy == (agent.assignment is not None)
            assert (agent.state == "idle") == ((agent.idle_seq, agent) in agents.idle)
        assert agents.idle == sorted(agents.idle, key=lambda entry: entry[0])
        assert agents.idle_mask == sum(agent.bit for agent in agents.published if agent.state == "idle")
        here = [agent for agent in agents.published if agent.signed_in and agent.reachable]
        assert agents.present_mask == sum(agent.bit for agent in here)

    @invariant()
    def nobody_waits_for_somebody_idle(self) -> None:
        for subqueue in self.acd.callers.occupied:
            assert not subqueue.eligible & self.acd.agents.idle_mask

    @invariant()
    def nothing_is_overdue(self) -> None:
        at = self.acd.next_deadline()
        assert at is None or at >= self.now


TestQueues = Queues.TestCase
TestQueues.settings = settings(max_examples=80, stateful_step_count=40)
