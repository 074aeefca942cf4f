"""Commands of call control besides the door's own and those of the log: questions, notices, what others are told.

`RouterCommand` is all that the live driver carries out.
"""

from typing import Literal

from acd.choice import Choice
from acd.commands import AgentChanged, CalledAgain, OfferLapsed, SuggestWayOut, WaitWidened
from acd.forecast.forecaster import Forecast
from calls.commands import Command, Sentence, SwitchCommand
from calls.ids import AgentId, AttemptId, CallId
from complaints.cases import FileCase
from control.messages.log_commands import (
    DropRecording,
    LegRole,
    LogCall,
    LogCallback,
    LogDecline,
    LogDisposition,
    LogLeg,
    LogOverride,
    LogRecording,
    LogRung,
    LogStep,
    LogTalk,
    LogTransfer,
    LogWait,
)
from dialer.campaigns.commands import (
    CampaignChanged,
    DoNotCall,
    EndPreview,
    Fetch,
    KeepContact,
    LogTry,
    Recall,
    ShowPreview,
)
from dialer.governor.history import State
from dialer.governor.questions import Origin
from ivr.commands import (
    CheckSecret,
    HideDigits,
    Lookup,
    QuestionAnswered,
    QuestionUnanswered,
    ShowDigits,
    SurveyAnswered,
    TurnTaken,
    Understand,
    VoicemailLeft,
)


class AskGate(Command, frozen=True, kw_only=True):
    """May this call be placed? GateAnswered answers, and always: no answer in time is a no.

    `attempt` is the request's name, the same after a restart: asked again with it, there is one reservation and never a
    second. With `reserve` the attempt is reserved where it is allowed, and only then may it be dialled; without it,
    nothing is written: may the number be called at all, now or later?
    """

    call: CallId
    """The call that it is for, or will be."""
    attempt: AttemptId
    number: str
    """E.164, or a short code."""
    scene: str
    """Empty: none. Where a site has scenes, such a call is denied; where it has none, its lists alone are asked."""
    origin: Origin
    agent: AgentId | None = None
    person: str = ""
    account: str = ""
    campaign: str = ""
    reserve: bool = True


class SettleAttempt(Command, frozen=True, kw_only=True):
    """What became of an attempt that the gate reserved, for the ledger: AttemptSettled says that it has it. Given anew
    after a restart until then; told twice it is one. Instants are UTC epoch seconds."""

    attempt: AttemptId
    """The name of this settlement."""
    reservation: int
    call: CallId
    state: State
    at: float | None = None
    """When it was dialled."""
    talked_until: float = 0.0
    result: str = ""
    recording: str = ""
    agent: AgentId | None = None
    ended: bool = True
    """False: it is still up."""
    corrects: bool = False
    """It takes back that a talk was effective, or says it of one that was none."""
    caller_id_rests_until: float = 0.0
    """The network has blocked the call: until then its caller id is shown to nobody."""


class NotifyArrival(Command, frozen=True):
    """Tell other systems of a call that has come in. Instants are UTC epoch seconds, here and below."""

    call: CallId
    caller: str
    called: str
    at: float
    trunk: str = ""


class NotifyRing(Command, frozen=True):
    """Tell other systems that an agent's phone is called for a call. `fields` are those of the queue step."""

    call: CallId
    offer: AttemptId
    agent: AgentId
    account: str
    caller: str
    """Of a callback, the number that is to be called."""
    called: str
    queue: str
    language: str
    at: float
    queued_at: float | None
    callback: bool
    about: str
    """The `reason` of the queue step: what the caller wants."""
    fields: dict[str, str]
    choice: Choice | None
    """The reasons for which this agent was chosen."""


class NotifyTalk(Command, frozen=True):
    """Tell other systems of a talk that has begun; `number`, `role`, `agent` and `party` are as in LogTalk."""

    call: CallId
    number: int
    role: LegRole
    agent: AgentId | None
    party: str
    caller: str
    called: str
    queue: str
    began_at: float


class PrepareSpeech(Command, frozen=True):
    """These sentences will be said soon: make their sound ahead of time. Nothing comes back."""

    sentences: tuple[Sentence, ...]


class Noticed(Command, frozen=True):
    """Something an operator should read: it goes to the log with what to do about it."""

    level: Literal["info", "warning", "error"]
    event: str
    advice: str = ""
    call: CallId | None = None
    detail: str = ""


class ForecastMade(Command, frozen=True):
    """The wait ahead of a caller, at entry and every 15 s after: for screens, metrics and the bus."""

    call: CallId
    queue: str
    forecast: Forecast


RouterCommand = (
    SwitchCommand
    | HideDigits
    | ShowDigits
    | CheckSecret
    | Understand
    | TurnTaken
    | Lookup
    | FileCase
    | AgentChanged
    | WaitWidened
    | CalledAgain
    | OfferLapsed
    | SuggestWayOut
    | SurveyAnswered
    | QuestionAnswered
    | QuestionUnanswered
    | VoicemailLeft
    | LogCall
    | LogCallback
    | AskGate
    | SettleAttempt
    | LogLeg
    | LogTalk
    | LogDisposition
    | LogDecline
    | LogTransfer
    | LogStep
    | LogRung
    | LogOverride
    | LogRecording
    | DropRecording
    | NotifyArrival
    | NotifyRing
    | NotifyTalk
    | PrepareSpeech
    | Noticed
    | ForecastMade
    | LogWait
    | Fetch
    | Recall
    | KeepContact
    | LogTry
    | ShowPreview
    | EndPreview
    | DoNotCall
    | CampaignChanged
)
"""All that the live driver carries out."""
