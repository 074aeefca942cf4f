"""The books of one transaction in PostgreSQL: read in one exchange for all its requests, decided in memory, written in
another. At READ COMMITTED each statement sees what was committed before it began: so the locks stand before all."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import psycopg

from hotline.ledger.books import REFUSED, START_S, Use, Uses
from hotline.ledger.group_books import Asks, GroupBooks
from hotline.ledger.requests import Enter, Request, Reserve
from hotline.ledger.settling import SLACK_S, state_at
from hotline.ledger.store import COLUMNS, FOUND, SETTLED, found, settled
from hotline.store import ledger_tables as tables

_NAMES = ", ".join(COLUMNS)
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"
_LOCK = "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key"
_BY_ID = f"SELECT {_NAMES} FROM attempts WHERE id"
_TO_CHANGE = f"{_BY_ID} = ANY(%s) ORDER BY id FOR UPDATE"
_BY_KEY = f"SELECT {_NAMES}, decision FROM attempts WHERE key = ANY(%s) AND {tables.WITH_KEY}"
_BY_CALL = f"SELECT {_NAMES} FROM attempts WHERE call = ANY(%s) AND {tables.WITH_CALL} ORDER BY id FOR UPDATE"
_NEAR = f"SELECT {_NAMES} FROM attempts WHERE number = ANY(%s) AND at BETWEEN %s AND %s ORDER BY id FOR UPDATE"
"""These three may find more than is asked for, of another source or time: an array is what an index is walked by."""
_PAST = "SELECT id FROM attempts WHERE {0} AND at >= %s AND state <> 'released'"
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


def _locks(requests: Iterable[Request[Any]]) -> set[int]:
    """The names that a group asks about, and that no other may decide about meanwhile."""
    locks: set[int] = set()
    for request in requests:
        match request:
            case Reserve(question=asked, readable=True):
                locks.add(_lock_key("number", asked.number))
                if asked.person:
                    locks.add(_lock_key("person", asked.person))
                if asked.account:
                    locks.add(_lock_key("account", asked.account))
                locks.update(_lock_key("caller_id", number) for number in request.caller_ids)
                if request.key is not None:
                    locks.add(_lock_key("key", *request.key))
            case Enter(record=record):
                locks.add(_lock_key("number", record.number))
                locks.add(_lock_key("call", record.source, record.call))
    return locks


@lru_cache(maxsize=4096)
def _lock_key(kind: str, *names: str) -> int:
    """64 bits: two names that share them wait for each other, which costs time and nothing else."""
    digest = hashlib.blake2b("\0".join((kind, *names)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class PostgresqlBooks(GroupBooks):
    """The books of one transaction: loaded for all its requests at once, changed in memory, written at the end."""

    def __init__(self, connection: psycopg.Connection[Any], next_id: Callable[[], int]) -> None:
        super().__init__(Uses(_not_loaded), next_id)
        self._connection = connection
        self._cursor = connection.cursor(binary=True)
        self._resting: list[tuple[str, float]] = []

    def load(self, requests: Sequence[Request[Any]], about: float, ask_the_time: bool) -> float:
        """Wait for whoever decides about the same, then read all that the requests will ask for, in one exchange.

        `about` is the instant now to within a minute. Returns it; with `ask_the_time`, what the database's clock says.
        """
        asks = Asks.of(requests, about)
        locks = _locks(requests)
        with self._connection.pipeline():
            if locks:
                self._cursor.execute(_LOCK, (sorted(locks),), prepare=True)
            clock = self._ask(_NOW, ()) if ask_the_time else None
            read: list[tuple[Callable[[list[Any]], None], psycopg.Cursor[Any]]] = []
            people = [(kind, list(names)) for kind, names in asks.people if names]
            if people:  # most calls are found by all three, and sent once
                past = f"{_BY_ID} IN ({' UNION '.join(_PAST_BY[kind] for kind, _ in people)})"
                bounds = [value for _, names in people for value in (names, asks.since - SLACK_S)]
                read.append((self._see, self._ask(past, bounds)))
            if asks.ids:
                read.append((self._read, self._ask(_TO_CHANGE, (sorted(asks.ids),))))
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

    def _see_uses(self, rows: list[tuple[Any, ...]]) -> None:
        for number, channels, starts, until, last_used in rows:
            self._uses.known[number] = Use(channels, starts, until, last_used)

    def _read(self, rows: list[tuple[Any, ...]]) -> None:
        """Rows that this transaction has locked: what was read of them before they were is out of date."""
        for row in rows:
            self._attempts.pop(row[0], None)
            self._seen(row)


def _not_loaded(number: str, now: float) -> Use:
    raise AssertionError("a caller id that no request named")


def _turned(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
