"""Which of several idle agents, and which of several callers: a policy is a function.

A *ranking* gives each idle eligible agent a number, the smallest is offered the call, equal ones go by who has been
idle longest. Source of the names: the strategies that ACDs commonly offer.
"""

from collections.abc import Callable
from typing import Protocol

from acd.agents import Agents
from acd.callers import Callers
from acd.config import PolicyName
from acd.state import NEVER, Agent, Caller, Line
from calls.ids import Instant

Pair = tuple[Caller, Agent]
Ranking = Callable[[Agent, Line, Instant], float]


def longest_idle(agent: Agent, line: Line, now: Instant) -> float:
    """Who became idle first."""
    return agent.idle_seq


def least_occupied(agent: Agent, line: Line, now: Instant) -> float:
    """Who spent the smallest share of the time signed in on calls."""
    return agent.occupancy(now)


def most_proficient(agent: Agent, line: Line, now: Instant) -> float:
    """Who is best at the skills asked for."""
    return -line.level(agent)


def round_robin(agent: Agent, line: Line, now: Instant) -> float:
    """Who comes next in the order of the agents file, after the last one offered a call of this queue."""
    last = line.queue.last_offered
    return agent.index if agent.index > last else agent.index + 1_000_000


RANKINGS: dict[PolicyName, Ranking] = {
    "longest_idle": longest_idle,
    "least_occupied": least_occupied,
    "most_proficient": most_proficient,
    "round_robin": round_robin,
}


class Policy(Protocol):
    """Both sides of the match. `holds`: it may leave an agent idle while somebody eligible waits, on purpose."""

    holds: bool

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Agents, skills or queues have changed."""
        ...

    def agent_for(self, line: Line, free: int, agents: Agents, now: Instant) -> Agent | None:
        """For a caller who comes to this line now: one of the idle eligible agents, whose bits are `free`, never 0."""
        ...

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The next match to make among those who wait and are idle. One that does not hold is asked only when `agent`
        has become idle, and is right to look no further."""
        ...

    def review_at(self) -> Instant:
        """When to ask again though nothing has happened, as of the last answer of `pair`."""
        ...


class FirstCome:
    """Highest score first, to the agent whom the queue's own policy ranks first. Never holds back."""

    holds = False

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Nothing: the lines know all."""

    def agent_for(self, line: Line, free: int, agents: Agents, now: Instant) -> Agent | None:
        """By the ranking that the queue names."""
        name = line.queue.config.policy
        if name == "longest_idle":
            return first_idle(free, agents)
        if name == "most_proficient":
            return best_idle(line, free, agents)
        rank = RANKINGS[name]
        return min(agents.select(free), key=lambda agent: (rank(agent, line, now), agent.idle_seq))

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The eligible caller with the highest score; of equals, who came first."""
        if agent is None:
            return None
        best = None
        for line in agent.lines:
            waiting = line.waiting
            if waiting and (best is None or waiting[0] < best):
                best = waiting[0]
        return None if best is None else (best[2], agent)

    def review_at(self) -> Instant:
        """Never: nobody is held."""
        return NEVER


class BestSkilled:
    """Whom one is best at: the most proficient agent for a caller, and for an agent the callers who ask for what he or
    she does best; highest score among those. Never holds back. (Wallace & Whitt, "A staffing algorithm for call
    centers with skill-based routing", 2005, with their level 1 as the best.)"""

    holds = False

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Nothing: the lines know all."""

    def agent_for(self, line: Line, free: int, agents: Agents, now: Instant) -> Agent | None:
        """The most proficient; of equals, the longest idle."""
        return best_idle(line, free, agents)

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The caller whose wish this agent fulfils best; of equals, the highest score."""
        if agent is None:
            return None
        best: Line | None = None
        best_rank: tuple[int, float, int] | None = None
        for line in agent.lines:
            if line.waiting:
                key, seq, _ = line.waiting[0]
                rank = (-line.level(agent), key, seq)
                if best_rank is None or rank < best_rank:
                    best, best_rank = line, rank
        return None if best is None else (best.waiting[0][2], agent)

    def review_at(self) -> Instant:
        """Never: nobody is held."""
        return NEVER


def best_idle(line: Line, free: int, agents: Agents) -> Agent:
    """The most proficient of `free` at what the line asks for; of equals, the longest idle."""
    if line.tiers is None:
        by_level: dict[int, int] = {}
        for agent in agents.select(line.eligible):
            level = line.level(agent)
            by_level[level] = by_level.get(level, 0) | agent.bit
        line.tiers = [by_level[level] for level in sorted(by_level, reverse=True)]
    return first_idle(next(tier & free for tier in line.tiers if tier & free), agents)


def first_idle(free: int, agents: Agents) -> Agent:
    """The longest idle of `free`.

    Few: look at each. Many: walk along the idle in their order, the first of them comes soon. So no more than about
    twice the square root of the number idle are looked at.
    """
    count = free.bit_count()
    idle = agents.idle
    if count * count < len(idle):
        return min(agents.select(free), key=lambda agent: agent.idle_seq)
    for _, agent in idle:
        if agent.bit & free:
            return agent
    raise AssertionError("`free` holds none of the idle")
