"""Steps: what a compiled flow is made of, as plain data.

Steps name their successors; the words in ENDINGS are successors that are no steps.
"""

from typing import Any, Literal

import msgspec

from calls.ids import Seconds

AGAIN = "again"  # this step anew
BACK = "back"  # the menu before this one
HANG_UP = "hangup"
RETURN = "return"  # to the flow that called this one; in the first flow, hang up
ENDINGS = (AGAIN, BACK, HANG_UP, RETURN)
"""Words that may stand where a step's name may."""

BUILT_IN = ("caller", "called", "language", "case", "agent")
"""Variables that every flow has."""


class Cel(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """CEL expression, checked at lint."""

    text: str


class Const(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Value as written."""

    value: Any


Value = Cel | Const


class Line(msgspec.Struct, frozen=True, array_like=True):
    """Phrase to be said: in the caller's language unless another is given; `values` fill its places."""

    phrase: str
    language: str | None = None
    values: dict[str, Value] = {}


Lines = tuple[Line, ...]


class Retry(msgspec.Struct, frozen=True, array_like=True):
    """Reaction to silence or to a wrong key: say `lines` and ask again, `tries` times; then go to `then`."""

    lines: Lines
    tries: int
    then: str


class Step(msgspec.Struct, frozen=True, array_like=True, tag=True, kw_only=True):
    """Base of all steps."""


class Asking(Step, frozen=True, array_like=True, kw_only=True):
    """Base of the steps that ask for keys. `again` is said instead of `lines` from the second time on."""

    lines: Lines
    again: Lines
    no_input: Retry
    wrong: Retry
    first_key_s: Seconds
    between_keys_s: Seconds
    end_key: str
    barge_in: bool
    global_keys: dict[str, str]


class Say(Step, frozen=True, array_like=True, kw_only=True):
    """Say something. With `barge_in` a key ends it, and counts for the very next question (`machine/typed_ahead`)."""

    lines: Lines
    barge_in: bool
    then: str


class Menu(Asking, frozen=True, array_like=True, kw_only=True):
    """Choose by key."""

    keys: dict[str, str]


class Confirm(msgspec.Struct, frozen=True, array_like=True):
    """Read back what was keyed (as the value `digits`) and ask whether it is right."""

    lines: Lines
    yes: str
    no: str


class Collect(Asking, frozen=True, array_like=True, kw_only=True):
    """Take digits into the variable `into`; when `secret`, they stay in the vault under that name."""

    into: str
    least: int
    most: int
    check: str
    confirm: Confirm | None
    secret: bool
    then: str


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """Answer that a `Listen` understands, by any of its words or by a key."""

    hears: tuple[str, ...]
    key: str
    then: str


class Listen(Asking, frozen=True, array_like=True, kw_only=True):
    """Understand speech, or a key. What was said goes into `into`, if named. `by_keys` is said where speech fails."""

    answers: tuple[Answer, ...]
    into: str
    max_s: Seconds
    confidence: float
    by_keys: Lines = ()


class Understand(Asking, frozen=True, array_like=True, kw_only=True):
    """Understand what the caller wants in their own words, or by a key. In doubt a person may look for `review_s` (0:
    nobody does), while the caller hears `review`, then music.

    `leads` has the step of each intent (compiling completes it: by the intent's own flow, else by `other`). `clarify`
    asks "this, or that?" with the values `first` and `second`; `complaint` is where a word of complaint leads, if
    anywhere, and where it is `raised` a raised voice too. The intent's name goes into `into`, if named. `answered` is
    where an answer of dialplans/answers leads once it was said; empty: none is said here.
    """

    leads: dict[str, str]
    other: str
    keys: dict[str, str]
    clarify: Lines
    complaint: str
    into: str
    max_s: Seconds
    confidence: float
    by_keys: Lines = ()
    answered: str = ""
    review: Lines = ()
    review_s: Seconds = 0.0
    raised: bool = False


class SayAnswer(Step, frozen=True, array_like=True, kw_only=True):
    """Say an answer of dialplans/answers, if it is in force, approved, and has its values; else go to `none`."""

    answer: str
    then: str
    none: str


class SurveyAnswer(msgspec.Struct, frozen=True, array_like=True):
    """Answer to a question of a questionnaire: its word, and where it leads."""

    word: str
    then: str


class Survey(Asking, frozen=True, array_like=True, kw_only=True):
    """Ask for a score from `least` to `most`, one key; of a questionnaire, for one of its `answers` by their keys."""

    question: str
    least: int
    most: int
    then: str
    questionnaire: str = ""
    version: str = ""
    """Of the questionnaire."""
    answers: dict[str, SurveyAnswer] = {}


class Case(msgspec.Struct, frozen=True, array_like=True):
    """Case of a branch: its condition, and where it leads."""

    condition: str
    then: str


class Branch(Step, frozen=True, array_like=True, kw_only=True):
    """The first case whose CEL condition is true; else `otherwise`."""

    cases: tuple[Case, ...]
    otherwise: str


class Set(Step, frozen=True, array_like=True, kw_only=True):
    """Give variables values, in order."""

    values: dict[str, Value]
    then: str


CASE_STATE = "house:case_state"
"""A lookup that the house answers itself: the state of a case, by its number and the last digits of the caller's."""

ANSWER_STANDING = "house:answer_standing"
"""A question of a step SayAnswer to the house: is this version of an answer approved? `refused` says why not."""


class Lookup(Step, frozen=True, array_like=True, kw_only=True):
    """Ask an HTTP service; its JSON goes into `into`."""

    method: Literal["GET", "POST"]
    url: Value
    send: dict[str, Value]
    into: str
    deadline_s: Seconds
    then: str
    failed: str


class AskHours(Step, frozen=True, array_like=True, kw_only=True):
    """Go by the clock and the calendar."""

    hours: str
    open: str
    closed: str


class Language(Step, frozen=True, array_like=True, kw_only=True):
    """Speak another language from now on."""

    language: str
    then: str


LAST_AGENT = "last"
"""Stands for an agent's name: the agent who talked to this number last."""


class QueueOffer(msgspec.Struct, frozen=True, array_like=True):
    """Way out that the queue may suggest to a waiting caller: `lines` say so, `key` takes it."""

    key: str
    lines: Lines
    then: str


class Queue(Step, frozen=True, array_like=True, kw_only=True):
    """Wait for an agent. `outcomes` by the words of `LeftQueue`; `keys` while waiting; `offers` by way out."""

    queue: str
    skills: tuple[str, ...]
    class_: Literal["urgent", "important", "general"]
    reason: str
    fields: dict[str, Value]
    keys: dict[str, str]
    outcomes: dict[str, str]
    then: str
    offers: dict[str, QueueOffer] = {}
    agent: Value | None = None
    """Agent who is asked for alone during the first `sticky_s`: a name, or LAST_AGENT."""
    sticky_s: Seconds = 0.0
    vip: Value = Const(False)
    priority: Value = Const(0)


class Transfer(Step, frozen=True, array_like=True, kw_only=True):
    """Connect with somebody who is in no queue. `outcomes` by the words of `TransferEnded`."""

    to: Value
    ring_s: Seconds
    outcomes: dict[str, str]
    then: str


class Voicemail(Step, frozen=True, array_like=True, kw_only=True):
    """Record a message for `box`; shorter than `least_s` is no message."""

    box: str
    lines: Lines
    least_s: Seconds
    max_s: Seconds
    silence_s: Seconds
    end_key: str
    then: str
    failed: str


class OpenCase(Step, frozen=True, array_like=True, kw_only=True):
    """Open a case; its number goes into the variable `case`."""

    category: str
    fields: dict[str, Value]
    deadline_s: Seconds
    then: str
    failed: str


class Call(Step, frozen=True, array_like=True, kw_only=True):
    """Walk another flow with arguments, then go on here with what it returned (`into`: variable by returned name)."""

    flow: str
    arguments: dict[str, Value]
    into: dict[str, str]
    then: str


class Jump(Step, frozen=True, array_like=True, kw_only=True):
    """Go to another flow for good, with arguments."""

    flow: str
    arguments: dict[str, Value]


class Consent(Step, frozen=True, array_like=True, kw_only=True):
    """Keep the caller's consent to being recorded: `declined`, or `allowed` again."""

    recording: Literal["declined", "allowed"]
    then: str


class Goto(Step, frozen=True, array_like=True, kw_only=True):
    """Go to a step."""

    then: str


class Return(Step, frozen=True, array_like=True, kw_only=True):
    """Go back to the calling flow with values."""

    values: dict[str, Value]


class HangUp(Step, frozen=True, array_like=True, kw_only=True):
    """Say goodbye, if there are words for it, and hang up."""

    lines: Lines


AnyStep = (
    Say
    | Menu
    | Collect
    | Listen
    | Understand
    | SayAnswer
    | Survey
    | Branch
    | Set
    | Lookup
    | AskHours
    | Language
    | Queue
    | Transfer
    | Voicemail
    | OpenCase
    | Consent
    | Call
    | Jump
    | Goto
    | Return
    | HangUp
)

KINDS: dict[type, str] = {
    Say: "say",
    Menu: "menu",
    Collect: "collect",
    Listen: "listen",
    Understand: "understand",
    SayAnswer: "answer",
    Survey: "survey",
    Branch: "branch",
    Set: "set",
    Lookup: "lookup",
    AskHours: "hours",
    Language: "language",
    Queue: "queue",
    Transfer: "transfer",
    Voicemail: "voicemail",
    OpenCase: "open_case",
    Consent: "recording",
    Call: "call",
    Jump: "flow",
    Goto: "goto",
    Return: "return",
    HangUp: "hangup",
}
"""The admin's word for each kind of step."""
