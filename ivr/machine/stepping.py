"""Steps that do not ask for keys: words, conditions, the clock, services, queues, transfers, messages, cases, flows."""

from typing import Any

from calls.causes import Outcome
from calls.commands import Record
from calls.events import CommandFailed, PlaybackFinished, RecordingFinished
from calls.ids import AttemptId, file_name
from calls.numbers import e164
from dsl.conditions import Erred, holds
from dsl.hours import is_open, with_others
from ivr import commands
from ivr.events import CaseOpened, LeftQueue, LookupFinished, TransferEnded
from ivr.machine.saying import value_of
from ivr.machine.walk import Walk
from ivr.steps import (
    HANG_UP,
    RETURN,
    AskHours,
    Branch,
    Call,
    Collect,
    Consent,
    Goto,
    HangUp,
    Jump,
    Language,
    Lookup,
    OpenCase,
    Queue,
    Return,
    Say,
    Set,
    Transfer,
    Value,
    Voicemail,
)

_TEL = "tel:"
_LOOK_AHEAD = 10
_LATE_S = 2.0  # what comes in from outside has its own deadline; past it and this, it never will


_DAY_MIN = 1440.0
"""Most minutes of priority: those of a day."""


def say(walk: Walk, step: Say) -> None:
    """Say the words; before a secret is asked for, hide keys already now, as some callers know the prompt by heart."""
    secret = _secret_ahead(walk, step)
    if secret is not None and walk.session.hidden != secret.into:
        walk.hide(secret.into, star="X" if secret.check == "id_card" else "")
        walk.session.ahead = ""
    if walk.session.ahead and step.barge_in:
        walk.leave("skipped", step.then)
    elif walk.say(step.lines) is None:
        walk.hush()
        walk.leave("nothing_to_say", step.then)
    else:
        walk.wait("say")


def _secret_ahead(walk: Walk, step: Say) -> Collect | None:
    """Step that asks for a secret next, with only words and assignments before it."""
    following = walk.next_step(step.then)
    for _ in range(_LOOK_AHEAD):
        match following:
            case Collect(secret=True):
                return following
            case Say() | Set() | Goto() | Language():
                following = walk.next_step(following.then)
            case _:
                return None
    return None


def said(walk: Walk, step: Say | HangUp | Voicemail, event: PlaybackFinished) -> None:
    """Go on after the words, also where they could not be played."""
    session = walk.session
    session.playing = None
    if event.outcome is Outcome.FAILED:
        walk.note(f"not played: {event.detail}".rstrip(": "))
    match step:
        case Say():
            walk.leave("said", step.then)
        case HangUp():
            walk.abandon("hung_up", "hung_up", hang_up=True)
        case Voicemail():
            _record(walk, step)


def key_in_say(walk: Walk, step: Say, key: str) -> None:
    """Skip the rest of the words by a key, which is kept for the step that it is meant for."""
    if step.barge_in:
        walk.session.keys += key
        walk.session.ahead += key
        walk.leave("skipped", step.then)


def hang_up(walk: Walk, step: HangUp) -> None:
    """Say goodbye, then hang up."""
    if walk.say(step.lines) is None:
        walk.abandon("hung_up", "hung_up", hang_up=True)
    else:
        walk.wait("say")


def branch(walk: Walk, step: Branch) -> None:
    """Follow the first true case. One that errs is false, and the log names it."""
    values = walk.session.values()
    for index, case in enumerate(step.cases, 1):
        try:
            if holds(case.condition, values, walk.budget):
                walk.leave(f"case {index}", case.then)
                return
        except Erred as error:
            walk.note(f"case {index} errs: {error}")
    walk.leave("else", step.otherwise)


def assign(walk: Walk, step: Set) -> None:
    """Assign values in order: each sees those before it. One that errs is nothing."""
    for name, value in step.values.items():
        walk.session.frame.values[name] = _value(walk, name, value)
    walk.leave("set", step.then)


def ask_hours(walk: Walk, step: AskHours) -> None:
    """Follow the clock and the calendar; without a clock it is closed."""
    if walk.utc_s is None:
        walk.note("the wall clock is not known")
        walk.leave("closed", step.closed)
        return
    others = walk.other_hours.get(step.hours)
    opened, reason = is_open(with_others(walk.program.hours[step.hours], others, walk.utc_s), walk.utc_s)
    walk.leave(f"{'open' if opened else 'closed'}: {reason}", step.open if opened else step.closed)


def language(walk: Walk, step: Language) -> None:
    """Speak another language from now on."""
    walk.session.language = step.language
    walk.leave(step.language, step.then)


def lookup(walk: Walk, step: Lookup) -> None:
    """Ask a service; the driver answers within the deadline."""
    url = _value(walk, "url", step.url)
    if not isinstance(url, str):
        walk.leave("no address", step.failed)
        return
    attempt = walk.mint()
    body = _values(walk, step.send)
    walk.out.append(commands.Lookup(walk.session.call, attempt, step.method, url, body, step.deadline_s))
    walk.wait("consult", attempt, step.deadline_s + _LATE_S)


def looked_up(walk: Walk, step: Lookup, event: LookupFinished) -> None:
    """Take a service's answer, or the reason why there is none."""
    if event.outcome == "ok":
        walk.session.frame.values[step.into] = event.value
        walk.leave("ok", step.then)
    else:
        walk.session.frame.values[step.into] = None
        walk.leave(event.outcome, step.failed)


def open_case(walk: Walk, step: OpenCase) -> None:
    """Ask for a case; its number comes when it is durable."""
    walk.wait("consult", ask_case(walk, step), step.deadline_s)


def ask_case(walk: Walk, step: OpenCase) -> AttemptId:
    """Ask for a case, whoever waits for its number."""
    attempt = walk.mint()
    walk.session.owed = False
    fields = _fields(walk, step.fields)
    walk.out.append(commands.OpenCase(walk.session.call, attempt, step.category, fields))
    return attempt


def case_opened(walk: Walk, step: OpenCase, event: CaseOpened) -> None:
    """Take the number of the case."""
    walk.session.case = event.number
    walk.leave("opened", step.then)


def queue(walk: Walk, step: Queue) -> None:
    """Enter the queue, which has the caller from here on."""
    session = walk.session
    walk.hush()
    attempt = walk.mint()
    agent = "" if step.agent is None else _value(walk, "agent", step.agent)
    priority = _value(walk, "priority", step.priority)
    number = isinstance(priority, int | float) and not isinstance(priority, bool) and abs(priority) <= _DAY_MIN
    if not number:
        walk.note("priority is no number of minutes")
    walk.out.append(
        commands.EnterQueue(
            session.call,
            attempt,
            step.queue,
            step.skills,
            step.class_,
            session.language,
            step.reason,
            _fields(walk, step.fields),
            agent="" if agent is None else str(agent),
            sticky_s=step.sticky_s,
            vip=_value(walk, "vip", step.vip) is True,  # what errs, or is no boolean, makes nobody one
            priority=float(priority) if number else 0.0,
        )
    )
    walk.wait("queue", attempt)


def left_queue(walk: Walk, step: Queue, event: LeftQueue) -> None:
    """Go on after the queue, by its outcome."""
    if event.agent is not None:
        walk.session.agent = event.agent
    ways = step.outcomes
    then = step.then if event.outcome == "served" else ways.get(event.outcome, HANG_UP)
    if event.outcome == "closed" and "closed" not in ways:  # a version of before closures
        then = ways.get("no_agents", HANG_UP)
    walk.leave(event.outcome, then)


def key_in_queue(walk: Walk, step: Queue, key: str) -> None:
    """Leave the queue by a key of the step; other keys do nothing."""
    if key in step.keys and walk.session.awaits is not None:
        walk.session.keys += key
        walk.out.append(commands.LeaveQueue(walk.session.call, walk.session.awaits))
        walk.leave(key, step.keys[key])


def transfer(walk: Walk, step: Transfer) -> None:
    """Transfer the caller to somebody who is in no queue."""
    to = _value(walk, "to", step.to)
    if not isinstance(to, str) or not to.startswith((_TEL, "phone:")):
        walk.note("nobody to transfer to")
        walk.leave("failed", step.outcomes.get("failed", RETURN))
        return
    if to.startswith(_TEL):
        to = _TEL + e164(to.removeprefix(_TEL), walk.program.region)
    walk.hush()
    attempt = walk.mint()
    walk.out.append(commands.Transfer(walk.session.call, attempt, to, step.ring_s))
    walk.wait("transfer", attempt)


def transferred(walk: Walk, step: Transfer, event: TransferEnded) -> None:
    """Go on after the transfer, by its outcome."""
    walk.leave(event.outcome, step.then if event.outcome == "talked" else step.outcomes.get(event.outcome, HANG_UP))


def voicemail(walk: Walk, step: Voicemail) -> None:
    """Say the words, then record the message."""
    if walk.say(step.lines) is None:
        _record(walk, step)
    else:
        walk.wait("say")


def recorded(walk: Walk, step: Voicemail, event: RecordingFinished) -> None:
    """Take the message on disk. One that the caller ended by hanging up counts all the same."""
    session = walk.session
    good = event.outcome is not Outcome.FAILED and event.path != "" and event.duration_s >= step.least_s
    if good:
        session.owed = True
        walk.out.append(commands.VoicemailLeft(session.call, step.box, event.path, event.duration_s))
    if event.ended_by == "hang_up":
        walk.note("message left" if good else "no message")
        walk.wait("await_end")
    else:
        walk.leave("message" if good else "no_message", step.then if good else step.failed)


def recording_failed(walk: Walk, step: Voicemail, event: CommandFailed) -> None:
    """Go on without a message."""
    walk.note(event.reason)
    walk.leave("no_message", step.failed)


def consent(walk: Walk, step: Consent) -> None:
    """Tell the house what the caller said to being recorded."""
    walk.out.append(commands.RecordingConsent(walk.session.call, step.recording))
    walk.leave(step.recording, step.then)


def call(walk: Walk, step: Call) -> None:
    """Walk another flow, then come back."""
    walk.call(step, _values(walk, step.arguments))


def jump(walk: Walk, step: Jump) -> None:
    """Walk another flow for good."""
    walk.jump(step, _values(walk, step.arguments))


def goto(walk: Walk, step: Goto) -> None:
    """Go to a step."""
    walk.leave("gone", step.then)


def give_back(walk: Walk, step: Return) -> None:
    """Return to the calling flow."""
    walk.give_back(_values(walk, step.values))


def _record(walk: Walk, step: Voicemail) -> None:
    walk.hush()
    attempt = walk.mint()
    name = f"messages/{step.box}/{file_name(attempt)}"
    walk.out.append(Record(walk.session.leg, attempt, name, step.max_s, step.silence_s, step.end_key))
    walk.wait("record", attempt)


def _value(walk: Walk, name: str, value: Value) -> Any:
    try:
        return value_of(value, walk.session.values(), walk.budget)
    except Erred as error:
        walk.note(f"{name} errs: {error}")
        return None


def _fields(walk: Walk, values: dict[str, Value]) -> dict[str, Any]:
    """Evaluate what people read. One that errs, or is nothing, is left out, and the log of the step says so."""
    fields = _values(walk, values)
    for name, value in fields.items():
        if value is None and not any(note.startswith(f"{name} errs") for note in walk.session.notes):
            walk.note(f"{name} is nothing")
    return {name: value for name, value in fields.items() if value is not None}


def _values(walk: Walk, values: dict[str, Value]) -> dict[str, Any]:
    return {name: _value(walk, name, value) for name, value in values.items()}
