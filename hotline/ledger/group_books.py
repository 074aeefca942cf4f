"""The books of one transaction for a whole group of requests: read in a few statements, carried out in memory, written
in a few. A statement for each request would cost as much again, and each would wait for whatever else Python does."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialer.governor.history import CallerIdUse, PastCall
from hotline.ledger.books import Key, Refusal, Uses, newest_first
from hotline.ledger.port import Attempt, Record
from hotline.ledger.requests import Enter, Look, Request, Reserve, Settle, Withdraw
from hotline.ledger.settling import holds_channel, past, state_at
from hotline.ledger.store import found

KINDS = ("number", "person", "account")
"""Of whom a call was to; past calls are found by each."""


@dataclass(slots=True)
class Asks:
    """What a group of requests asks for."""

    ids: set[int] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    since: float = math.inf
    """The earliest instant at which a past call counts for any of them."""
    caller_ids: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, requests: Iterable[Request[Any]], now: float) -> "Asks":
        """Those of a group; `now` to within a minute."""
        asks = cls()
        for request in requests:
            asks.add(request, now)
        return asks

    def add(self, request: Request[Any], now: float) -> None:
        """Those of one more request."""
        match request:
            case Reserve(question=asked, terms=terms, readable=True):
                self._past(asked.number, asked.person, asked.account, now - terms.window_s, request.caller_ids)
                if request.key is not None:
                    self.keys.append(request.key)
                if request.written is not None:
                    self.ids.add(request.written.id)
            case Settle(told=told):
                self.ids.add(told.attempt)
            case Look():
                self._past(request.number, request.person, request.account, request.since, request.caller_ids)
            case Withdraw():
                self.ids.add(request.attempt)
            case Enter(record=record):
                self.records.append(record)

    @property
    def people(self) -> tuple[tuple[str, set[str]], ...]:
        """The names of each kind, without the empty one."""
        return tuple(zip(KINDS, (self.numbers, self.persons, self.accounts), strict=True))

    def _past(self, number: str, person: str, account: str, since: float, caller_ids: Iterable[str]) -> None:
        if number:
            self.numbers.add(number)
        if person:
            self.persons.add(person)
        if account:
            self.accounts.add(account)
        if since < self.since:
            self.since = since
        self.caller_ids.update(caller_ids)


class GroupBooks:
    """Books in memory. A store's own know how they are read and written: `_added`, `_changed` and `_refused` are what
    there is to write."""

    def __init__(self, uses: Uses, next_id: Callable[[], int]) -> None:
        self._uses = uses
        self._next_id = next_id
        self._attempts: dict[int, Attempt] = {}
        """All that were read or added; one object for each, so that a change is seen by what comes after."""
        self._decisions: dict[int, bytes] = {}
        self._by_key: dict[Key, int] = {}
        self._by_call: dict[Key, int] = {}
        self._of_number: dict[str, list[int]] = {}
        self._of_person: dict[str, list[int]] = {}
        self._of_account: dict[str, list[int]] = {}
        """Numbers of attempts, each once."""
        self._found: dict[int, tuple[Any, ...]] = {}
        """The columns FOUND of the attempts that stand in the table, as they stand there."""
        self._added: list[int] = []
        self._changed: dict[int, None] = {}
        self._refused: list[tuple[Any, ...]] = []

    def by_id(self, attempt: int) -> Attempt | None:
        """By its number."""
        return self._attempts.get(attempt)

    def by_key(self, key: Key) -> tuple[Attempt, bytes] | None:
        """By its key, with the decision."""
        number = self._by_key.get(key)
        if number is None or self._attempts[number].key != key.key:  # one of this transaction that was withdrawn
            return None
        return self._attempts[number], self._decisions[number]

    def by_call(self, source: str, call: str) -> Attempt | None:
        """By the call's id in another system."""
        number = self._by_call.get(Key(source, call))
        return None if number is None else self._attempts[number]

    def near(self, source: str, number: str, since: float, until: float) -> list[Attempt]:
        """By number and time."""
        all_of_it = map(self._attempts.__getitem__, sorted(self._of_number.get(number, ())))
        return [one for one in all_of_it if one.source == source and since <= one.at <= until]

    def past(self, number: str, person: str, account: str, since: float, now: float) -> tuple[PastCall, ...]:
        """By each of the three, each call once."""
        of = (
            self._of_number.get(number, ()),
            self._of_person.get(person, ()),
            self._of_account.get(account, ()),
        )
        if not any(of):
            return ()
        ids: set[int] = set().union(*of)
        calls = (past(one) for one in map(self._attempts.__getitem__, ids) if state_at(one, now) != "released")
        return newest_first(call for call in calls if call.at >= since)

    def caller_id(self, number: str, now: float) -> CallerIdUse:
        """As it was loaded, and kept up to date since."""
        return self._uses.of(number, now)

    def next_id(self) -> int:
        """No other process gets it, whatever becomes of this transaction."""
        return self._next_id()

    def add(self, attempt: Attempt, decision: bytes) -> None:
        """Written at the end."""
        self._remember(attempt)
        self._decisions[attempt.id] = decision
        self._added.append(attempt.id)
        if attempt.open:
            self._uses.begun(attempt.caller_id, attempt.at, attempt.expires_at)

    def change(self, attempt: Attempt, held: bool, now: float) -> None:
        """Written at the end."""
        before = self._found.get(attempt.id)
        if before is not None:
            self._changed[attempt.id] = None
        if before is None or before != found(attempt):
            self._remember(attempt)
        self._uses.changed(attempt.caller_id, held, holds_channel(attempt, now), attempt.expires_at)

    def refuse(self, refusal: Refusal, now: float) -> None:
        """Written at the end."""
        self._refused.append(refusal.row(now))

    def _see(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            self._seen(row)

    def _see_keys(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            self._decisions[self._seen(row[:-1]).id] = bytes(row[-1])

    def _seen(self, row: Sequence[Any]) -> Attempt:
        if (known := self._attempts.get(row[0])) is not None:
            return known
        attempt = self._attempt(row)
        self._found[attempt.id] = found(attempt)
        self._remember(attempt)
        return attempt

    @staticmethod
    def _attempt(row: Sequence[Any]) -> Attempt:
        return Attempt(*row)

    def _remember(self, attempt: Attempt) -> None:
        number = attempt.id
        self._attempts[number] = attempt
        _note(self._of_number, attempt.number, number)
        if attempt.person:
            _note(self._of_person, attempt.person, number)
        if attempt.account:
            _note(self._of_account, attempt.account, number)
        if attempt.key:
            self._by_key[Key(attempt.source, attempt.key)] = number
        if attempt.call:
            self._by_call.setdefault(Key(attempt.source, attempt.call), number)


def _note(of: dict[str, list[int]], name: str, number: int) -> None:
    ids = of.get(name)
    if ids is None:
        of[name] = [number]
    elif number not in ids:
        ids.append(number)
