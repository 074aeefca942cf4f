"""Events of the flow machine, besides those of the door that concern a caller's leg."""

from typing import Any, Literal

import msgspec

from calls.events import (
    CallAnswered,
    CallEnded,
    ClockSet,
    CommandDone,
    CommandFailed,
    DigitPressed,
    Event,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
    Tick,
)
from calls.ids import AgentId, AttemptId, CallId, CaseNumber, LegId
from dsl.hours import OtherHours
from understanding.judgement import Near


class CallStarted(Event, frozen=True):
    """A call begins: walk `flow` (of version `version`, kept to the call's end) from its start."""

    call: CallId
    leg: LegId
    version: str
    flow: str
    caller: str
    called: str
    answered: bool = False
    """The caller has been answered, and has heard something that comes before every flow."""


class HoursReplaced(Event, frozen=True):
    """From now on these hours hold in place of those of the same name, in every version; all others as published."""

    others: dict[str, OtherHours] = msgspec.field(default_factory=dict)


class LookupFinished(Event, frozen=True):
    """An HTTP lookup has ended: with JSON, or with None and the reason."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["ok", "deadline", "refused", "not_json", "unreachable"]
    value: Any = None


class SecretChecked(Event, frozen=True):
    """The vault has checked the hidden digits. It never tells them."""

    call: CallId
    attempt: AttemptId
    ok: bool


class Understood(Event, frozen=True):
    """What the caller said was judged: answered (it is `intent`), asked (that, or `second`), or handed over (unclear).

    `score` is the chance that `intent` is right, `margin` its lead; `turn` says that the caller refused one thing, or
    wants two. `detail` is why there is no judgement.
    """

    call: CallId
    attempt: AttemptId
    decision: Literal["answered", "asked", "handed_over"]
    intent: str = ""
    second: str = ""
    score: float = 0.0
    margin: float = 0.0
    turn: str = ""
    detail: str = ""
    near: Near = ()


class AnswerReviewed(Event, frozen=True):
    """What became of a proposed answer. `nobody`: no seat is taken, so there is no proposal. `opened`: somebody can see
    it. `approved`: go on with `intent`, and say `text`, if there is any, in place of the words that come next.
    `declined`: it is not right."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["nobody", "opened", "approved", "declined"]
    intent: str = ""
    text: str = ""


class CaseOpened(Event, frozen=True):
    """The case that the caller asked for is durable and has a number."""

    call: CallId
    attempt: AttemptId
    number: CaseNumber


class LeftQueue(Event, frozen=True):
    """The queue has done with the call. `served`: it talked with an agent, and the agent's leg is gone. `closed`: a
    supervisor has closed the queue."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["served", "no_agents", "timed_out", "full", "failed", "closed"]
    agent: AgentId | None = None


class WayOutSuggested(Event, frozen=True):
    """The queue suggests a way out to a caller who waits: say what the step offers; the place is kept meanwhile."""

    call: CallId
    attempt: AttemptId
    way: Literal["callback", "message"]


class CallbackAnswered(Event, frozen=True):
    """A booking is answered. `booked`: the caller may hang up. `connecting`: a phone rings for them already."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["booked", "refused", "connecting"]


TransferOutcome = Literal["talked", "busy", "no_answer", "failed"]


class TransferEnded(Event, frozen=True):
    """A transfer has ended. `talked`: it was answered and is over, the caller is still here."""

    call: CallId
    attempt: AttemptId
    outcome: TransferOutcome


class CallHandedOn(Event, frozen=True):
    """An agent has handed the caller on to `flow`: walk it from its start, whatever was walked before.

    A session keeps its version; `version`, `caller` and `called` are for a call whose walk is over, or never was one.
    """

    call: CallId
    leg: LegId
    version: str
    flow: str
    caller: str
    called: str


class CallAdopted(Event, frozen=True):
    """A restarted controller found the caller still up: the step is repeated, or a wait goes on; no walk: hang up."""

    call: CallId


IvrEvent = (
    CallStarted
    | HoursReplaced
    | LookupFinished
    | SecretChecked
    | Understood
    | AnswerReviewed
    | CaseOpened
    | LeftQueue
    | WayOutSuggested
    | CallbackAnswered
    | TransferEnded
    | CallHandedOn
    | CallAdopted
    | CallAnswered
    | DigitPressed
    | PlaybackFinished
    | SpeechHeard
    | RecordingFinished
    | CallEnded
    | CommandDone
    | CommandFailed
    | ClockSet
    | Tick
)
