"""Wishes of an `understand` step: where its dialogue is, and what is asked there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.machine.walk import Walk
from ivr.steps import Cel, Const, Line, Lines, Understand
from understanding.intents import Slot

Place = Literal["open", "between", "slot", "confirming"]

_HINTS = 60
_OPEN_HINTS = 2  # of an intent


def place(walk: Walk) -> Place:
    """Where the dialogue is: the open question, one of two, a value, or its read-back."""
    wish = walk.session.wish
    if wish.slot:
        return "confirming" if wish.confirming else "slot"
    return "between" if wish.between else "open"


def lines(walk: Walk, step: Understand) -> Lines:
    """What is asked there; empty for the step's own question."""
    match place(walk):
        case "between":
            first, second = names(walk)
            values = {"first": Const(first), "second": Const(second)}
            return tuple(Line(line.phrase, line.language, {**line.values, **values}) for line in step.clarify)
        case "slot":
            return (Line(slot(walk).ask),)
        case "confirming":
            asked = slot(walk)
            return (Line(asked.confirm, None, {asked.name: Cel(asked.name)}),)
        case _:
            return ()


def names(walk: Walk) -> tuple[str, str]:
    """Names of the two intents that the caller is asked about, in their language."""
    first, second = (name_of(walk, key) for key in walk.session.wish.between)
    return first, second


def slot(walk: Walk) -> Slot:
    """The value that is asked for, or read back."""
    wish = walk.session.wish
    return next(one for one in walk.program.intents.intents[wish.intent].slots if one.name == wish.slot)


def hints(walk: Walk, step: Understand) -> tuple[str, ...]:
    """Words that the recogniser may expect here."""
    book = walk.program.intents
    if place(walk) == "between":
        return names(walk)
    if place(walk) == "open":
        words = [word for key in step.leads if key in book.intents for word in book.intents[key].words[:_OPEN_HINTS]]
        return tuple(dict.fromkeys((*book.complaint_words, *words)))[:_HINTS]
    return tuple(word for words in book.products.values() for word in words)[:_HINTS]


def today(walk: Walk) -> date | None:
    """The day in the house's zone; None where the wall clock is not known."""
    if walk.utc_s is None:
        return None
    return datetime.fromtimestamp(walk.utc_s, ZoneInfo(walk.program.zone)).date()


def values(walk: Walk) -> dict[str, str]:
    """Values of the intent that are known, as text."""
    intent = walk.program.intents.intents.get(walk.session.wish.intent)
    known = walk.session.frame.values
    slots = () if intent is None else intent.slots
    return {one.name: str(known[one.name]) for one in slots if known.get(one.name) is not None}


def name_of(walk: Walk, key: str) -> str:
    """The name of an intent in the caller's language."""
    intent = walk.program.intents.intents[key]
    return intent.called.get(walk.session.language) or next(iter(intent.called.values()), intent.asks)
