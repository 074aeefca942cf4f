"""The live states of a house as other programs and pages are told them: on the bus, and on the live wire.

A payload gains fields and never loses or changes one within a version of the bus (`hotline.bus.words`). Instants are
UTC epoch seconds. Callers' numbers are masked.
"""

from typing import Literal

import msgspec

from acd.commands import AgentChanged, AgentState
from acd.forecast.forecaster import Forecast
from calls.ids import Seconds
from calls.overrides import Kind
from control.machines.ladder import Ladder
from control.machines.proposals import Proposal as RegisteredProposal
from control.register.call import Call as RegisteredCall
from hotline.views.fields import SHOWN, shown_fields
from hotline.views.masking import parties


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all payloads: JSON objects with the fields named and no others."""


class Controller(Message, frozen=True):
    """Presence of the controller. The broker itself says `online: false` when it is lost."""

    online: bool
    version: str = ""
    """Of the flows that new calls walk."""


class Agent(Message, frozen=True):
    """An agent's state, and since when."""

    agent: str
    state: AgentState
    reason: str
    since: float


class Queue(Message, frozen=True):
    """A queue: callers who wait (of them those for whom a phone rings), and when the longest waiting one came."""

    queue: str
    waiting: int
    offered: int
    longest_since: float | None


class Override(Message, frozen=True):
    """An override in force: a queue or a line is closed, words are said to callers, or other hours hold."""

    number: int
    kind: Kind
    target: str
    author: str
    reason: str
    set_at: float
    ends_at: float | None
    """None: until somebody lifts it."""


class Turn(Message, frozen=True):
    """What a caller said to the robot, masked, and what came of it: `answered`, `asked`, `handed_over`, `complaint`,
    `unsure`, `chosen`, `value`, `no_value`. `reviewed`: by a person at a silent seat: `approved`, `edited`, `declined`,
    `lapsed`; empty where nobody was asked."""

    at: float
    said: str
    came_of: str
    intent: str
    second: str
    score: float
    margin: float
    reviewed: str


class Rested(Message, frozen=True):
    """A rung that the call was on, for how long, and why it left it."""

    rung: str
    for_s: Seconds
    because: str


class Trail(Message, frozen=True):
    """Where a call is on the ladder (`self_service`, `robot`, `person`; `after` a talk), and how it came there.

    `to_person_s` is the time from its arrival until it first waited for a person. What was said, and `values` that the
    robot took, stand here while the call waits, is offered or talks.
    """

    rung: str
    since: float
    because: str
    to_person_s: Seconds | None
    left: tuple[Rested, ...]
    turns: tuple[Turn, ...] = ()
    values: dict[str, str] = {}


class Candidate(Message, frozen=True):
    """An intent that the robot would take up, its name, and what the caller would hear; empty: they are put through."""

    intent: str
    name: str
    text: str


class Proposal(Message, frozen=True):
    """What the robot would say next on a line where it is in doubt. The topic is emptied when it is over.

    `seat` is who has it; empty: nobody yet. At `due_at` the call goes the usual way.
    """

    call: str
    said: str
    language: str
    decision: Literal["answered", "asked"]
    score: float
    margin: float
    candidates: tuple[Candidate, ...]
    seat: str
    opened_at: float
    due_at: float


class Call(Message, frozen=True):
    """A call that goes on. The topic is emptied when it ends."""

    call: str
    caller: str
    called: str
    place: str
    queue: str
    agent: str | None
    arrived_at: float
    queued_at: float | None
    answered_at: float | None
    fields: dict[str, str] = {}
    """The `fields` of the queue step, which the agent sees: while the call waits, is offered or talks; else none."""
    direction: str = "in"
    """`out` and `internal`: an agent's own call, `caller` is the account of their phone."""
    held_since: float | None = None
    """Since when the other side of the talk is on hold; null while it is not."""
    trail: Trail | None = None
    """Of a caller; null of an agent's own call."""


class CallForecast(Message, frozen=True):
    """The wait ahead of a caller: median and 80 % interval. With layer `silent` no figures, and the reason why."""

    call: str
    queue: str
    layer: str
    reason: str
    position: int
    median_s: Seconds | None
    low_s: Seconds | None
    high_s: Seconds | None
    at: float


class Alert(Message, frozen=True):
    """Something that an operator should read, and what to do about it. The log has the details."""

    level: Literal["warning", "error"]
    event: str
    advice: str
    call: str | None
    at: float


def of_agent(changed: AgentChanged, offset_s: float) -> Agent:
    """An agent's state; `offset_s` makes a monotonic instant UTC, here and below."""
    return Agent(changed.agent, changed.state, changed.reason, changed.since + offset_s)


def of_call(call: RegisteredCall, ladder: Ladder, direction: str, offset_s: float, region: str) -> Call:
    """A call that goes on; `region`: where numbers are dialled that stand in fields."""
    caller, called = parties(direction, call.caller, call.called)
    held_since = None if call.talk is None else call.talk.held_since
    return Call(
        call.call,
        caller,
        called,
        call.place,
        call.queue,
        call.agent,
        call.arrived_at + offset_s,
        None if call.queued_at is None else call.queued_at + offset_s,
        None if call.answered_at is None else call.answered_at + offset_s,
        shown_fields(call, region),
        direction,
        None if held_since is None else held_since + offset_s,
        of_trail(call, ladder, offset_s, whole=call.place in SHOWN) if direction == "in" else None,
    )


def of_trail(call: RegisteredCall, ladder: Ladder, offset_s: float, *, whole: bool) -> Trail:
    """The way of a call up the ladder. `whole`: with what was said, and the values that were taken."""
    turns = tuple(
        Turn(
            one.at + offset_s,
            one.said,
            one.came_of,
            one.intent,
            one.second,
            round(one.score, 3),
            round(one.margin, 3),
            one.reviewed,
        )
        for one in ladder.turns
    )
    return Trail(
        ladder.rung,
        (ladder.since or call.arrived_at) + offset_s,
        ladder.because,
        None if ladder.to_person_s is None else round(ladder.to_person_s, 3),
        tuple(Rested(one.rung, round(one.ended_at - one.began_at, 3), one.because) for one in ladder.left),
        turns if whole else (),
        dict(ladder.slots) if whole else {},
    )


def of_proposal(proposal: RegisteredProposal, seat: str, offset_s: float) -> Proposal:
    """What the robot waits to say; `seat` is who has it."""
    return Proposal(
        proposal.call,
        proposal.said,
        proposal.language,
        proposal.decision,
        round(proposal.score, 3),
        round(proposal.margin, 3),
        tuple(Candidate(one.intent, one.name, one.text) for one in proposal.candidates),
        seat,
        proposal.opened_at + offset_s,
        proposal.due_at + offset_s,
    )


def of_queue(queue: str, waiting: list[RegisteredCall], offset_s: float) -> Queue:
    """A queue, by the calls that are waiting or offered there."""
    offered = sum(call.place == "offered" for call in waiting)
    longest = min((call.queued_at for call in waiting if call.queued_at is not None), default=None)
    return Queue(queue, len(waiting), offered, None if longest is None else longest + offset_s)


def of_forecast(call: str, queue: str, forecast: Forecast, offset_s: float) -> CallForecast:
    """The wait ahead of a caller in `queue`."""
    silent = forecast.layer == "silent"
    return CallForecast(
        call,
        queue,
        forecast.layer,
        forecast.reason,
        forecast.position,
        None if silent else forecast.median_s,
        None if silent else forecast.low_s,
        None if silent else forecast.high_s,
        forecast.at + offset_s,
    )
