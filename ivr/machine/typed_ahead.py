"""Typed-ahead keys: which of them count, and for what.

A key counts for the words during which it was pressed (it skips them), or for the very next question (it answers it).
Words on the straight way to that question are skipped by it, too. It never counts beyond a service, a case, a queue, a
talk or a message: what the caller has not heard, they cannot have answered.
"""

from ivr.machine.walk import Walk
from ivr.steps import (
    BACK,
    RETURN,
    AnyStep,
    AskHours,
    Asking,
    Branch,
    Call,
    Consent,
    Goto,
    Jump,
    Language,
    Lookup,
    OpenCase,
    Queue,
    Say,
    SayAnswer,
    Set,
    Transfer,
    Voicemail,
)

_AWAY = (Lookup, OpenCase, Queue, SayAnswer, Transfer, Voicemail)
_LOOK_AHEAD = 40  # steps that are looked at: past them words are heard, which hurts nobody


def forget(walk: Walk, step: AnyStep) -> None:
    """Forget keys that were pressed ahead where `step` is one that they cannot have been meant for."""
    if not walk.session.ahead:
        return
    if isinstance(step, _AWAY) or (isinstance(step, Say) and not _leads_to_question(walk, step)):
        walk.note(f"key {walk.session.ahead} counts no further")
        walk.session.ahead = ""


def _leads_to_question(walk: Walk, step: Say) -> bool:
    """True where every way from these words meets a question before anything else."""
    flow_and_returns = (walk.session.frame.flow, tuple((frame.flow, frame.step) for frame in walk.session.frames[:-1]))
    todo = [(step.then, *flow_and_returns)]
    looked_at = 0
    while todo:
        name, flow, returns = todo.pop()
        looked_at += 1
        if looked_at > _LOOK_AHEAD:
            return False
        if name == BACK:  # a menu
            continue
        if name == RETURN and returns:
            (flow, at), returns = returns[-1], returns[:-1]
            caller = walk.program.flows[flow].steps[at]
            if not isinstance(caller, Call):
                return False
            todo.append((caller.then, flow, returns))
            continue
        match walk.program.flows[flow].steps.get(name):
            case Asking():
                pass
            case Say(then=then) | Set(then=then) | Goto(then=then) | Language(then=then) | Consent(then=then):
                todo.append((then, flow, returns))
            case Branch(cases=cases, otherwise=otherwise):
                todo += [(then, flow, returns) for then in (*(case.then for case in cases), otherwise)]
            case AskHours(open=open_, closed=closed):
                todo += [(open_, flow, returns), (closed, flow, returns)]
            case Call(flow=called):
                todo.append((walk.program.flows[called].start, called, (*returns, (flow, name))))
            case Jump(flow=called):
                todo.append((walk.program.flows[called].start, called, returns))
            case _:
                return False
    return True
