"""Commands that leave a row in the call log: of a call, its legs, talks and steps, and of what agents did with it."""

from typing import Literal

from calls.commands import Command
from calls.ids import AgentId, CallId, LegId, Seconds
from calls.overrides import Override
from control.machines.ladder import Rung, RungEvent
from ivr.commands import StepTaken

CallOutcome = Literal[
    "answered",
    "abandoned",
    "self_service",
    "left_in_menu",
    "message",
    "transferred",
    "lost",
    "refused",
    "callback",
    "unreached",
    "cut_off",
]

Direction = Literal["in", "out", "internal"]
"""A caller called in; an agent called a number outside; an agent called a colleague."""

Consent = Literal["", "declined", "allowed"]
"""The caller's word on being recorded; empty: none was asked or given."""

LegRole = str
"""The part that a leg plays: caller, agent, transfer, code, supervisor, callback, or another that has a part."""


class LogCall(Command, frozen=True):
    """A row for each call, when it ends. Instants are UTC epoch seconds; None: it never came to that.

    Of a call that an agent makes `caller` is the account of their phone, `called` what was dialled.
    """

    call: CallId
    caller: str
    called: str
    version: str
    language: str
    arrived_at: float
    queued_at: float | None
    answered_at: float | None
    ended_at: float
    queue: str
    agent: AgentId | None
    outcome: CallOutcome
    cause: str
    consent: Consent = ""
    direction: Direction = "in"


class LogLeg(Command, frozen=True):
    """A row for each leg, when it ends. Instants are UTC epoch seconds."""

    leg: LegId
    call: CallId
    role: LegRole
    party: str
    began_at: float
    answered_at: float | None
    ended_at: float
    cause: str


class LogTalk(Command, frozen=True):
    """A row for each talk, when it ends. `number` counts those of the call from 1. Instants are UTC epoch seconds.

    `role` and `party` are those of the other side's leg; `agent` is None for a transfer to somebody who is none.
    `holds` and `held_s`: how often, and how long in all, a phone of the house had put the other side on hold.
    """

    call: CallId
    number: int
    role: LegRole
    agent: AgentId | None
    party: str
    queue: str
    leg: LegId
    began_at: float
    ended_at: float
    cause: str
    holds: int = 0
    held_s: Seconds = 0.0
    masks: int = 0
    masked_s: Seconds = 0.0
    """How often, and how long in all, the agent had the recording silent."""


class LogDisposition(Command, frozen=True):
    """A row for each talk of a queue with dispositions: what came of it, by its agent. Written when after-call work is
    over without a word (`disposition` is empty), and whenever one is said. `at`: UTC epoch seconds."""

    call: CallId
    talk: int
    agent: AgentId
    queue: str
    disposition: str
    note: str
    at: float


DeclineKind = Literal["offer", "consultation"]


class LogDecline(Command, frozen=True):
    """A row for each call that an agent has declined by a screen, with the reason. `number` counts those of the call
    from 1; `asked_by` is the agent who wanted to consult them. `at`: UTC epoch seconds."""

    call: CallId
    number: int
    kind: DeclineKind
    agent: AgentId
    asked_by: str
    reason: str
    at: float


TransferBy = Literal["phone", "code", "http"]

TransferOutcome = Literal[
    "checking",
    "consulting",
    "under_way",
    "reached",
    "returned",
    "requeued",
    "given_back",
    "refused",
    "caller_left",
    "left",
]
"""`returned`: to the agent who had asked; `requeued`: to another one of their queue, in front of all. `given_back`: the
agent has talked to the one whom they consulted, and kept the caller. `left`: the caller went another way meanwhile, or
the talk was over before the number could be called."""


class LogTransfer(Command, frozen=True):
    """A row for each transfer by an agent, written anew whenever it changes. Instants are UTC epoch seconds.

    `number` counts those of the call from 1; `talk` is the number of the talk that came of it, 0 for none. Of a
    `kind` of `none`, `target` is as the agent wrote it. `consulted`: the agent wanted to talk to the target first.
    """

    call: CallId
    number: int
    by: TransferBy
    agent: AgentId
    kind: str
    target: str
    began_at: float
    ended_at: float | None
    outcome: TransferOutcome
    talk: int
    detail: str
    consulted: bool = False


CallbackOutcome = Literal["booked", "reached", "expired", "unreached", "refused", "came_back", "joined"]
"""`joined`: another callback of the same queue calls that number, and has the better place of both."""


class LogCallback(Command, frozen=True):
    """A row for each callback, written anew whenever it changes. Instants are UTC epoch seconds; `detail` says why."""

    call: CallId
    number: str
    queue: str
    booked_at: float
    changed_at: float
    expires_at: float
    tries: int
    outcome: CallbackOutcome
    agent: AgentId | None
    detail: str


OverrideEnd = Literal["", "ended", "lifted", "replaced"]


class LogOverride(Command, frozen=True):
    """A row for each override, when it is set and again when it is over: `how`, at `over_at` (UTC epoch seconds)."""

    override: Override
    over_at: float | None = None
    over_by: str = ""
    """Empty: by itself, at its end."""
    how: OverrideEnd = ""


class LogStep(Command, frozen=True):
    """A row for each step of the flow; `index` counts within the call. `keys` as pressed, `•` where hidden."""

    index: int
    step: StepTaken
    began_at: float
    ended_at: float


class LogRung(Command, frozen=True):
    """A row for each rung of the ladder that a call has left; `number` counts those of the call from 1. Instants are
    UTC epoch seconds."""

    call: CallId
    number: int
    rung: Rung
    began_at: float
    ended_at: float
    because: RungEvent


class LogRecording(Command, frozen=True):
    """A recording is on disk. `kind`: a talk (stereo, left the caller) or a message for `box`."""

    call: CallId
    path: str
    duration_s: Seconds
    kind: Literal["talk", "message"]
    box: str = ""
    talk: int = 0
    """The number of the talk that it is of."""


class DropRecording(Command, frozen=True):
    """The caller declined: delete the file and its row."""

    call: CallId
    path: str


class LogWait(Command, frozen=True):
    """A row for each wait that ended with an agent: the forecast's features at entry, and its length. For the fit."""

    call: CallId
    joined_at: float
    """UTC epoch seconds."""
    queue: str
    priority: int
    wait_s: Seconds
    vector: tuple[float, ...]
