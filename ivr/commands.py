"""Commands of the flow machine: sound by the door's own commands, and these for the house."""

from typing import Any, Literal

import msgspec

from calls.commands import Answer, Command, HangUp, Listen, Play, Record, StartMusic, Stop, StopMusic
from calls.ids import AttemptId, CallId, Instant, LegId, Seconds
from understanding.judgement import Near

Class = Literal["urgent", "important", "general"]


class HideDigits(Command, frozen=True):
    """Hide digits from the next key on: they go to the vault as `name`, `•` comes in their place (# and * stay).

    Sent again, the vault forgets what it had under that name. `star`: what the key * stands for, if it is a digit
    here (the X of an id card): then it is hidden like one.
    """

    call: CallId
    leg: LegId
    name: str
    star: str = ""


class ShowDigits(Command, frozen=True):
    """Show keys again. What the vault has stays there until the call ends."""

    call: CallId
    leg: LegId


class CheckSecret(Command, frozen=True):
    """Ask the vault: do the digits under `name` pass `check` (`luhn`, `id_card`, a pattern)? SecretChecked answers."""

    call: CallId
    attempt: AttemptId
    name: str
    check: str


class Understand(Command, frozen=True):
    """Judge what the caller said by the intents of `version`; Understood answers."""

    call: CallId
    attempt: AttemptId
    version: str
    said: str


CameOf = Literal[
    "answered",  # judged: it is this intent
    "asked",  # judged: this one, or the second
    "handed_over",  # judged: neither, or not in time
    "complaint",  # a word of complaint: a person at once
    "unsure",  # the recogniser was not sure of the words
    "chosen",  # one of the two that were asked
    "value",  # a value was found, corrected or confirmed
    "no_value",
]


class TurnTaken(Command, frozen=True):
    """Tell the house what the caller said to the robot, and what came of it: the trail that a person gets.

    Who writes `said` down, or shows it, masks it before.
    """

    call: CallId
    said: str
    came_of: CameOf
    intent: str = ""
    second: str = ""
    score: float = 0.0
    margin: float = 0.0


class ValuesTaken(Command, frozen=True):
    """Tell the house which values of the caller's wish are known now."""

    call: CallId
    values: dict[str, str]


class Candidate(msgspec.Struct, frozen=True):
    """Intent that a proposal has, its name in the caller's language, and what the caller would hear next with it."""

    intent: str
    name: str
    text: str


class ProposeAnswer(Command, frozen=True):
    """Let a person see what the robot would say next; AnswerReviewed answers, at once where nobody is there to look.

    `decision` is the judgement's: `answered` of an intent that is always looked at, `asked` of one that is in doubt.
    """

    call: CallId
    attempt: AttemptId
    language: str
    said: str
    decision: Literal["answered", "asked"]
    score: float
    margin: float
    candidates: tuple[Candidate, ...]
    within_s: Seconds


class EndProposal(Command, frozen=True):
    """Take a proposal back: the caller goes another way, or nobody has looked in time."""

    call: CallId
    attempt: AttemptId
    lapsed: bool


class Lookup(Command, frozen=True):
    """Ask an HTTP service; LookupFinished answers within `deadline_s`. The vault fills in values `secret:NAME`."""

    call: CallId
    attempt: AttemptId
    method: Literal["GET", "POST"]
    url: str
    body: dict[str, Any]
    deadline_s: Seconds


class OpenCase(Command, frozen=True):
    """Open a case; CaseOpened answers once it is durable."""

    call: CallId
    attempt: AttemptId
    category: str
    fields: dict[str, Any]


class EnterQueue(Command, frozen=True):
    """Let the caller wait; LeftQueue answers. `skills` as written: `complaints>=3`. The agent hears `reason` first.

    `agent` (a name, or `ivr.steps.LAST_AGENT`) is asked for alone for `sticky_s`, if there; empty: nobody. `priority`
    is in minutes.
    """

    call: CallId
    attempt: AttemptId
    queue: str
    skills: tuple[str, ...]
    class_: Class
    language: str
    reason: str
    fields: dict[str, Any]
    agent: str = ""
    sticky_s: Seconds = 0.0
    vip: bool = False
    priority: float = 0.0


class LeaveQueue(Command, frozen=True):
    """Leave the queue: the caller chose a way out by a key."""

    call: CallId
    attempt: AttemptId


class BookCallback(Command, frozen=True):
    """Book a callback to `number` that keeps the caller's place; CallbackAnswered answers."""

    call: CallId
    attempt: AttemptId
    number: str


class Transfer(Command, frozen=True):
    """Connect the caller with `tel:NUMBER` or `phone:ACCOUNT`; TransferEnded answers."""

    call: CallId
    attempt: AttemptId
    to: str
    ring_s: Seconds


class VoicemailLeft(Command, frozen=True):
    """Tell the owners of `box` that a message is on disk for them."""

    call: CallId
    box: str
    path: str
    duration_s: Seconds


class SurveyAnswered(Command, frozen=True):
    """Keep the score that the caller gave."""

    call: CallId
    question: str
    score: int


class QuestionAnswered(Command, frozen=True):
    """Keep an answer to a question of a questionnaire: its word, and the figure of its key."""

    call: CallId
    questionnaire: str
    version: str
    question: str
    word: str
    figure: int


Unanswered = Literal["not_understood", "not_said"]
"""Why a question was not answered: it was taken for no intent, or the intent's answer could not be said."""


class QuestionUnanswered(Command, frozen=True):
    """Tell the editors what a caller asked and nobody answered at `where` (flow/step).

    `intent` is whose answer was not said; `near` has the nearest ones.
    """

    call: CallId
    attempt: AttemptId
    language: str
    where: str
    said: str
    why: Unanswered
    intent: str = ""
    near: Near = ()


class StepTaken(Command, frozen=True):
    """Log a step that is over. `keys` as pressed, `•` where hidden; `outcome` is the step's own word."""

    call: CallId
    flow: str
    step: str
    kind: str
    began_at: Instant
    keys: str
    outcome: str


class RecordingConsent(Command, frozen=True):
    """Apply the caller's consent. Declined: no talk of this call is recorded, and earlier recordings are deleted."""

    call: CallId
    consent: Literal["declined", "allowed"]


class FlowEnded(Command, frozen=True):
    """Close the walk: it is over, and the leg is gone or going."""

    call: CallId
    reason: Literal["hung_up", "caller_left", "step_limit", "time_limit", "transferred", "failed"]


IvrCommand = (
    Answer
    | Play
    | Stop
    | Listen
    | Record
    | StartMusic
    | StopMusic
    | HangUp
    | HideDigits
    | ShowDigits
    | CheckSecret
    | Understand
    | TurnTaken
    | ValuesTaken
    | ProposeAnswer
    | EndProposal
    | Lookup
    | OpenCase
    | EnterQueue
    | LeaveQueue
    | BookCallback
    | Transfer
    | VoicemailLeft
    | SurveyAnswered
    | QuestionAnswered
    | QuestionUnanswered
    | RecordingConsent
    | StepTaken
    | FlowEnded
)
