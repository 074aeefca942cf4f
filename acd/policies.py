"""The policies: which of several idle agents is chosen, and which of several callers.

A *ranking* gives each idle eligible agent a number. The smallest is offered the call; of equal ones, the longest idle.
Source of the names: the strategies that ACDs commonly offer.
"""

from collections.abc import Callable
from typing import Protocol

from acd.agents import Agents
from acd.callers import Callers
from acd.config import PolicyName
from acd.state import NEVER, Agent, Caller, SubQueue
from calls.ids import Instant

Pair = tuple[Caller, Agent]
Ranking = Callable[[Agent, SubQueue, Instant], float]


def longest_idle(agent: Agent, subqueue: SubQueue, now: Instant) -> float:
    """The order in which agents became idle."""
    return agent.idle_seq


def least_occupied(agent: Agent, subqueue: SubQueue, now: Instant) -> float:
    """The share of the time signed in that was spent on calls."""
    return agent.occupancy(now)


def most_proficient(agent: Agent, subqueue: SubQueue, now: Instant) -> float:
    """The levels in the skills asked for, the best first."""
    return -subqueue.level(agent)


def round_robin(agent: Agent, subqueue: SubQueue, now: Instant) -> float:
    """The order of the agents file, from the last agent on who was offered a call of this queue."""
    last = subqueue.queue.last_offered
    return agent.index if agent.index > last else agent.index + 1_000_000


RANKINGS: dict[PolicyName, Ranking] = {
    "longest_idle": longest_idle,
    "least_occupied": least_occupied,
    "most_proficient": most_proficient,
    "round_robin": round_robin,
}


class Policy(Protocol):
    """Both sides of the match. `holds`: it may leave an agent idle on purpose while an eligible caller waits."""

    holds: bool

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Called after agents, skills or queues have changed."""
        ...

    def agent_for(self, subqueue: SubQueue, free: int, agents: Agents, now: Instant) -> Agent | None:
        """The agent for a caller who comes to this sub-queue now; None: they wait. `free`: the idle eligible agents as
        bits, never 0."""
        ...

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The next match to make among those who wait and those idle; None for none.

        A policy that does not hold is asked only when `agent` has become idle, and looks no further; one that holds is
        asked with None.
        """
        ...

    def review_at(self, planned: Instant, now: Instant) -> Instant:
        """The instant to ask again though nothing has happened, as of the last answer of `pair`, which was at `now`.

        `planned`: the instant that was given before and has not come yet; NEVER for none.
        """
        ...


class FirstCome:
    """The caller with the highest score first, to the agent whom the queue's own policy ranks first. Never holds."""

    holds = False

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Nothing: all it needs is in the sub-queues."""

    def agent_for(self, subqueue: SubQueue, free: int, agents: Agents, now: Instant) -> Agent | None:
        """The first by the ranking that the queue names."""
        name = subqueue.queue.config.policy
        if name == "longest_idle":
            return first_idle(free, agents)
        if name == "most_proficient":
            return best_idle(subqueue, free, agents)
        rank = RANKINGS[name]
        return min(agents.select(free), key=lambda agent: (rank(agent, subqueue, now), agent.idle_seq))

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The eligible caller with the highest score; of equals, the first to come."""
        if agent is None:
            return None
        best = None
        for subqueue in agent.subqueues:
            waiting = subqueue.waiting
            if waiting and (best is None or waiting[0] < best):
                best = waiting[0]
        return None if best is None else (best[2], agent)

    def review_at(self, planned: Instant, now: Instant) -> Instant:
        """NEVER: nobody is held."""
        return NEVER


class BestSkilled:
    """The most proficient agent for a caller, and for an agent the callers who ask for what they do best, the highest
    score among those first. Never holds. (Wallace & Whitt, "A staffing algorithm for call
    centers with skill-based routing", 2005, with their level 1 as the best.)"""

    holds = False

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Nothing: all it needs is in the sub-queues."""

    def agent_for(self, subqueue: SubQueue, free: int, agents: Agents, now: Instant) -> Agent | None:
        """The most proficient; of equals, the longest idle."""
        return best_idle(subqueue, free, agents)

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The caller for whom this agent is most proficient; of equals, the highest score."""
        if agent is None:
            return None
        best: SubQueue | None = None
        best_rank: tuple[int, float, int] | None = None
        for subqueue in agent.subqueues:
            if subqueue.waiting:
                key, seq, _ = subqueue.waiting[0]
                rank = (-subqueue.level(agent), key, seq)
                if best_rank is None or rank < best_rank:
                    best, best_rank = subqueue, rank
        return None if best is None else (best.waiting[0][2], agent)

    def review_at(self, planned: Instant, now: Instant) -> Instant:
        """NEVER: nobody is held."""
        return NEVER


def best_idle(subqueue: SubQueue, free: int, agents: Agents) -> Agent:
    """The most proficient of `free` at the skills that the sub-queue asks for; of equals, the longest idle."""
    if subqueue.tiers is None:
        by_level: dict[int, int] = {}
        for agent in agents.select(subqueue.eligible):
            level = subqueue.level(agent)
            by_level[level] = by_level.get(level, 0) | agent.bit
        subqueue.tiers = [by_level[level] for level in sorted(by_level, reverse=True)]
    return first_idle(next(tier & free for tier in subqueue.tiers if tier & free), agents)


def first_idle(free: int, agents: Agents) -> Agent:
    """The longest idle of `free`.

    Of few, each is looked at; of many, the first in the order of the idle comes soon. So no more than about twice the
    square root of the number idle are looked at.
    """
    count = free.bit_count()
    idle = agents.idle
    if count * count < len(idle):
        return min(agents.select(free), key=lambda agent: agent.idle_seq)
    for _, agent in idle:
        if agent.bit & free:
            return agent
    raise AssertionError("`free` holds none of the idle")
