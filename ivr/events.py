"""What the flow machine is told, besides the facts of the door that concern a caller's leg."""

from typing import Any, Literal

from calls.events import (
    CallAnswered,
    CallEnded,
    ClockSet,
    CommandDone,
    CommandFailed,
    DigitPressed,
    Fact,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
    Tick,
)
from calls.ids import AgentId, AttemptId, CallId, CaseNumber, LegId


class CallStarted(Fact, frozen=True):
    """A caller is here: walk `flow` (of version `version`, kept to the call's end) from its start."""

    call: CallId
    leg: LegId
    version: str
    flow: str
    caller: str
    called: str


class LookupFinished(Fact, frozen=True):
    """What an HTTP lookup brought: JSON, or None with the reason."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["ok", "deadline", "refused", "not_json", "unreachable"]
    value: Any = None


class SecretChecked(Fact, frozen=True):
    """The vault's answer: whether the hidden digits pass the check. Never the digits."""

    call: CallId
    attempt: AttemptId
    ok: bool


class CaseOpened(Fact, frozen=True):
    """The case that the caller asked for is durable and has a number."""

    call: CallId
    attempt: AttemptId
    number: CaseNumber


class LeftQueue(Fact, frozen=True):
    """The queue has done with the call. `served`: it talked with an agent, and the agent's leg is gone."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["served", "no_agents", "timed_out", "full", "failed"]
    agent: AgentId | None = None


class WayOutSuggested(Fact, frozen=True):
    """The queue suggests a way out to a caller who waits: say what the step offers; the place is kept meanwhile."""

    call: CallId
    attempt: AttemptId
    way: Literal["callback", "message"]


class CallbackAnswered(Fact, frozen=True):
    """`booked`: the caller may hang up and keeps the place. `connecting`: a phone rings for the caller already."""

    call: CallId
    attempt: AttemptId
    outcome: Literal["booked", "refused", "connecting"]


TransferOutcome = Literal["talked", "busy", "no_answer", "failed"]


class TransferEnded(Fact, frozen=True):
    """What became of a transfer. `talked`: it was answered and is over, the caller is still here."""

    call: CallId
    attempt: AttemptId
    outcome: TransferOutcome


class CallAdopted(Fact, frozen=True):
    """After a restart the caller is still up: repeat the step, or wait on in a queue; hang up if the walk is over."""

    call: CallId


IvrEvent = (
    CallStarted
    | LookupFinished
    | SecretChecked
    | CaseOpened
    | LeftQueue
    | WayOutSuggested
    | CallbackAnswered
    | TransferEnded
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
