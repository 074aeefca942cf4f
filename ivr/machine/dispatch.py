"""Dispatch: which function of which kind of step takes an event, a key, a deadline.

The steps themselves are in `ivr.machine.asking`, `ivr.machine.stepping` and `ivr.machine.queue_offers`.
"""

from typing import assert_never

from calls.events import (
    CommandFailed,
    DigitPressed,
    PlaybackFinished,
    RecordingFinished,
    SpeechHeard,
    Tick,
)
from ivr.events import (
    AnswerReviewed,
    CallAdopted,
    CallbackAnswered,
    CaseOpened,
    IvrEvent,
    LeftQueue,
    LookupFinished,
    SecretChecked,
    TransferEnded,
    Understood,
    WayOutSuggested,
)
from ivr.machine import answering, asking, queue_offers, reviewing, stepping, typed_ahead, understanding
from ivr.machine.phases import Outside
from ivr.machine.session import Session
from ivr.machine.walk import Walk
from ivr.steps import (
    AnyStep,
    AskHours,
    Asking,
    Branch,
    Call,
    Collect,
    Consent,
    Goto,
    Jump,
    Language,
    Listen,
    Lookup,
    Menu,
    OpenCase,
    Queue,
    Return,
    Say,
    SayAnswer,
    Set,
    Survey,
    Transfer,
    Understand,
    Voicemail,
)
from ivr.steps import HangUp as HangUpStep


def enter(walk: Walk, step: AnyStep) -> None:
    """Enter the step."""
    typed_ahead.forget(walk, step)
    match step:
        case Say():
            stepping.say(walk, step)
        case SayAnswer():
            answering.enter(walk, step)
        case Menu() | Collect() | Listen() | Understand() | Survey():
            asking.enter(walk, step)
        case Branch():
            stepping.branch(walk, step)
        case Set():
            stepping.assign(walk, step)
        case Lookup():
            stepping.lookup(walk, step)
        case AskHours():
            stepping.ask_hours(walk, step)
        case Language():
            stepping.language(walk, step)
        case Queue():
            stepping.queue(walk, step)
        case Transfer():
            stepping.transfer(walk, step)
        case Voicemail():
            stepping.voicemail(walk, step)
        case OpenCase():
            stepping.open_case(walk, step)
        case Consent():
            stepping.consent(walk, step)
        case Call():
            stepping.call(walk, step)
        case Jump():
            stepping.jump(walk, step)
        case Goto():
            stepping.goto(walk, step)
        case Return():
            stepping.give_back(walk, step)
        case HangUpStep():
            stepping.hang_up(walk, step)
        case _:
            assert_never(step)


def take(walk: Walk, event: IvrEvent) -> None:
    """Do what an event does to the step that waits. A stale one, or one that this phase ignores, does nothing."""
    session, step = walk.session, walk.step()
    kind = _kind(session, event)
    if kind is None or not session.takes(kind):
        return
    match event, step:
        case DigitPressed(_, key), _:
            _key(walk, step, key)
        case PlaybackFinished(), Say() | HangUpStep() | Voicemail():
            stepping.said(walk, step, event)
        case PlaybackFinished(), Understand() if session.phase == "reviewing":
            reviewing.on_played(walk)
        case PlaybackFinished(), SayAnswer():
            answering.on_said(walk, step, event)
        case PlaybackFinished(), _ if isinstance(step, Asking):
            asking.on_played(walk, step, event)
        case PlaybackFinished(), _:
            session.playing = None
        case SpeechHeard(), Listen():
            asking.on_heard(walk, step, event)
        case SpeechHeard(), Understand():
            understanding.on_heard(walk, step, event)
        case Understood(), Understand():
            understanding.on_understood(walk, step, event)
        case AnswerReviewed(), Understand():
            understanding.on_reviewed(walk, step, event)
        case CommandFailed(), Listen() | Understand():
            asking.on_ear_failed(walk, step, event)
        case RecordingFinished(), Voicemail():
            stepping.recorded(walk, step, event)
        case CommandFailed(), Voicemail():
            stepping.recording_failed(walk, step, event)
        case LookupFinished(), SayAnswer():
            answering.on_standing(walk, step, event)
        case LookupFinished(), Lookup():
            stepping.looked_up(walk, step, event)
        case SecretChecked(), Collect():
            asking.on_checked(walk, step, event)
        case CaseOpened(), OpenCase():
            stepping.case_opened(walk, step, event)
        case WayOutSuggested(), Queue():
            queue_offers.suggested(walk, step, event)
        case CallbackAnswered(), Queue():
            queue_offers.answered(walk, step, event)
        case LeftQueue(), Queue():
            stepping.left_queue(walk, step, event)
        case TransferEnded(), Transfer():
            stepping.transferred(walk, step, event)
        case CallAdopted(), _:
            _adopt(walk, step)


_OUTCOMES: dict[type, Outside] = {
    SpeechHeard: "heard",
    CommandFailed: "failed",
    SecretChecked: "checked",
    Understood: "understood",
    AnswerReviewed: "reviewed",
    LookupFinished: "answered",
    CaseOpened: "answered",
    WayOutSuggested: "suggested",
    LeftQueue: "left_queue",
    TransferEnded: "transferred",
    RecordingFinished: "recorded",
}
"""Events of the table by the type of the outcome that a step awaits."""


def _kind(session: Session, event: IvrEvent) -> Outside | None:
    """Event of the table of phases that `event` is; None: it is stale, an outcome that this session does not await."""
    match event:
        case DigitPressed():
            return "key"
        case CallAdopted():
            return "adopted"
        case PlaybackFinished():
            return "played" if event.attempt == session.playing else None
        case CallbackAnswered():
            return "callback" if event.attempt == session.books else None
    awaited = session.awaits is not None and getattr(event, "attempt", None) == session.awaits
    return _OUTCOMES[type(event)] if awaited else None


def _key(walk: Walk, step: AnyStep, key: str) -> None:
    match step:
        case Menu() | Collect() | Listen() | Survey():
            asking.on_key(walk, step, key)
        case Understand():
            understanding.on_key(walk, step, key)
        case Say():
            stepping.key_in_say(walk, step, key)
        case SayAnswer():
            answering.on_key(walk, step, key)
        case Queue():
            if not queue_offers.key(walk, step, key):
                stepping.key_in_queue(walk, step, key)
        case _:
            pass  # no step to come is known to the caller yet


def due(walk: Walk, tick: Tick) -> None:
    """Do what is due: the step's own time is over, or the call's."""
    session, step = walk.session, walk.step()
    if session.due_at is None or session.due_at > tick.due_at:
        walk.abandon("time_limit", "time_limit", hang_up=True, by="cap")
        return
    session.move("due")
    session.due_at = None
    match step:
        case Menu() | Collect() | Listen() | Survey():
            asking.on_due(walk, step)
        case Understand():
            understanding.on_due(walk, step)
        case Lookup():
            session.frame.values[step.into] = None
            walk.leave("deadline", step.failed)
        case OpenCase():
            walk.leave("deadline", step.failed)
        case SayAnswer():
            answering.not_said(walk, step, "its approval was not told in time")
        case Queue():
            queue_offers.silent(walk)
        case _:
            pass


def _adopt(walk: Walk, step: AnyStep) -> None:
    """Do the step again after the controller was away: what the switch was doing for it is over or unknown."""
    session = walk.session
    if isinstance(step, OpenCase):
        return  # what was asked of the house is asked again by the house
    session.move("adopted")
    walk.note("adopted")
    if session.phase == "reviewing":
        reviewing.resume(walk)  # the house has the proposal still
        return
    session.playing = session.awaits = None
    if isinstance(step, Asking):
        asking.resume(walk, step)
    else:
        enter(walk, step)
