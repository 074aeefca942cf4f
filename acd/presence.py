"""The presence of agents: signing in and out, pauses, phones out of reach, and what each changes for callers."""

from typing import assert_never

from acd.events import (
    AgentEngaged,
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    WrapUpEnded,
)
from acd.matching import Matching
from acd.state import NEVER, Agent
from calls.ids import Instant

AgentEvent = (
    AgentSignedIn
    | AgentSignedOut
    | AgentPaused
    | AgentResumed
    | WrapUpEnded
    | AgentReachable
    | AgentEngaged
    | AgentMoved
)


def take(matching: Matching, event: AgentEvent, now: Instant) -> None:
    """Take one event of an agent. Nothing for an agent whom the version does not have."""
    agent = matching.agents.by_id.get(event.agent)
    if agent is None:
        return  # unpublished while the event was under way
    match event:
        case AgentSignedIn():
            if agent.signed_in or not agent.bit:
                return  # said twice, or unpublished and here only until the talk is over
            agent.signed_in, agent.signed_in_at, agent.busy_s = True, now, 0.0
            agent.pause, agent.rest_until, agent.missed, agent.faults = "", 0.0, 0, 0
            matching.agents.arrive(agent)
        case AgentSignedOut():
            agent.signed_in = False
            matching.agents.leave(agent)
        case AgentPaused(reason=reason):
            agent.pause = reason or "paused"
        case AgentResumed():
            agent.pause, agent.rest_until, agent.missed, agent.faults = "", 0.0, 0, 0
        case AgentReachable(reachable=reachable):
            back, agent.reachable = reachable and not agent.reachable, reachable
            if back:  # told at each change of the phone's state
                agent.faults = 0
                if agent.rest == "unreachable":  # what it rested for is over
                    agent.rest_until = 0.0
            if reachable:
                matching.agents.arrive(agent)
            else:
                matching.agents.leave(agent)
        case AgentEngaged(engaged=engaged):
            agent.engaged = engaged
        case WrapUpEnded():
            if agent.state == "wrap_up":
                end_rest(matching, agent, now)
            return
        case AgentMoved(queues=queues):
            agent.queues = queues
            matching.callers.rebuild()
            matching.policy.prepare(matching.callers, matching.agents)
            matching.match_all(now)
            return
        case _:
            assert_never(event)
    _reconsider(matching, agent, now)


def _reconsider(matching: Matching, agent: Agent, now: Instant) -> None:
    """Settle an agent whose flags have changed. A talk goes on to its end; so does wrap-up, unless they sign out."""
    caller = None
    if agent.state == "offered" and agent.assignment is not None:
        if agent.signed_in and not agent.pause:
            return  # an unreachable phone misses the offer by itself, and so does a busy one
        caller = agent.assignment.caller
        matching.withdraw(agent.assignment)
    elif agent.state == "talking" or (agent.state == "wrap_up" and agent.signed_in):
        return
    if agent.state == "wrap_up":
        agent.due_at = NEVER
    if matching.agents.settle(agent, now):
        agent.due_at = NEVER
        matching.match(agent, now)
    elif not agent.engaged:  # a call ends, and is waited for as one of ours is
        _without(matching, agent, now)
    if caller is not None:
        matching.back_in_place(caller, now)
    leave_empty(matching, now)


def _without(matching: Matching, agent: Agent, now: Instant) -> None:
    """End the sticky step of the callers who wait for this agent, who is not there."""
    for subqueue in [one for one in agent.subqueues if one.only is agent]:
        for _, _, caller in list(subqueue.waiting):
            caller.sticky_until = now
            if caller.event.only:
                caller.expires_at = now
            matching.advance(caller, now)


def leave_empty(matching: Matching, now: Instant) -> None:
    """Release the callers whom no agent present could answer, in queues with `leave_empty`."""
    present = matching.agents.present_mask
    for subqueue in list(matching.callers.occupied):
        if subqueue.queue.config.leave_empty and not matching.callers.reach(subqueue) & present:
            for _, _, caller in list(subqueue.waiting):
                matching.release(caller, "no_agents", now)


def end_rest(matching: Matching, agent: Agent, now: Instant) -> None:
    """End wrap-up or a rest. Only what is due: nothing in any other state."""
    agent.due_at = NEVER
    if agent.state not in ("wrap_up", "paused"):
        return
    if matching.agents.settle(agent, now):
        matching.match(agent, now)
    elif agent.state == "paused" and not agent.pause and agent.rest_until > now:
        matching.timers.set(agent, agent.rest_until)  # the wrap-up was shorter than the rest
