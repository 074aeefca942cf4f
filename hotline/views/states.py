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
from control.call import Call as RegisteredCall
from hotline.views.fields import shown_fields
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


def of_call(call: RegisteredCall, direction: str, offset_s: float, region: str) -> Call:
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
