"""Proposals: what the robot would say next to a caller, while a person may look at it. Plain data and a table.

A seat is a person who looks, for as long as they say so again and again: without any there are no proposals.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from calls.ids import AttemptId, CallId, Instant, Seconds
from calls.transitions import Transitions
from ivr.commands import Candidate

ProposalState = Literal["open", "taken", "over"]
ProposalEvent = Literal["take", "put_back", "approve", "decline", "take_back"]

PROPOSALS: Transitions[ProposalState, ProposalEvent] = Transitions(
    "proposal",
    {
        "open": {"take": "taken", "approve": "over", "decline": "over", "take_back": "over"},
        "taken": {"put_back": "open", "approve": "over", "decline": "over", "take_back": "over"},
    },
    {
        "open": {"put_back": "nobody has it"},
        "taken": {"take": "the first who takes it has it"},
    },
)

SEAT_S: Seconds = 60.0
"""A seat is left by itself so long after it was taken last."""
MOST_SIGNS = 300
"""Of a text that is said in place of the robot's."""


class Proposal(msgspec.Struct):
    """What the robot would say next, on the line of `call`. `said` and the texts of `candidates` are masked."""

    call: CallId
    attempt: AttemptId
    language: str
    said: str
    decision: Literal["answered", "asked"]
    score: float
    margin: float
    candidates: tuple[Candidate, ...]
    opened_at: Instant
    due_at: Instant
    state: ProposalState = "open"
    seat: str = ""
    """Who has it, or had it when it was over."""

    def on(self, event: ProposalEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = PROPOSALS.after(self.state, event)
        self.state = to or self.state
        return to is not None
