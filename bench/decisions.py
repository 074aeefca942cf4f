"""How long one decision takes: 5,000 agents with some of 200 skills each, 5,000 callers waiting.

A decision is all that the core does on one fact: an agent becomes free and is matched with one of those who wait, or a
caller comes and is matched with one of those idle, or takes a place in line.
"""

from random import Random
from time import perf_counter_ns
from typing import NamedTuple

import numpy as np

from acd.commands import AcdCommand, Offer
from acd.config import AgentConfig, Configuration, QueueConfig
from acd.core import Acd
from acd.events import AcdEvent, AgentSignedIn, CallQueued, Configured, OfferTaken, TalkEnded
from calls.ids import AgentId, AttemptId, CallId, QueueName

SKILLS, SKILLS_EACH, LEVELS = 200, 6, 5
TWO_SKILLS = 0.2
"""The share of callers who ask for two skills at once."""
HARDEST = 3
"""The highest level that a caller asks for."""
QUEUE = QueueName("desk")


class Times(NamedTuple):
    """Microseconds a decision."""

    median: float
    p99: float
    eligible: float
    """Agents eligible for a caller, on average."""


class House:
    """A core with everybody on the phone and a long line."""

    def __init__(
        self, agents: int, waiting: int, skills: int = SKILLS, *, seed: int = 1, one_skill_each: bool = False
    ) -> None:
        self._chance = Random(seed)
        self._skills = skills
        self._two_skills, self._hardest = (0.0, 1) if one_skill_each else (TWO_SKILLS, HARDEST)
        people = {
            AgentId(f"a{number}"): AgentConfig(
                skills={
                    f"s{skill}": self._chance.randint(1, LEVELS)
                    for skill in self._chance.sample(range(skills), SKILLS_EACH)
                }
            )
            for number in range(agents)
        }
        configuration = Configuration({QUEUE: QueueConfig()}, people)
        self.acd = Acd(lambda version: configuration)
        self.now = 0.0
        self._calls = 0
        self.times_ns: list[int] = []
        self.talking: list[AttemptId] = []
        self._tell(Configured("v"))
        for agent in people:
            self._tell(AgentSignedIn(agent))
        while len(self.acd.callers.by_call) < waiting:
            self.come()
        self.times_ns.clear()

    def _tell(self, event: AcdEvent) -> list[AcdCommand]:
        return self.acd.handle(event, self.now)

    def _decide(self, event: AcdEvent) -> None:
        self.now += 0.01
        began = perf_counter_ns()
        commands = self.acd.handle(event, self.now)
        self.times_ns.append(perf_counter_ns() - began)
        for command in commands:
            if isinstance(command, Offer):
                self._tell(OfferTaken(command.attempt))
                self.talking.append(command.attempt)

    def come(self) -> None:
        """A caller."""
        self._calls += 1
        count = 2 if self._chance.random() < self._two_skills else 1
        chosen = self._chance.sample(range(self._skills), count)
        expressions = tuple(f"s{skill}>={self._chance.randint(1, self._hardest)}" for skill in chosen)
        self._decide(CallQueued(CallId(f"c{self._calls}"), AttemptId("q"), QUEUE, expressions))

    def hang_up(self) -> None:
        """Some talk ends, so an agent is free."""
        place = self._chance.randrange(len(self.talking))
        self.talking[place], self.talking[-1] = self.talking[-1], self.talking[place]
        self._decide(TalkEnded(self.talking.pop()))


def measure(agents: int = 5000, waiting: int = 5000, decisions: int = 20_000, skills: int = SKILLS) -> Times:
    """A long line is kept long: for each agent who becomes free another caller comes."""
    return _times(House(agents, waiting, skills), decisions)


def scaling(agents: int, waiting: int = 500, decisions: int = 4_000) -> Times:
    """With any number of agents the same number of agents is eligible for a caller: there are as many more skills.

    Each caller asks for one skill at any level, because among many agents nobody would have two given ones.
    """
    skills = max(SKILLS_EACH, SKILLS * agents // 5_000)
    return _times(House(agents, waiting, skills, one_skill_each=True), decisions)


def _times(house: House, decisions: int) -> Times:
    for _ in range(decisions // 2):
        house.hang_up()
        house.come()
    times = np.array(house.times_ns) / 1000
    subqueues = list(house.acd.callers.occupied)
    eligible = np.mean([subqueue.eligible.bit_count() for subqueue in subqueues for _ in subqueue.waiting])
    return Times(float(np.median(times)), float(np.percentile(times, 99)), float(eligible))
