"""What a customer is told of the state of their case: a few plain words, and since when each holds."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from complaints.audit import Entry, known_at
from complaints.stages.state import state_of
from complaints.stages.table import STAGES, Stage

ToldState = Literal["received", "in_work", "decided", "refunding", "closed", "withdrawn", "transferred"]

TOLD: Mapping[Stage, ToldState] = {
    "new": "received",
    "received": "received",
    "accepted": "received",
    "graded": "received",
    "dispatched": "in_work",
    "answered": "in_work",
    "investigated": "in_work",
    "decided": "in_work",  # not told yet, and perhaps given back
    "approved": "in_work",
    "notified": "decided",
    "in_review": "in_work",
    "refunding": "refunding",
    "refunded": "decided",
    "explained": "decided",
    "closed": "closed",
    "withdrawn": "withdrawn",
    "transferred": "transferred",
}
"""By the stage of the matter."""


class Told(NamedTuple):
    """A state as a customer hears of it, and since when, UTC epoch seconds."""

    state: ToldState
    at: float


def timeline(entries: Iterable[Entry], now: float) -> list[Told]:
    """The states of a case as they were told, the oldest first: one that is as before is none of its own."""
    found: list[Told] = []
    log = [entry for entry in known_at(list(entries), now) if entry.at <= now]
    for place, entry in enumerate(log, 1):
        if any(entry.kind in events for events in STAGES.moves.values()):
            word = TOLD[state_of(log[:place]).stage]
            if not found or found[-1].state != word:
                found.append(Told(word, entry.at))
    return found
