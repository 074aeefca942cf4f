"""Agents come, pause, go: what each of their facts changes in the queues core, and who waits for nobody then."""

from typing import TYPE_CHECKING, assert_never

from acd.events import (
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    WrapUpEnded,
)
from acd.state import NEVER, Agent
from calls.ids import Instant

if TYPE_CHECKING:
    from acd.core import Acd

AgentEvent = AgentSignedIn | AgentSignedOut | AgentPaused | AgentResumed | WrapUpEnded | AgentReachable | AgentMoved


def take(core: "Acd", event: AgentEvent, now: Instant) -> None:
    """One fact of an agent; of one that the version does not have, nothing."""
    agent = core.agents.by_id.get(event.agent)
    if agent is None:
        return  # unpublished while the fact was under way
    match event:
        case AgentSignedIn():
            if agent.signed_in:
                return  # said twice
            agent.signed_in, agent.signed_in_at, agent.busy_s = True, now, 0.0
            agent.pause, agent.rest_until, agent.missed = "", 0.0, 0
            core.agents.arrive(agent)
        case AgentSignedOut():
            agent.signed_in = False
            core.agents.leave(agent)
        case AgentPaused(reason=reason):
            agent.pause = reason or "paused"
        case AgentResumed():
            agent.pause, agent.rest_until, agent.missed = "", 0.0, 0
        case AgentReachable(reachable=reachable):
            agent.reachable = reachable
            if reachable:
                core.agents.arrive(agent)
            else:
                core.agents.leave(agent)
        case WrapUpEnded():
            if agent.state == "wrap_up":
                is_over(core, agent, now)
            return
        case AgentMoved(queues=queues):
            agent.queues = queues
            core.callers.rebuild()
            core.policy.prepare(core.callers, core.agents)
            core.match_all(now)
            return
        case _:
            assert_never(event)
    _reconsider(core, agent, now)


def _reconsider(core: "Acd", agent: Agent, now: Instant) -> None:
    """What an agent may do has changed; a talk goes on to its end, and wrap-up unless the agent goes home."""
    caller = None
    if agent.state == "offered" and agent.assignment is not None:
        if agent.signed_in and not agent.pause:
            return  # an unreachable phone misses the offer by itself
        caller = agent.assignment.caller
        core.withdraw(agent.assignment)
    elif agent.state == "talking" or (agent.state == "wrap_up" and agent.signed_in):
        return
    if agent.state == "wrap_up":
        agent.due_at = NEVER
    if core.agents.settle(agent, now):
        agent.due_at = NEVER
        core.match(agent, now)
    else:
        _without(core, agent, now)
    if caller is not None:
        core.back_in_place(caller, now)
    leave_empty(core, now)


def _without(core: "Acd", agent: Agent, now: Instant) -> None:
    """Nobody waits for a named agent who is not there."""
    for line in [line for line in agent.lines if line.only is agent]:
        for _, _, caller in list(line.waiting):
            caller.sticky_until = now
            core.advance(caller, now)


def leave_empty(core: "Acd", now: Instant) -> None:
    """Release who waits where nobody is left, in queues that say so."""
    present = core.agents.present_mask
    for line in list(core.callers.occupied):
        if line.queue.config.leave_empty and not core.callers.reach(line) & present:
            for _, _, caller in list(line.waiting):
                core.release(caller, "no_agents", now)


def is_over(core: "Acd", agent: Agent, now: Instant) -> None:
    """Wrap-up or a rest is over."""
    agent.due_at = NEVER
    if agent.state in ("wrap_up", "paused") and core.agents.settle(agent, now):
        core.match(agent, now)
