"""The reasons of a match, why this agent and why not that one, as of the moment before it.

A trace is never kept: a `Witness` works it out from the state, in a new core that is given the events of the past. So
it costs nothing while nobody asks.
"""

from typing import Literal

import msgspec

from acd.matching import Matching
from acd.policies import RANKINGS
from acd.skills import render
from acd.state import MINUTE, Agent, Caller
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName

Verdict = Literal[
    "chosen",
    "ranked_lower",
    "held_back",
    "busy",
    "paused",
    "offline",
    "unpublished",
    "lacks_skill",
    "not_in_queue",
    "not_asked_for",
]
"""On one agent. `held_back`: idle and eligible, kept for others by the policy; `not_asked_for`: another is named."""


class Standing(msgspec.Struct, frozen=True):
    """One agent, seen from one caller. `score` is the ranking's, the smallest first; None where it was not needed."""

    agent: AgentId
    verdict: Verdict
    score: float | None = None
    detail: str = ""


class Rival(msgspec.Struct, frozen=True):
    """Another caller whom the chosen agent could have had, and their score in minutes: waited plus priority."""

    call: CallId
    score: float


class Decision(msgspec.Struct, frozen=True):
    """One look at one caller. `agent` None: they wait, and `standings` say why for each agent. `score`: minutes."""

    at: Instant
    call: CallId
    queue: QueueName
    expression: str = msgspec.field(name="wish")
    score: float
    position: int
    policy: str
    agent: AgentId | None
    attempt: AttemptId | None
    standings: tuple[Standing, ...]
    rivals: tuple[Rival, ...]


class Witness:
    """An `acd.matching.Observer` that keeps the decisions on one call (None: on all)."""

    def __init__(self, call: CallId | None = None) -> None:
        self._call = call
        self.decisions: list[Decision] = []

    def look(
        self, matching: Matching, caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant
    ) -> None:
        """Keep the decision, if it is about the call."""
        if self._call is None or caller.event.call == self._call:
            self.decisions.append(decide(matching, caller, chosen, attempt, now))


def decide(
    matching: Matching, caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant
) -> Decision:
    """The decision on a caller, as things stand. Costs a look at every agent."""
    subqueue = matching.callers.subqueue_of(caller)
    name = "weighted" if matching.policy.holds else caller.queue.config.policy
    rank = RANKINGS[caller.queue.config.policy]
    standings = []
    for agent in matching.agents.by_id.values():
        verdict, detail = _verdict(matching, caller, agent, chosen)
        score = rank(agent, subqueue, now) if verdict in ("chosen", "ranked_lower", "held_back") else None
        standings.append(Standing(agent.id, verdict, score, detail))
    rivals = []
    if chosen is not None:
        for other in chosen.subqueues:
            rivals += [
                Rival(one.event.call, (now - key) / MINUTE) for key, _, one in other.waiting[:1] if one is not caller
            ]
    return Decision(
        now,
        caller.event.call,
        caller.queue.name,
        " or ".join(render(expression) for expression in (caller.expression, *caller.also)),
        (now - caller.key) / MINUTE,
        matching.callers.position(caller),
        name,
        None if chosen is None else chosen.id,
        attempt,
        tuple(standings),
        tuple(sorted(rivals, key=lambda rival: -rival.score)),
    )


def _verdict(matching: Matching, caller: Caller, agent: Agent, chosen: Agent | None) -> tuple[Verdict, str]:
    if agent is chosen:
        return "chosen", ""
    if not agent.bit:
        return "unpublished", "not in the version that holds now"
    subqueue = matching.callers.subqueue_of(caller)
    if not subqueue.eligible & agent.bit:
        if subqueue.only is not None:
            return "not_asked_for", f"only {subqueue.only.id} is asked for until the sticky step ends"
        if not matching.agents.index.select(caller.expression) & agent.bit:
            return "lacks_skill", _levels(agent)
        return "not_in_queue", ", ".join(agent.queues or ())
    if agent.state == "idle":
        return ("ranked_lower" if chosen is not None else "held_back"), ""
    if agent.state == "paused":
        return "paused", agent.reason
    if agent.state == "offline":
        return "offline", agent.reason
    return "busy", agent.state


def _levels(agent: Agent) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in agent.config.skills.items())
