"""The ledger's books in PostgreSQL, which several processes share.

One transaction serves a group of requests. It locks all that they ask about (numbers, persons, accounts, caller ids,
keys) by advisory locks, always in the same order, and only then looks: at READ COMMITTED each statement sees what was
committed before it began, so whoever holds a person's lock sees every attempt that was reserved before.

The transaction is read in a few statements for the whole group, decided in memory, and written in a few.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg import errors

from dialer.governor.history import CallerIdUse, PastCall
from hotline.ledger.books import REFUSED, Key, Refusal, Use, Uses, newest_first
from hotline.ledger.port import Attempt, LedgerAway
from hotline.ledger.requests import Enter, Look, Request, Reserve, Settle, Withdraw
from hotline.ledger.settling import SLACK_S, holds_channel, past, state_at
from hotline.ledger.store import COLUMNS, FOUND, SETTLED, NotStored, found, settled
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
_BY_KEY = f"""
SELECT {_NAMES}, decision FROM attempts JOIN unnest(%s::text[], %s::text[]) AS asked (s, k) ON source = s AND key = k
WHERE {tables.WITH_KEY}"""
_BY_CALL = f"""
SELECT {_NAMES} FROM attempts JOIN unnest(%s::text[], %s::text[]) AS asked (s, c) ON call = c AND source = s
WHERE {tables.WITH_CALL} ORDER BY id FOR UPDATE OF attempts"""
_NEAR = f"""
SELECT {_NAMES} FROM attempts
JOIN unnest(%s::text[], %s::float8[], %s::float8[]) AS asked (n, since, until)
ON number = n AND at BETWEEN since AND until
ORDER BY at, id FOR UPDATE OF attempts"""
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
_REFUSE = f"COPY refusals (at, verdict, {', '.join(REFUSED)}, decision) FROM STDIN"
_REST = (
    "INSERT INTO resting_caller_ids AS mine (caller_id, until) VALUES (%s, %s) "
    "ON CONFLICT (caller_id) DO UPDATE SET until = greatest(mine.until, excluded.until)"
)
_EXPIRE = f"""
UPDATE attempts SET open = false, expired = (state = 'reserved'),
  state = CASE state WHEN 'reserved' THEN 'released' ELSE state END
WHERE id IN (SELECT id FROM attempts WHERE {tables.IS_OPEN} AND expires_at <= %s ORDER BY id FOR UPDATE SKIP LOCKED)"""


class PostgresqlStore:
    """One connection to a database that several processes share."""

    most = 64
    """Each request locks some keys, and the server's table of locks has room for 6,400 unless told otherwise."""

    def __init__(self, url: str, clock: Callable[[], float] | None = None) -> None:
        """`clock` None: the database's own, one for all processes on all machines."""
        self._url = url
        self._clock = clock
        self._connection: psycopg.Connection[Any] | None = None
        self._ids: Iterator[int] = iter(())

    def transact(self, requests: Sequence[Request[Any]]) -> list[Any]:
        """Carry out and commit. Raises LedgerAway, NotStored."""
        for left in reversed(range(_TRIES)):
            try:
                return self._once(requests)
            except _PASSES as error:
                self._roll_back()
                if not left:
                    raise LedgerAway(_plain(error)) from error
            except errors.OutOfMemory as error:  # no room for so many locks: fewer at a time
                self._roll_back()
                if len(requests) == 1:
                    raise LedgerAway(_plain(error)) from error
                raise NotStored(_plain(error)) from error
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                self._roll_back()
                raise NotStored(_plain(error)) from error
            except psycopg.Error as error:
                self.close()
                raise LedgerAway(_plain(error)) from error
            except Exception as error:
                self._roll_back()
                raise NotStored(f"{type(error).__name__}: {error}") from error
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Closes the connection; what was not committed is gone, or is told when the same requests come again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _once(self, requests: Sequence[Request[Any]]) -> list[Any]:
        connection = self._connection = self._connection or connect(self._url)
        books = PostgresqlBooks(connection, self._next_id)
        books.lock(requests)
        now = self._clock() if self._clock is not None else books.now()
        books.load(requests, now)
        answers = [request.carry_out(books, now) for request in requests]
        books.write()
        connection.commit()
        return answers

    def _next_id(self) -> int:
        number = next(self._ids, None)
        if number is None:
            assert self._connection is not None
            ((block,),) = self._connection.execute("SELECT nextval('attempt_blocks')").fetchall()
            self._ids = iter(range(block * _BLOCK, (block + 1) * _BLOCK))
            number = next(self._ids)
        return number

    def _roll_back(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except psycopg.Error:
            self.close()


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection at READ COMMITTED, durable at each commit. Raises psycopg.Error."""
    connection = psycopg.connect(url, connect_timeout=_CONNECT_S, application_name="hotline ledger")
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.execute(f"SET statement_timeout = {_STATEMENT_MS}")
    connection.execute("SET synchronous_commit = on")
    connection.commit()
    return connection


def _plain(error: psycopg.Error) -> str:
    """One line, without the values that a detail may hold."""
    told = error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__
    return f"PostgreSQL: {told}"


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

    def lock(self, requests: Sequence[Request[Any]]) -> None:
        """Wait for whoever decides about the same."""
        keys: set[int] = set()
        for request in requests:
            match request:
                case Reserve(question=asked, readable=True):
                    keys.add(_lock_key("number", asked.number))
                    if asked.person:
                        keys.add(_lock_key("person", asked.person))
                    if asked.account:
                        keys.add(_lock_key("account", asked.account))
                    keys.update(_lock_key("caller_id", number) for number in request.caller_ids)
                    if request.key is not None:
                        keys.add(_lock_key("key", *request.key))
                case Enter(record=record):
                    keys.add(_lock_key("number", record.number))
                    keys.add(_lock_key("call", record.source, record.call))
        if keys:
            self._cursor.execute(_LOCK, (sorted(keys),), prepare=True)

    def now(self) -> float:
        """The database's clock."""
        return float(self._ask(_NOW, ())[0][0])

    def load(self, requests: Sequence[Request[Any]], now: float) -> None:
        """Read all that the requests will ask for."""
        ids: set[int] = set()
        keys: list[Key] = []
        records = [request.record for request in requests if isinstance(request, Enter)]
        wanted: dict[str, set[str]] = {"number": set(), "person": set(), "account": set()}
        since = now
        caller_ids: set[str] = set()
        for request in requests:
            match request:
                case Reserve(question=asked, terms=terms, readable=True):
                    if request.key is not None:
                        keys.append(request.key)
                    if request.written is not None:
                        ids.add(request.written.id)
                    _want(wanted, asked.number, asked.person, asked.account)
                    since = min(since, now - terms.window_s)
                    caller_ids.update(request.caller_ids)
                case Look():
                    _want(wanted, request.number, request.person, request.account)
                    since = min(since, request.since)
                    caller_ids.update(request.caller_ids)
                case Settle(told=told):
                    ids.add(told.attempt)
                case Withdraw():
                    ids.add(request.attempt)
        for kind, values in wanted.items():
            if values:
                for row in self._ask(_PAST_BY[kind], (list(values), since - SLACK_S)):
                    self._seen(row)
        if ids:
            self._read(self._ask(_BY_ID, (sorted(ids),)))
        if keys:
            for row in self._ask(_BY_KEY, ([key.source for key in keys], [key.key for key in keys])):
                attempt = self._seen(row[:-1])
                self._decisions[attempt.id] = bytes(row[-1])
        if records:
            self._read(self._ask(_BY_CALL, ([one.source for one in records], [one.call for one in records])))
            spans = ([one.at - one.within_s for one in records], [one.at + one.within_s for one in records])
            self._read(self._ask(_NEAR, ([one.number for one in records], *spans)))
        if caller_ids:
            for number, channels, starts, until, last_used in self._ask(_USES, (now, now - 1.0, list(caller_ids))):
                self._uses.known[number] = Use(channels, starts, until, last_used)

    def write(self) -> None:
        """Write all that has changed since the last time."""
        if self._added:
            with self._cursor.copy(_COPY) as copy:
                for number in self._added:
                    attempt = self._attempts[number]
                    copy.write_row((*msgspec.structs.astuple(attempt), self._decisions[number]))
                    self._found[number] = found(attempt)
        changed = [self._attempts[number] for number in sorted(self._changed)]
        if changed:
            self._cursor.execute(_SETTLE, ([one.id for one in changed], *_turned(map(settled, changed))), prepare=True)
        moved = [one for one in changed if found(one) != self._found[one.id]]
        if moved:
            self._cursor.execute(_FIND, ([one.id for one in moved], *_turned(map(found, moved))), prepare=True)
            self._found.update((one.id, found(one)) for one in moved)
        if self._refused:
            with self._cursor.copy(_REFUSE) as copy:
                for row in self._refused:
                    copy.write_row(row)
        for caller_id, until in sorted(self._resting):
            self._cursor.execute(_REST, (caller_id, until))
        for written in (self._added, self._changed, self._refused, self._resting):
            written.clear()

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
            self._uses.begun(attempt.caller_id, attempt.at)

    def change(self, attempt: Attempt, held: bool, now: float) -> None:
        """Written at the end."""
        if attempt.id in self._found:
            self._changed[attempt.id] = None
        self._remember(attempt)
        self._uses.changed(attempt.caller_id, held, holds_channel(attempt, now))

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

    def _ask(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._cursor.execute(statement, values, prepare=True).fetchall()

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


def _want(wanted: dict[str, set[str]], number: str, person: str, account: str) -> None:
    for kind, value in (("number", number), ("person", person), ("account", account)):
        if value:
            wanted[kind].add(value)


def _not_loaded(number: str, now: float) -> Use:
    raise AssertionError("a caller id that no request named")


def _turned(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
