"""Ports of the gate: what the rest of the house knows of callees. Each has one that is kept in memory, for tests and
for a site that has nothing to say.

None of them may guess: what cannot be known raises, and then the call is denied.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from dialer.governor.history import History, PastCall
from dialer.governor.questions import Consent, Listed


class Lists(Protocol):
    """Lists of numbers: do-not-call, complained, VIP … `hotline.suppression` keeps them."""

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        """Every list that `number` (as `calls.numbers.e164` gives it) is on at the instant `at` (UTC epoch seconds).

        Raises whatever keeps that from being known.
        """
        ...

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        """As `lists_of`, for many, as of one instant."""
        ...

    def as_of(self, at: float) -> dict[str, float]:
        """When the copies of lists were taken that hold at `at`, by the list's name, as of the last look-up."""
        ...


class Whereabouts(msgspec.Struct, frozen=True):
    """What the site knows of a person, a number or an account besides."""

    zones: tuple[str, ...] = ()
    """IANA zones; they take the place of the number's own. Empty: the site does not know."""
    region: str = ""
    """ISO 3166-2."""
    consents: tuple[Consent, ...] = ()
    exceptions: tuple[str, ...] = ()
    """Exceptions of the policies that were granted to them, and hold: `POLICY.EXCEPTION`."""
    lists: tuple[Listed, ...] = ()
    """Lists of persons, and not of numbers."""
    person: str = ""
    """Who it is: the person that was named, or whom the site knows by the number. Empty: nobody knows."""
    tiers: tuple[str, ...] = ()
    """See `dialer.governor.questions.Subject`."""
    exceptions_until: dict[str, float] = {}
    """Ends of exceptions, not included."""
    zones_besides: tuple[str, ...] = ()
    """IANA zones that it may be in besides: of others who may be reached."""


NOWHERE = Whereabouts()


class Persons(Protocol):
    """What the site knows of persons."""

    def whereabouts(self, person: str, number: str, account: str, at: float) -> Whereabouts:
        """Of the person (their key at the site; empty: not known), this number, and this contract together, at `at`.

        Raises whatever keeps that from being known.
        """
        ...


class Histories(Protocol):
    """Past calls. `hotline.ledger` keeps them."""

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        """The calls to this number, person or account from `since` on, newest first, and the use of caller ids.

        Raises whatever keeps that from being known.
        """
        ...


class MemoryLists:
    """Lists in memory, by number."""

    def __init__(
        self, entries: Mapping[str, Sequence[Listed]] | None = None, copies: Mapping[str, float] | None = None
    ) -> None:
        self._entries = {number: tuple(found) for number, found in (entries or {}).items()}
        self._copies = dict(copies or {})

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        """Those that hold at `at`; without one, all."""
        return tuple(
            one
            for one in self._entries.get(number, ())
            if at is None or (one.since <= at and (one.until is None or at < one.until))
        )

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        """As `lists_of`, for many."""
        return [self.lists_of(number, at) for number in numbers]

    def as_of(self, at: float) -> dict[str, float]:
        """Those that were given."""
        return self._copies


class MemoryPersons:
    """Persons in memory, by their key or by their number."""

    def __init__(self, known: Mapping[str, Whereabouts] | None = None) -> None:
        self._known = dict(known or {})

    def whereabouts(self, person: str, number: str, account: str, at: float) -> Whereabouts:
        """Of the person; of the number where nobody is known by the person's key."""
        return self._known.get(person) or self._known.get(number) or NOWHERE


class MemoryHistories:
    """Past calls in memory."""

    def __init__(self, calls: Iterable[PastCall] = ()) -> None:
        self._calls = sorted(calls, key=lambda call: -call.at)

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        """The calls to this number, person or account from `since` on, newest first."""
        return History(
            tuple(
                call
                for call in self._calls
                if call.at >= since
                and (
                    call.number == number or (person and call.person == person) or (account and call.account == account)
                )
            )
        )
