"""Walk without the caller: what they did counts, however they left.

A caller who leaves a message or a score and hangs up in the middle of the thanks, or ends the message by hanging up, as
its prompt says they may, has done it all the same. So the walk goes on alone to what follows from it: a case is opened,
variables are set. Words are passed over, a service is not waited for (it counts as failed), and at the next step that
is the caller's own, a question, a queue, a transfer, the walk is over.
"""

from typing import assert_never

from ivr.machine import dispatch, stepping
from ivr.machine.walk import Walk
from ivr.steps import (
    AnyStep,
    AskHours,
    Branch,
    Call,
    Collect,
    Consent,
    Goto,
    HangUp,
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

LEFT = "caller_left"


def left(walk: Walk) -> None:
    """Take the end of the caller's leg: go on alone to what is owed for what they did, and end the walk."""
    session, step = walk.session, walk.step()
    outcome = "left" if session.phase == "leaving" else LEFT
    walk.alone = True
    following = _following(step) if session.owed else None
    if following is None:
        walk.abandon("caller_left", outcome, hang_up=False, by="ended")
        return
    session.playing = None
    walk.leave(outcome, following)
    while (step_or_none := walk.next()) is not None:
        if not _pass(walk, step_or_none):
            walk.end("caller_left")


def _following(step: AnyStep) -> str | None:
    """Step after the one in which the caller left; None where nothing follows without them."""
    match step:
        case Say() | Voicemail():
            return step.then
        case Lookup():
            return step.failed
        case _:
            return None


def _pass(walk: Walk, step: AnyStep) -> bool:
    """Do what a step does without the caller. False: nothing goes on without them from here."""
    match step:
        case Say():
            walk.leave(LEFT, step.then)
        case Lookup():
            walk.session.frame.values[step.into] = None
            walk.leave(LEFT, step.failed)
        case SayAnswer():
            walk.leave(LEFT, step.then)
        case OpenCase():
            stepping.ask_case(walk, step)
            walk.leave("asked", step.then)
        case Branch() | Set() | AskHours() | Language() | Consent() | Call() | Jump() | Goto() | Return():
            dispatch.enter(walk, step)
        case Menu() | Collect() | Listen() | Understand() | Survey() | Queue() | Transfer() | Voicemail() | HangUp():
            return False
        case _:
            assert_never(step)
    return True
