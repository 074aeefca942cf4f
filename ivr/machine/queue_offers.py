"""Queue offers: ways out that the queue itself suggests, a callback that keeps the place, or a message.

All of it happens inside the queue step, so that an agent who becomes free in the middle of it is not lost: the caller
waits on until the callback is booked, or the message is chosen.

    suggested ──key──▶ confirming ──1──▶ booking ──booked──▶ the offer's `then`, the place is kept
                        │ 2    ▲            └──refused──▶ waits on
                        ▼      │ #
                       typing ─┘           silence in any of them: waits on, and the offer stands
"""

from typing import Literal

from calls.numbers import e164
from ivr import commands
from ivr.events import CallbackAnswered, WayOutSuggested
from ivr.machine.walk import Walk
from ivr.steps import Const, Line, Lines, Queue

_CONFIRM, _OTHER, _END = "1", "2", "#"
_PATIENCE_S = 30.0  # the words, and then time for the keys
_MOST_DIGITS = 15  # E.164


def suggested(walk: Walk, step: Queue, event: WayOutSuggested) -> None:
    """Say the offer, if this step has it."""
    session = walk.session
    offer = step.offers.get(event.way)
    if offer is None:
        walk.note(f"{event.way} suggested, not offered here")
    elif event.way not in session.offered:
        session.offered = [*session.offered, event.way]
        if not session.dialogue:
            walk.say(offer.lines)


def key(walk: Walk, step: Queue, pressed: str) -> bool:
    """Take a key; True if it belonged to an offer or its dialogue."""
    match walk.session.dialogue:
        case "confirming":
            _confirm(walk, pressed)
        case "typing":
            _type(walk, pressed)
        case "booking":
            pass  # the answer is on its way
        case _:
            return _take(walk, step, pressed)
    return True


def silent(walk: Walk) -> None:
    """Give up a dialogue in which no key came for so long: the caller waits on."""
    if walk.session.dialogue:
        walk.note("callback not confirmed")
        _wait_on(walk)


def answered(walk: Walk, step: Queue, event: CallbackAnswered) -> None:
    """Take the answer to a booking."""
    walk.session.books = None
    if event.outcome == "booked":
        walk.hush()
        walk.leave("callback", step.offers["callback"].then)
        return
    _wait_on(walk)
    if event.outcome == "refused":
        walk.note("callback refused")
        walk.say((Line("callback_refused"),))


def _take(walk: Walk, step: Queue, pressed: str) -> bool:
    session = walk.session
    way = next((way for way in session.offered if step.offers[way].key == pressed), None)
    if way is None or session.awaits is None:
        return False
    session.keys += pressed
    if way == "message":
        walk.out.append(commands.LeaveQueue(session.call, session.awaits))
        walk.leave("message", step.offers[way].then)
    elif (number := e164(session.caller, walk.program.region)).startswith("+"):
        _read_back(walk, number)
    else:
        _ask_number(walk)
    return True


def _confirm(walk: Walk, pressed: str) -> None:
    session = walk.session
    if pressed == _CONFIRM:
        session.dialogue = "booking"
        session.due_at = None
        session.books = walk.mint()
        walk.out.append(commands.BookCallback(session.call, session.books, session.number))
    elif pressed == _OTHER:
        _ask_number(walk)


def _type(walk: Walk, pressed: str) -> None:
    session = walk.session
    if pressed != _END:
        session.typed = (session.typed + pressed)[:_MOST_DIGITS]
        session.due_at = walk.now + _PATIENCE_S
    elif (number := e164(session.typed, walk.program.region)).startswith("+"):
        _read_back(walk, number)
    else:
        _ask_number(walk)


def _read_back(walk: Walk, number: str) -> None:
    walk.session.number = number
    _ask(walk, "confirming", (Line("callback_confirm", None, {"phone": Const(number)}),))


def _ask_number(walk: Walk) -> None:
    walk.session.typed = ""
    _ask(walk, "typing", (Line("callback_number"),))


def _ask(walk: Walk, dialogue: Literal["confirming", "typing"], lines: Lines) -> None:
    walk.session.dialogue = dialogue
    walk.session.due_at = walk.now + _PATIENCE_S
    walk.say(lines)


def _wait_on(walk: Walk) -> None:
    walk.session.dialogue = ""
    walk.session.due_at = None
