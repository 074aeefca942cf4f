"""Why this agent, why not that one: the reasons of a match, as of the moment before it.

A trace is never kept: it is worked out from the state, live for a caller who still waits, or by replaying the facts of
the past in a new core with a witness. So it costs nothing while nobody asks.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import msgspec

from acd.config import Provider
from acd.events import AcdEvent
from acd.policies import RANKINGS
from acd.skills import render
from acd.state import MINUTE, Agent, Caller
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName

if TYPE_CHECKING:
    from acd.core import Acd

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
"""Of one agent: `held_back` is idle, eligible, and kept for others by the policy; `not_asked_for` is not the agent
named."""


class Standing(msgspec.Struct, frozen=True):
    """One agent, seen from one caller. `score` is the ranking's, the smallest is first; None where none was needed."""

    agent: AgentId
    verdict: Verdict
    score: float | None = None
    detail: str = ""


class Rival(msgspec.Struct, frozen=True):
    """Another caller whom the chosen agent could have had, and the score in minutes: waited plus priority."""

    call: CallId
    score: float


class Decision(msgspec.Struct, frozen=True):
    """One look at one caller. `agent` None: nobody, and `standings` say why for each; `score` is in minutes."""

    at: Instant
    call: CallId
    queue: QueueName
    wish: str
    score: float
    position: int
    policy: str
    agent: AgentId | None
    attempt: AttemptId | None
    standings: tuple[Standing, ...]
    rivals: tuple[Rival, ...]


class Witness:
    """Keeps the decisions on one call (None: on all), each just before it takes effect."""

    def __init__(self, call: CallId | None = None) -> None:
        self._call = call
        self.decisions: list[Decision] = []

    def look(self, core: "Acd", caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant) -> None:
        """Note the reasons, if it is about the call."""
        if self._call is None or caller.fact.call == self._call:
            self.decisions.append(decide(core, caller, chosen, attempt, now))


def decide(core: "Acd", caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant) -> Decision:
    """The reasons as things stand. Looks at every agent: for whoever asks, not for each call."""
    line = core.callers.line_of(caller)
    name = "weighted" if core.policy.holds else caller.queue.config.policy
    rank = RANKINGS[caller.queue.config.policy]
    standings = []
    for agent in core.agents.by_id.values():
        verdict, detail = _verdict(core, caller, agent, chosen)
        score = rank(agent, line, now) if verdict in ("chosen", "ranked_lower", "held_back") else None
        standings.append(Standing(agent.id, verdict, score, detail))
    rivals = []
    if chosen is not None:
        for other in chosen.lines:
            rivals += [
                Rival(one.fact.call, (now - key) / MINUTE) for key, _, one in other.waiting[:1] if one is not caller
            ]
    return Decision(
        now,
        caller.fact.call,
        caller.queue.name,
        " or ".join(render(wish) for wish in (caller.wish, *caller.also)),
        (now - caller.key) / MINUTE,
        core.callers.position(caller),
        name,
        None if chosen is None else chosen.id,
        attempt,
        tuple(standings),
        tuple(sorted(rivals, key=lambda rival: -rival.score)),
    )


def _verdict(core: "Acd", caller: Caller, agent: Agent, chosen: Agent | None) -> tuple[Verdict, str]:
    if agent is chosen:
        return "chosen", ""
    if not agent.bit:
        return "unpublished", "not in the version that holds now"
    line = core.callers.line_of(caller)
    if not line.eligible & agent.bit:
        if line.only is not None:
            return "not_asked_for", f"only {line.only.id} is asked for until the sticky step ends"
        if not core.agents.index.select(caller.wish) & agent.bit:
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


def explain(core: "Acd", call: CallId, now: Instant) -> Decision | None:
    """Why this caller still waits, or who is being rung; None if it is not in the queues."""
    caller = core.callers.by_call.get(call)
    if caller is None:
        return None
    offer = caller.offer
    return decide(core, caller, offer.agent if offer else None, offer.attempt if offer else None, now)


def why(facts: Iterable[tuple[Instant, AcdEvent]], configurations: Provider, call: CallId) -> list[Decision]:
    """Every decision on one call, by a replay of the facts that the queues were told, in their order."""
    from acd.core import Acd

    witness = Witness(call)
    core = Acd(configurations, witness=witness)
    for now, fact in facts:
        core.handle(fact, now)
    return witness.decisions
