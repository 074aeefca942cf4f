"""The day so far of each queue: callers who were there, how many were answered, and how soon.

A day is the house's own: it begins at midnight of its zone. A caller counts in the queue they were in last, by the day
on which they called in. The service level is the share of callers answered within so many seconds, of all but those
who hung up within them.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec

from calls.ids import Seconds
from control.messages.log_commands import LogCall
from control.register.register import Register
from hotline.views.states import Message


class QueueDay(Message, frozen=True):
    """The day of a queue so far. Callers who still wait are not in it."""

    queue: str
    offered: int
    """Answered, abandoned, or gone another way: a message, a callback, a closed queue."""
    answered: int
    abandoned: int
    in_time: int
    """Of the answered, those within `within_s`."""
    hung_up_early: int
    """Of the abandoned, those within `within_s`."""
    waited_s: Seconds
    """The waits of the answered together."""
    within_s: Seconds
    service_level: float | None
    """From 0 to 1; null where there is nobody to speak of."""


class _Count(msgspec.Struct):
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    in_time: int = 0
    hung_up_early: int = 0
    waited_s: float = 0.0

    def take(self, waited_s: float, outcome: str, within_s: float) -> None:
        self.offered += 1
        if outcome == "answered":
            self.answered += 1
            self.waited_s += waited_s
            self.in_time += waited_s <= within_s
        elif outcome == "abandoned":
            self.abandoned += 1
            self.hung_up_early += waited_s <= within_s


class Days:
    """Counts calls that are over; those that talk now are added at each look."""

    def __init__(self, within_s: Seconds) -> None:
        """`within_s`: how soon is in time."""
        self._within_s = within_s
        self._from = 0.0
        self._counts: dict[str, _Count] = {}

    def ended(self, row: LogCall) -> None:
        """Count a caller whose call is over."""
        if row.direction == "in":
            self.count(row.queue, row.outcome, row.arrived_at, row.queued_at, row.answered_at, row.ended_at)

    def count(
        self,
        queue: str,
        outcome: str,
        arrived_at: float,
        queued_at: float | None,
        answered_at: float | None,
        ended_at: float,
    ) -> None:
        """Count a call that came in and is over. Instants are UTC epoch seconds; not all were in a queue."""
        if queued_at is None or arrived_at < self._from:
            return
        count = self._counts.setdefault(queue, _Count())
        if answered_at is not None:
            count.take(answered_at - queued_at, "answered", self._within_s)
        else:
            count.take(ended_at - queued_at, "abandoned" if outcome == "abandoned" else "", self._within_s)

    def look(self, register: Register, utc: float, zone: ZoneInfo) -> dict[str, QueueDay]:
        """Each queue that had callers today, by its name. At midnight all begin anew."""
        begins = midnight(utc, zone)
        if begins > self._from:
            self._from, self._counts = begins, {}
        counts = {queue: msgspec.structs.replace(count) for queue, count in self._counts.items()}
        for call in register.calls.values():
            if call.queued_at is None or call.answered_at is None or register.direction(call.call) != "in":
                continue
            if call.arrived_at + register.offset_s >= begins:
                count = counts.setdefault(call.queue, _Count())
                count.take(call.answered_at - call.queued_at, "answered", self._within_s)
        return {queue: self._day(queue, count) for queue, count in counts.items()}

    def _day(self, queue: str, count: _Count) -> QueueDay:
        weighed = count.offered - count.hung_up_early
        level = count.in_time / weighed if weighed else None
        return QueueDay(queue, **msgspec.structs.asdict(count), within_s=self._within_s, service_level=level)


def midnight(utc: float, zone: ZoneInfo) -> float:
    """The instant at which the day of `utc` began in `zone`; both are UTC epoch seconds."""
    day = datetime.fromtimestamp(utc, zone).date()
    return datetime.combine(day, time(), zone).timestamp()
