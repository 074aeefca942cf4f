"""A small site for tests of the queues core."""

from typing import Any

from acd.commands import AcdCommand, Offer
from acd.config import Configuration, read
from acd.core import Acd
from acd.events import AcdEvent, AgentSignedIn, CallQueued, Configured
from calls.ids import AgentId, AttemptId, CallId, QueueName


def configured(queues: dict[str, Any], agents: dict[str, Any]) -> Configuration:
    """Read, and insist that nothing is wrong with it."""
    configuration, problems = read({"queues": queues}, {"agents": agents})
    assert problems == []
    return configuration


class Bench:
    """A core on version `v1`, with short words for what happens to it. Agents are in from 0.0 on."""

    def __init__(self, queues: dict[str, Any], agents: dict[str, Any], signed_in: bool = True) -> None:
        self.versions = {"v1": configured(queues, agents)}
        self.acd = Acd(self.versions.__getitem__)
        self.said: list[AcdCommand] = []
        self(Configured("v1"), 0.0)
        if signed_in:
            for agent in agents:
                self(AgentSignedIn(AgentId(agent)), 0.0)

    def __call__(self, event: AcdEvent, now: float) -> list[AcdCommand]:
        """Let something happen, after what was due before."""
        due: list[AcdCommand] = []
        while (at := self.acd.next_deadline()) is not None and at <= now:
            due += self.acd.tick(at)
        due += self.acd.handle(event, now)
        self.said += due
        return due

    def until(self, now: float) -> list[AcdCommand]:
        """Let time pass."""
        due: list[AcdCommand] = []
        while (at := self.acd.next_deadline()) is not None and at <= now:
            due += self.acd.tick(at)
        self.said += due
        return due

    def queue(self, call: str, now: float, queue: str = "care", **more: Any) -> Offer | None:
        """A caller comes; the offer that follows at once, if one does."""
        return offer(self(CallQueued(CallId(call), AttemptId("q"), QueueName(queue), **more), now))

    def state(self, agent: str) -> str:
        """The state of an agent."""
        return self.acd.agents.by_id[AgentId(agent)].state


def offer(commands: list[AcdCommand]) -> Offer | None:
    """The first offer among commands."""
    return next((command for command in commands if isinstance(command, Offer)), None)
