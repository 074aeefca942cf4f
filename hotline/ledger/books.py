"""Books are what one transaction of the ledger's database offers; how they are kept is the adapter's."""

import math
from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from dialer.governor.decisions import Decision
from dialer.governor.history import CallerIdUse, PastCall
from dialer.governor.questions import Question
from hotline.ledger.port import Attempt

START_S = 1.0
"""Calls that began so long ago are no starts of a caller id any more."""


class Key(NamedTuple):
    """The asker's name of one attempt."""

    source: str
    key: str


class Refusal(NamedTuple):
    """A question that was answered with no, or not yet."""

    question: Question
    category: str
    decision: Decision

    def texts(self) -> tuple[str, ...]:
        """The columns REFUSED."""
        asked, reasons = self.question, self.decision.reasons
        return (
            *(reasons[0].rule if reasons else "", asked.number, asked.person, asked.account, asked.scene),
            *(self.category, asked.origin, asked.source, asked.campaign, asked.agent),
        )

    def row(self, now: float) -> tuple[Any, ...]:
        """The columns `at`, `verdict`, REFUSED and `decision`."""
        return (now, self.decision.verdict, *self.texts(), msgspec.json.encode(self.decision))


REFUSED = ("rule", "number", "person", "account", "scene", "category", "origin", "source", "campaign", "agent")


class Books(Protocol):
    """The ledger within one transaction. What was written in it is seen by what is read after."""

    def by_id(self, attempt: int) -> Attempt | None:
        """The attempt with this number."""
        ...

    def by_key(self, key: Key) -> tuple[Attempt, bytes] | None:
        """The attempt that was reserved under a key, and its decision as JSON."""
        ...

    def by_call(self, source: str, call: str) -> Attempt | None:
        """The attempt that another system placed as this call."""
        ...

    def near(self, source: str, number: str, since: float, until: float) -> list[Attempt]:
        """Attempts of a source to a number, asked for in this time (both included)."""
        ...

    def past(self, number: str, person: str, account: str, since: float, now: float) -> tuple[PastCall, ...]:
        """What a decision sees, newest first: without what is released, or expired at `now`."""
        ...

    def caller_id(self, number: str, now: float) -> CallerIdUse:
        """The use of a caller id."""
        ...

    def next_id(self) -> int:
        """A number for one more attempt."""
        ...

    def add(self, attempt: Attempt, decision: bytes) -> None:
        """Write a new attempt."""
        ...

    def change(self, attempt: Attempt, held: bool, now: float) -> None:
        """Write what has changed of an attempt that was read here; `held`: it held a channel before."""
        ...

    def refuse(self, refusal: Refusal, now: float) -> None:
        """Write a question that was refused."""
        ...

    def rest(self, caller_id: str, until: float) -> None:
        """Take a caller id out of rotation."""
        ...

    def expire(self, now: float) -> int:
        """Release the reservations past their deadline, and close calls of which nothing was heard."""
        ...


@dataclass(slots=True)
class Use:
    """A caller id's use, as it stands in the transaction."""

    channels: int
    starts: list[float]
    blocked_until: float
    last_used: float
    expires_at: float = math.inf
    """The first instant at which one of its channels is free by itself: then it is to be loaded anew."""
    shown: CallerIdUse | None = None
    """The same for a decision; None: it has changed since."""


@dataclass(slots=True)
class Uses:
    """Caller ids: each is loaded once, and kept up to date by what follows, for as long as nobody else writes."""

    load: Callable[[str, float], Use]
    known: dict[str, Use] = field(default_factory=dict)
    as_of: float = -math.inf

    def at(self, now: float) -> None:
        """A transaction begins, of this instant."""
        if now < self.as_of:  # the clock was put back: what was left out as past is not
            self.known.clear()
        self.as_of = now

    def of(self, number: str, now: float) -> CallerIdUse:
        """The use of one now."""
        use = self.known.get(number)
        if use is None or use.expires_at <= now:
            use = self.known[number] = self.load(number, now)
        elif use.starts and use.starts[0] <= now - START_S:
            use.starts = [at for at in use.starts if at > now - START_S]
            use.shown = None
        if use.shown is None:
            use.shown = CallerIdUse(number, use.channels, tuple(use.starts), use.blocked_until, use.last_used)
        return use.shown

    def begun(self, number: str, at: float, expires_at: float) -> None:
        """One more call shows it, and holds its channel until then unless more is heard."""
        if (use := self.known.get(number)) is not None:
            use.channels += 1
            insort(use.starts, at)  # the clock may have been put back
            use.last_used = max(use.last_used, at)
            use.expires_at = min(use.expires_at, expires_at)
            use.shown = None

    def changed(self, number: str, held: bool, holds: bool, expires_at: float) -> None:
        """A call that shows it took its channel, or gave it back."""
        if held != holds and (use := self.known.get(number)) is not None:
            use.channels += 1 if holds else -1
            use.shown = None
            if holds:
                use.expires_at = min(use.expires_at, expires_at)

    def rests(self, number: str, until: float) -> None:
        """It is out of rotation."""
        if (use := self.known.get(number)) is not None:
            use.blocked_until = max(use.blocked_until, until)
            use.shown = None

    def forget(self, number: str) -> None:
        """What is known of it may be wrong by now."""
        self.known.pop(number, None)


def newest_first(calls: Iterable[PastCall]) -> tuple[PastCall, ...]:
    """In the order of a history."""
    return tuple(sorted(calls, key=_began, reverse=True))


def _began(call: PastCall) -> float:
    return call.at
