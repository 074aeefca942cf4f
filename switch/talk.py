"""A talk is one Bridge command, until it is over. Each switch has its own table of what may follow."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Generic, TypeVar

from calls import commands, events
from calls.causes import FailureReason
from calls.ids import AttemptId, LegId
from calls.transitions import Transitions
from switch.legs import Leg

S = TypeVar("S", bound=str)
E = TypeVar("E", bound=str)


class Talk(Generic[S, E]):
    """Two legs that are to hear each other. `state` changes by `take` alone."""

    __slots__ = ("_table", "a", "attempt", "b", "record", "state", "timer")

    def __init__(
        self, table: Transitions[S, E], first: S, attempt: AttemptId, a: LegId, b: LegId, record: str | None
    ) -> None:
        self._table = table
        self.attempt = attempt
        self.a = a
        self.b = b
        self.record = record
        self.state = first
        self.timer: asyncio.TimerHandle | None = None

    def take(self, event: E) -> S | None:
        """Go where the table leads; the state that this came from. None where the event is ignored.

        Raises BrokenRule for an event that cannot be in this state.
        """
        before, to = self.state, self._table.after(self.state, event)
        if to is None:
            return None
        self.state = to
        return before

    def other(self, leg: LegId) -> LegId:
        """The partner."""
        return self.b if leg == self.a else self.a

    def cancel_timer(self) -> None:
        """Cancel the timer, if one runs."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def refusal(command: commands.Bridge, legs: Mapping[LegId, Leg], missing: FailureReason) -> events.CommandFailed | None:
    """The outcome of a Bridge that cannot be: a leg is `missing`, or not up. None when both are there."""
    for leg_id in (command.a, command.b):
        leg = legs.get(leg_id)
        if leg is None or not leg.is_up_by_then():
            reason: FailureReason = missing if leg is None else "refused"
            return events.CommandFailed(command.attempt, reason, leg_id, "" if leg is None else "not up")
    return None
