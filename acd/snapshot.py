"""The state of the queues core as bytes, and back: what a restart goes on from.

Everything that a later command can depend on is in it, the order of equal deadlines included.
Sub-queues and sets of agents are derived, so they are made anew; the rules come from the versions named.
"""

from typing import Literal

import msgspec

from acd.commands import AgentState
from acd.events import CallQueued
from acd.matching import Matching
from acd.skills import SkillExpression
from acd.state import Agent, Assignment, Caller, Queue, Review, Timed
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName, Seconds

TimerKind = Literal["caller", "agent", "offer", "review"]


class AgentRecord(msgspec.Struct, array_like=True):
    """An agent, without what the configuration says."""

    id: AgentId
    queues: tuple[QueueName, ...] | None
    state: AgentState
    reason: str
    since: Instant
    signed_in: bool
    signed_in_at: Instant
    reachable: bool
    pause: str
    rest: str
    rest_until: Instant
    wrap_up_until: Instant
    missed: int
    busy_s: Seconds
    idle_seq: int
    due_at: Instant


class CallerRecord(msgspec.Struct, array_like=True):
    """A caller who waits or is on offer."""

    event: CallQueued
    seq: int
    head_start_s: Seconds
    place_at: Instant
    queued_at: Instant
    entered_at: Instant
    queue: QueueName
    version: str
    expression: SkillExpression
    also: tuple[SkillExpression, ...]
    step: int
    sticky_until: Instant
    expires_at: Instant
    due_at: Instant


class AssignmentRecord(msgspec.Struct, array_like=True):
    """An offer (`talking` false) or a talk."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    queue: QueueName
    version: str
    wrap_up_s: Seconds
    offered_at: Instant
    due_at: Instant
    talking: bool


class State(msgspec.Struct, omit_defaults=True):
    """The whole state of the queues core. The names of the fields are those on disk; what earlier releases did not
    write has a default, and is written only when it says something."""

    version: str
    offers: int
    arrivals: int
    idle_count: int
    timer_count: int
    agents: list[AgentRecord]
    callers: list[CallerRecord]
    assignments: list[AssignmentRecord]
    queues: dict[QueueName, tuple[str, int]]
    left: list[tuple[QueueName, str, float, Instant]]
    timers: list[tuple[Instant, int, TimerKind, str]]
    faults: dict[AgentId, int] = {}
    """Offers in a row that did not reach an agent."""
    engaged: list[AgentId] = []
    """Agents whose phone is in a call that the queues did not bring."""
    overflows: dict[CallId, tuple[QueueName, Instant]] = {}
    """Callers whom the queue of an overflow did not take, and when it is asked again."""


def save(matching: Matching) -> bytes:
    """The whole state, between two events, as bytes."""
    agents, callers = matching.agents, matching.callers
    kept = callers.open | matching.busy_queues()
    return msgspec.msgpack.encode(
        State(
            version=callers.version,
            offers=matching.offer_count,
            arrivals=callers.arrivals,
            idle_count=agents.idle_count,
            timer_count=matching.timers.count,
            agents=[_agent(agent) for agent in agents.by_id.values()],
            callers=[_caller(caller) for caller in callers.by_call.values()],
            assignments=[_assignment(assignment) for assignment in matching.assignments.values()],
            queues={
                queue.name: (queue.version, queue.last_offered)
                for queue in callers.queues.values()
                if queue.name in kept
            },
            left=[(queue, number, key, at) for (queue, number), (key, at) in callers.left.items()],
            timers=_timers(matching),
            faults={agent.id: agent.faults for agent in agents.by_id.values() if agent.faults},
            engaged=[agent.id for agent in agents.by_id.values() if agent.engaged],
            overflows={
                call: (caller.overflow_to, caller.retry_at)
                for call, caller in callers.by_call.items()
                if caller.overflow_to is not None
            },
        )
    )


def _timers(matching: Matching) -> list[tuple[Instant, int, TimerKind, str]]:
    return [(at, seq, *_named(timed)) for at, seq, timed in matching.timers.standing()]


def _named(timed: Timed) -> tuple[TimerKind, str]:
    match timed:
        case Caller():
            return "caller", timed.event.call
        case Agent():
            return "agent", timed.id
        case Assignment():
            return "offer", timed.attempt
        case Review():
            return "review", ""


def _agent(agent: Agent) -> AgentRecord:
    return AgentRecord(**{name: getattr(agent, name) for name in AgentRecord.__struct_fields__})


def _caller(caller: Caller) -> CallerRecord:
    values = {name: getattr(caller, name) for name in CallerRecord.__struct_fields__ if name != "queue"}
    return CallerRecord(queue=caller.queue.name, **values)


def _assignment(assignment: Assignment) -> AssignmentRecord:
    return AssignmentRecord(
        assignment.attempt,
        assignment.call,
        assignment.agent.id,
        assignment.queue.name,
        assignment.queue.version,
        assignment.wrap_up_s,
        assignment.offered_at,
        assignment.due_at,
        assignment.caller is None,
    )


def load(matching: Matching, data: bytes) -> None:
    """Put the state of `data` into a core that is new. Raises msgspec.ValidationError for what is no snapshot."""
    state = msgspec.msgpack.decode(data, type=State)
    rules = matching.configurations(state.version)
    agents, callers = matching.agents, matching.callers
    agents.configure(rules.agents)
    for record in state.agents:
        _restore_agent(matching, record)
    agents.idle.sort(key=lambda entry: entry[0])
    agents.recount()
    agents.idle_count = state.idle_count
    busy = {one.queue for one in state.callers} | {one.queue for one in state.assignments}
    for queue_name, (version, last_offered) in state.queues.items():
        if queue_name not in busy and queue_name not in rules.queues:
            continue  # earlier releases kept closed queues for ever, also those whose version is long deleted
        config = matching.configurations(version).queues[queue_name]
        queue = callers.queues[queue_name] = Queue(queue_name, config, version)
        queue.last_offered = last_offered
    callers.left = {(queue, number): (key, at) for queue, number, key, at in state.left}
    for caller_record in state.callers:
        _restore_caller(matching, caller_record)
    for agent_id, faults in state.faults.items():
        agents.by_id[agent_id].faults = faults
    for agent_id in state.engaged:
        agents.by_id[agent_id].engaged = True
    for call, (overflow_to, retry_at) in state.overflows.items():
        callers.by_call[call].overflow_to, callers.by_call[call].retry_at = overflow_to, retry_at
    for assignment_record in state.assignments:
        _restore_assignment(matching, assignment_record)
    callers.configure(state.version, rules.queues, callers.queues.keys())
    callers.arrivals = state.arrivals
    matching.policy_for(rules)
    matching.offer_count = state.offers
    standing = [(at, seq, _timed(matching, kind, name)) for at, seq, kind, name in state.timers]
    matching.timers.restore(state.timer_count, standing)


def _timed(matching: Matching, kind: TimerKind, name: str) -> Timed:
    match kind:
        case "caller":
            return matching.callers.by_call[CallId(name)]
        case "agent":
            return matching.agents.by_id[AgentId(name)]
        case "offer":
            return matching.assignments[AttemptId(name)]
        case "review":
            return matching.review


def _restore_agent(matching: Matching, record: AgentRecord) -> None:
    agents = matching.agents
    agent = agents.by_id.get(record.id)
    if agent is None:  # unpublished, and still in a talk
        agent = agents.by_id[record.id] = Agent.unpublished(record.id)
    for name in AgentRecord.__struct_fields__:
        setattr(agent, name, getattr(record, name))
    if agent.state == "idle":
        agents.idle.append((agent.idle_seq, agent))


def _restore_caller(matching: Matching, record: CallerRecord) -> None:
    callers = matching.callers
    queue = callers.queues[record.queue]
    caller = Caller(
        record.event, record.seq, record.head_start_s, record.place_at, queue, record.version, record.expression
    )
    caller.rules = matching.configurations(record.version).queues[record.queue]
    for name in ("queued_at", "entered_at", "also", "step", "sticky_until", "expires_at", "due_at"):
        setattr(caller, name, getattr(record, name))
    callers.by_call[record.event.call] = caller
    if record.event.caller:
        callers.remember_number(caller)
    queue.length += 1


def _restore_assignment(matching: Matching, record: AssignmentRecord) -> None:
    agent = matching.agents.by_id[record.agent]
    caller = None if record.talking else matching.callers.by_call[record.call]
    queue = matching.callers.queues[record.queue]
    assignment = Assignment(record.attempt, record.call, caller, agent, queue, record.wrap_up_s, record.offered_at)
    assignment.due_at = record.due_at
    matching.assignments[record.attempt] = agent.assignment = assignment
    if caller is not None:
        caller.offer = assignment
