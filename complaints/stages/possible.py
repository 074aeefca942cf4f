"""Possible acts of one person on a case: what the tables allow now, and what stands in the way of it.

It is for a page that shows buttons. What an act needs beside its kind is asked for there, and judged when it is sent.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from complaints.stages.rules import FIELDS, HOUSE, Act, next_acts, refusal
from complaints.stages.state import CaseState

_SOMETHING: Mapping[str, Any] = {"amount": 0.01}
"""In the place of a field that nobody has filled in yet: money is more than none, all else is some word."""
ALSO: Mapping[str, tuple[str, ...]] = {
    "dispatched": ("person",),
    "handed_over": ("person",),
    "taken": ("text",),
    "first_feedback": ("channel", "text"),
    "investigated": ("text",),
    "decided": ("amount", "text"),
    "approved": ("text",),
    "notified": ("text",),
    "review_asked": ("reason",),
    "reviewed": ("amount", "text"),
    "closed": ("text",),
    "withdrawn": ("reason",),
    "transferred": ("reason",),
    "merged": ("reason",),
    "waiting": ("reason",),
    "resumed": ("reason",),
    "extended": ("to", "notice"),
    "contact": ("channel", "text"),
    "followed_up": ("text",),
}
"""The fields that an act may have beside those that it must have."""


class Possible(msgspec.Struct, frozen=True):
    """An act. `why_not`: what stands in the way for this person; empty: nothing does."""

    kind: str
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    why_not: str = ""


def possible(state: CaseState, person: str) -> list[Possible]:
    """The acts that the tables allow now, those that move the stage first, for `person`."""
    return [_possible(state, kind, person) for kind in next_acts(state) if kind != "opened"]


def _possible(state: CaseState, kind: str, person: str) -> Possible:
    needs = tuple(field for field in FIELDS.get(kind, ()) if field not in ("category", "reasons"))
    if kind == "graded":
        needs = (*needs, "reason")
    fields = {field: _SOMETHING.get(field, HOUSE) for field in FIELDS.get(kind, ())}
    return Possible(kind, needs, ALSO.get(kind, ()), refusal(state, Act(kind, person, 0.0, fields)))
