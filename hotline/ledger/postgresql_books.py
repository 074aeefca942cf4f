"""The books of one transaction in PostgreSQL: read in one exchange for all its requests, decided in memory, written in
another. At READ COMMITTED each statement sees what was committed before it began: so the locks stand before all."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
from psycopg import errors

from dialer.governor.history import CallerIdUse, PastCall
from hotline.ledger.books import REFUSED, START_S, Key, Refusal, Use, Uses, newest_first
from hotline.ledger.port import Attempt, Record
from hotline.ledger.requests import Enter, Look, Request, Reserve, Settle, Withdraw
from hotline.ledger.settling import SLACK_S, holds_channel, past, state_at
from hotline.ledger.store import COLUMNS, FOUND, SETTLED, found, settled
from hotline.store import ledger_tables as tables

_BLOCK = 1_000
"""Numbers of attempts that a process takes at a time."""
_TRIES = 5
"""Of a transaction that another one has thrown out."""
_PASSES = (errors.SerializationFailure, errors.DeadlockDetected)
_CONNECT_S = 3
_STATEMENT_MS = 5_000
_NAMES = ", ".join(COLUMNS)
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"
_LOCK = "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key"
_BY_ID = f"SELECT {_NAMES} FROM attempts WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
_BY_KEY = f"SELECT {_NAMES}, decision FROM attempts WHERE key = ANY(%s) AND {tables.WITH_KEY}"
_BY_CALL = f"SELECT {_NAMES} FROM attempts WHERE call = ANY(%s) AND {tables.WITH_CALL} ORDER BY id FOR UPDATE"
_NEAR = f"SELECT {_NAMES} FROM attempts WHERE number = ANY(%s) AND at BETWEEN %s AND %s ORDER BY id FOR UPDATE"
"""These three may find more than is asked for, of another source or time: an array is what an index is walked by."""
_PAST = f"SELECT {_NAMES} FROM attempts WHERE {{0}} AND at >= %s AND state <> 'released'"
_PAST_BY = {
    "number": _PAST.format("number = ANY(%s)"),
    "person": _PAST.format(f"person = ANY(%s) AND {tables.WITH_PERSON}"),
    "account": _PAST.format(f"account = ANY(%s) AND {tables.WITH_ACCOUNT}"),
}
_USES = f"""
SELECT asked.number,
  (SELECT count(*) FROM attempts WHERE caller_id = asked.number AND {tables.IS_OPEN} AND expires_at > %s),
  ARRAY(SELECT at FROM attempts WHERE caller_id = asked.number AND {tables.WITH_CALLER_ID} AND at > %s ORDER BY at),
  (SELECT coalesce(max(until), 0) FROM resting_caller_ids WHERE caller_id = asked.number),
  (SELECT coalesce(max(at), 0) FROM attempts WHERE caller_id = asked.number AND {tables.WITH_CALLER_ID})
FROM unnest(%s::text[]) AS asked (number)"""
_COPY = f"COPY attempts ({_NAMES}, decision) FROM STDIN"
_TYPES = dict.fromkeys((*SETTLED, *FOUND), "text") | {
    **dict.fromkeys(("at", "dialled_at", "talked_until", "expires_at", "settled_at"), "float8"),
    **dict.fromkeys(("open", "expired", "late"), "bool"),
}


def _update(columns: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{_TYPES[name]}[]" for name in columns)
    return (
        f"UPDATE attempts SET {', '.join(f'{name} = told.{name}' for name in columns)} "
        f"FROM unnest(%s::bigint[], {arrays}) AS told (id, {', '.join(columns)}) WHERE attempts.id = told.id"
    )


_SETTLE = _update(SETTLED)
_FIND = _update(FOUND)
_MARKS = ", ".join(["%s"] * (len(REFUSED) + 3))
_REFUSE = f"INSERT INTO refusals (at, verdict, {', '.join(REFUSED)}, decision) VALUES ({_MARKS})"
_REST = (
    "INSERT INTO resting_caller_ids AS mine (caller_id, until) VALUES (%s, %s) "
    "ON CONFLICT (caller_id) DO UPDATE SET until = greatest(mine.until, excluded.until)"
)
_EXPIRE = f"""
UPDATE attempts SET open = false, expired = (state = 'reserved'),
  state = CASE state WHEN 'reserved' THEN 'released' ELSE state END
WHERE id IN (SELECT id FROM attempts WHERE {tables.IS_OPEN} AND expires_at <= %s ORDER BY id FOR UPDATE SKIP LOCKED)"""


def _lock_key(kind: str, *names: str) -> int:
    """64 bits: two names that share them wait for each other, which costs time and nothing else."""
    digest = hashlib.blake2b("\0".join((kind, *names)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class PostgresqlBooks:
    """The books of one transaction: loaded for all its requests at once, changed in memory, written at the end."""

    def __init__(self, connection: psycopg.Connection[Any], next_id: Callable[[], int]) -> None:
        self._connection = connection
        self._cursor = connection.cursor(binary=True)
        self._next_id = next_id
        self._attempts: dict[int, Attempt] = {}
        """All that were read or added; one object for each, so that a change is seen by what comes after."""
        self._decisions: dict[int, bytes] = {}
        self._by_key: dict[Key, int] = {}
        self._by_call: dict[Key, int] = {}
        self._of: dict[tuple[str, str], set[int]] = defaultdict(set)
        """Numbers of attempts by number, person or account."""
        self._found: dict[int, tuple[Any, ...]] = {}
        self._uses = Uses(_not_loaded)
        self._added: list[int] = []
        self._changed: dict[int, None] = {}
        self._refused: list[tuple[Any, ...]] = []
        self._resting: list[tuple[str, float]] = []

    def load(self, requests: Sequence[Request[Any]], about: float, ask_the_time: bool) -> float:
        """Wait for whoever decides about the same, then read all that the requests will ask for, in one exchange.

        `about` is the instant now to within a minute. Returns it; with `ask_the_time`, what the database's clock says.
        """
        asks = _Asks()
        for request in requests:
            asks.add(request, about)
        with self._connection.pipeline():
            if asks.locks:
                self._cursor.execute(_LOCK, (sorted(asks.locks),), prepare=True)
            clock = self._ask(_NOW, ()) if ask_the_time else None
            read: list[tuple[Callable[[list[Any]], None], psycopg.Cursor[Any]]] = []
            for kind, values in asks.wanted.items():
                if values:
                    read.append((self._see, self._ask(_PAST_BY[kind], (list(values), asks.since - SLACK_S))))
            if asks.ids:
                read.append((self._read, self._ask(_BY_ID, (sorted(asks.ids),))))
            if asks.keys:
                read.append((self._see_keys, self._ask(_BY_KEY, ([one.key for one in asks.keys],))))
            if asks.records:
                since = min(one.at - one.within_s for one in asks.records)
                until = max(one.at + one.within_s for one in asks.records)
                near = [one.number for one in asks.records]
                read.append((self._read, self._ask(_BY_CALL, ([one.call for one in asks.records],))))
                read.append((self._read, self._ask(_NEAR, (near, since, until))))
            if asks.caller_ids:
                read.append((self._see_uses, self._ask(_USES, (about, about - START_S, sorted(asks.caller_ids)))))
        for take, cursor in read:
            take(cursor.fetchall())
        return about if clock is None else float(clock.fetchall()[0][0])

    def write(self, last: bool = False) -> None:
        """Write all that has changed since the last time; with `last`, make it durable in the same exchange."""
        if self._added:
            with self._cursor.copy(_COPY) as copy:
                for number in self._added:
                    attempt = self._attempts[number]
                    copy.write_row((*msgspec.structs.astuple(attempt), self._decisions[number]))
                    self._found[number] = found(attempt)
        with self._connection.pipeline():
            self._write_changes()
            if last:
                self._connection.commit()
        for written in (self._added, self._changed, self._refused, self._resting):
            written.clear()

    def _write_changes(self) -> None:
        changed = [self._attempts[number] for number in sorted(self._changed)]
        if changed:
            self._cursor.execute(_SETTLE, ([one.id for one in changed], *_turned(map(settled, changed))), prepare=True)
        moved = [one for one in changed if found(one) != self._found[one.id]]
        if moved:
            self._cursor.execute(_FIND, ([one.id for one in moved], *_turned(map(found, moved))), prepare=True)
            self._found.update((one.id, found(one)) for one in moved)
        for row in self._refused:
            self._cursor.execute(_REFUSE, row, prepare=True)
        for caller_id, until in sorted(self._resting):
            self._cursor.execute(_REST, (caller_id, until))

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
        all_of_it = map(self._attempts.__getitem__, sorted(self._of["number", number]))
        return [one for one in all_of_it if one.source == source and since <= one.at <= until]

    def past(self, number: str, person: str, account: str, since: float, now: float) -> tuple[PastCall, ...]:
        """By each of the three, each call once."""
        names = (("number", number), ("person", person), ("account", account))
        ids = set().union(*(self._of[name] for name in names if name[1]))
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
        if attempt.id in self._found:
            self._changed[attempt.id] = None
        self._remember(attempt)
        self._uses.changed(attempt.caller_id, held, holds_channel(attempt, now), attempt.expires_at)

    def refuse(self, refusal: Refusal, now: float) -> None:
        """Written at the end."""
        self._refused.append(refusal.row(now))

    def rest(self, caller_id: str, until: float) -> None:
        """Written at the end."""
        self._resting.append((caller_id, until))
        self._uses.rests(caller_id, until)

    def expire(self, now: float) -> int:
        """All of them at once, but for those that another process settles just now."""
        self.write()
        released = self._cursor.execute(_EXPIRE, (now,)).rowcount
        for attempt in self._attempts.values():
            if attempt.open and attempt.expires_at <= now:
                attempt.open, attempt.expired = False, attempt.state == "reserved"
                attempt.state = state_at(attempt, now)
        return released

    def _ask(self, statement: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
        return self._connection.cursor(binary=True).execute(statement, values, prepare=True)

    def _see(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self._seen(row)

    def _see_keys(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self._decisions[self._seen(row[:-1]).id] = bytes(row[-1])

    def _see_uses(self, rows: list[tuple[Any, ...]]) -> None:
        for number, channels, starts, until, last_used in rows:
            self._uses.known[number] = Use(channels, starts, until, last_used)

    def _read(self, rows: list[tuple[Any, ...]]) -> None:
        """Rows that this transaction has locked: what was read of them before they were is out of date."""
        for row in rows:
            self._attempts.pop(row[0], None)
            self._seen(row)

    def _seen(self, row: tuple[Any, ...]) -> Attempt:
        if (known := self._attempts.get(row[0])) is not None:
            return known
        attempt = Attempt(*row)
        self._found[attempt.id] = found(attempt)
        self._remember(attempt)
        return attempt

    def _remember(self, attempt: Attempt) -> None:
        self._attempts[attempt.id] = attempt
        for kind, value in (("number", attempt.number), ("person", attempt.person), ("account", attempt.account)):
            if value:
                self._of[kind, value].add(attempt.id)
        if attempt.key:
            self._by_key[Key(attempt.source, attempt.key)] = attempt.id
        if attempt.call:
            self._by_call.setdefault(Key(attempt.source, attempt.call), attempt.id)


@dataclass(slots=True)
class _Asks:
    """What a group of requests asks for."""

    locks: set[int] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    wanted: dict[str, set[str]] = field(default_factory=lambda: {"number": set(), "person": set(), "account": set()})
    since: float = math.inf
    caller_ids: set[str] = field(default_factory=set)

    def add(self, request: Request[Any], now: float) -> None:
        """Those of one more request."""
        match request:
            case Reserve(question=asked, terms=terms, readable=True):
                self._past(asked.number, asked.person, asked.account, now - terms.window_s, request.caller_ids)
                for kind, value in (("number", asked.number), ("person", asked.person), ("account", asked.account)):
                    if value:
                        self.locks.add(_lock_key(kind, value))
                self.locks.update(_lock_key("caller_id", number) for number in request.caller_ids)
                if request.key is not None:
                    self.keys.append(request.key)
                    self.locks.add(_lock_key("key", *request.key))
                if request.written is not None:
                    self.ids.add(request.written.id)
            case Look():
                self._past(request.number, request.person, request.account, request.since, request.caller_ids)
            case Settle(told=told):
                self.ids.add(told.attempt)
            case Withdraw():
                self.ids.add(request.attempt)
            case Enter(record=record):
                self.records.append(record)
                self.locks.add(_lock_key("number", record.number))
                self.locks.add(_lock_key("call", record.source, record.call))

    def _past(self, number: str, person: str, account: str, since: float, caller_ids: Iterable[str]) -> None:
        for kind, value in (("number", number), ("person", person), ("account", account)):
            if value:
                self.wanted[kind].add(value)
        self.since = min(self.since, since)
        self.caller_ids.update(caller_ids)


def _not_loaded(number: str, now: float) -> Use:
    raise AssertionError("a caller id that no request named")


def _turned(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
