"""The ledger's books in SQLite: one file, written under BEGIN IMMEDIATE, so that no two processes decide at once."""

import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dialer.governor.history import CallerIdUse, PastCall
from hotline.ledger.books import REFUSED, START_S, Key, Refusal, Use, Uses, newest_first
from hotline.ledger.checkpointing import Checkpoints
from hotline.ledger.port import Attempt, LedgerAway
from hotline.ledger.requests import Request
from hotline.ledger.settling import SLACK_S, holds_channel
from hotline.ledger.store import COLUMNS, FOUND, PAST, SETTLED, NotStored, found, settled
from hotline.store import ledger_tables as tables

_BUSY_S = 5.0
"""The longest wait for another process that writes."""
_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO attempts ({_NAMES}, decision) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
_BY_ID = f"SELECT {_NAMES} FROM attempts WHERE id = ?"
_BY_KEY = f"SELECT {_NAMES}, decision FROM attempts WHERE source = ? AND key = ? AND {tables.WITH_KEY}"
_BY_CALL = f"SELECT {_NAMES} FROM attempts WHERE call = ? AND source = ? AND {tables.WITH_CALL} ORDER BY id LIMIT 1"
_NEAR = f"SELECT {_NAMES} FROM attempts WHERE number = ? AND at BETWEEN ? AND ? AND source = ? ORDER BY at, id"
_PAST = f"SELECT id, {', '.join(PAST)} FROM attempts WHERE {{0}} AND at >= ?2 AND state <> 'released' "
_PAST += "AND (state <> 'reserved' OR expires_at > ?3)"
_PAST_BY = {
    "number": _PAST.format("number = ?1"),
    "person": _PAST.format(f"person = ?1 AND {tables.WITH_PERSON}"),
    "account": _PAST.format(f"account = ?1 AND {tables.WITH_ACCOUNT}"),
}
_LAST_ID = "SELECT coalesce(max(id), 0) FROM attempts"
_SETTLE = f"UPDATE attempts SET {', '.join(f'{name} = ?' for name in SETTLED)} WHERE id = ?"
_FIND = f"UPDATE attempts SET {', '.join(f'{name} = ?' for name in FOUND)} WHERE id = ?"
_REFUSE = (
    f"INSERT INTO refusals (at, verdict, {', '.join(REFUSED)}, decision) VALUES ({', '.join('?' * (len(REFUSED) + 3))})"
)
_CHANNELS = (
    f"SELECT count(*), min(expires_at) FROM attempts WHERE caller_id = ? AND {tables.IS_OPEN} AND expires_at > ?"
)
_STARTS = f"SELECT at FROM attempts WHERE caller_id = ? AND at > ? AND {tables.WITH_CALLER_ID} ORDER BY at"
_LAST_USED = f"SELECT coalesce(max(at), 0) FROM attempts WHERE caller_id = ? AND {tables.WITH_CALLER_ID}"
_RESTS = "SELECT until FROM resting_caller_ids WHERE caller_id = ?"
_REST = (
    "INSERT INTO resting_caller_ids (caller_id, until) VALUES (?, ?) "
    "ON CONFLICT (caller_id) DO UPDATE SET until = max(until, excluded.until)"
)
_EXPIRE = (
    f"UPDATE attempts SET open = 0, expired = (state = 'reserved'), "
    "state = CASE state WHEN 'reserved' THEN 'released' ELSE state END "
    f"WHERE {tables.IS_OPEN} AND expires_at <= ?"
)


class SqliteStore:
    """One file. Its tables are there: `hotline.ledger.opening` sees to that."""

    most = 512
    """Another process waits for the end of a transaction."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._uses = Uses(self._use)
        self._others = -1
        """The version of the file by what other connections have committed."""
        self._checkpoints = Checkpoints(path, connect)

    def transact(self, requests: Sequence[Request[Any]]) -> list[Any]:
        """Carry out and commit. Raises LedgerAway, NotStored."""
        try:
            connection = self._connection = self._connection or connect(self._path)
            connection.execute("BEGIN IMMEDIATE")
            now = self._clock()  # no earlier: it may have waited for another process
            ((others,),) = connection.execute("PRAGMA data_version").fetchall()
            if others != self._others:
                self._uses.known.clear()
                self._others = others
            self._uses.at(now)
            books = SqliteBooks(connection, self._uses)
            answers = [request.carry_out(books, now) for request in requests]
            connection.execute("COMMIT")
            self._checkpoints.committed()
        except (sqlite3.OperationalError, sqlite3.NotSupportedError, sqlite3.InternalError) as error:
            self.close()  # full, locked, read-only, gone: what was not committed goes with the connection
            raise LedgerAway(f"{self._path.name}: {error}") from error
        except Exception as error:
            if type(error) is sqlite3.DatabaseError:  # the file is broken
                self.close()
                raise LedgerAway(f"{self._path.name}: {error}") from error
            self._roll_back()
            raise NotStored(f"{type(error).__name__}: {error}") from error
        return answers

    def close(self) -> None:
        """Closes the file; what was not committed is gone."""
        self._uses.known.clear()
        self._checkpoints.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _use(self, number: str, now: float) -> Use:
        assert self._connection is not None  # asked within a transaction
        ask = self._connection.execute
        channels, expires_at = ask(_CHANNELS, (number, now)).fetchone()
        starts = [at for (at,) in ask(_STARTS, (number, now - START_S))]
        (last_used,) = ask(_LAST_USED, (number,)).fetchone()
        rests = ask(_RESTS, (number,)).fetchone()
        return Use(channels, starts, rests[0] if rests else 0.0, last_used, expires_at if channels else math.inf)

    def _roll_back(self) -> None:
        self._uses.known.clear()  # they have seen what is not written
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes. The file must be there: a new one would know of no call. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"file:{path}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a reservation that a power cut can undo is none
    connection.execute("PRAGMA cache_size=-65536")
    connection.execute("PRAGMA wal_autocheckpoint=0")  # `checkpointing` does it
    return connection


class SqliteBooks:
    """The books of one transaction: each statement goes to SQLite at once, so what is written is seen."""

    def __init__(self, connection: sqlite3.Connection, uses: Uses) -> None:
        """`uses` are those of the connection, which outlive the transaction."""
        self._connection = connection
        self._uses = uses
        self._last_id: int | None = None
        self._found: dict[int, tuple[Any, ...]] = {}
        """The columns FOUND of the attempts that were read, as they stand in the table."""

    def by_id(self, attempt: int) -> Attempt | None:
        """By its number."""
        return self._one(_BY_ID, (attempt,))

    def by_key(self, key: Key) -> tuple[Attempt, bytes] | None:
        """By its key, with the decision."""
        row = self._connection.execute(_BY_KEY, key).fetchone()
        return None if row is None else (_attempt(row[:-1]), row[-1])

    def by_call(self, source: str, call: str) -> Attempt | None:
        """By the call's id in another system."""
        return self._one(_BY_CALL, (call, source))

    def near(self, source: str, number: str, since: float, until: float) -> list[Attempt]:
        """By number and time."""
        rows = self._connection.execute(_NEAR, (number, since, until, source)).fetchall()
        return [self._read(row) for row in rows]

    def past(self, number: str, person: str, account: str, since: float, now: float) -> tuple[PastCall, ...]:
        """By each of the three, each call once."""
        calls: dict[int, PastCall] = {}
        for kind, value in (("number", number), ("person", person), ("account", account)):
            if value:
                for row in self._connection.execute(_PAST_BY[kind], (value, since - SLACK_S, now)):
                    if row[1] >= since:
                        calls[row[0]] = PastCall(*row[1:])
        return newest_first(calls.values())

    def caller_id(self, number: str, now: float) -> CallerIdUse:
        """Loaded once, then kept up to date: a transaction of a few calls reads none of the pool again."""
        return self._uses.of(number, now)

    def next_id(self) -> int:
        """One more than the last: nobody else writes meanwhile."""
        if self._last_id is None:
            (self._last_id,) = self._connection.execute(_LAST_ID).fetchone()
        self._last_id += 1
        return self._last_id

    def add(self, attempt: Attempt, decision: bytes) -> None:
        """One row."""
        self._connection.execute(_INSERT, (*msgspec.structs.astuple(attempt), decision))
        if attempt.open:
            self._uses.begun(attempt.caller_id, attempt.at, attempt.expires_at)
        else:
            self._uses.forget(attempt.caller_id)  # somebody else's call that is over: it has shown it, too

    def change(self, attempt: Attempt, held: bool, now: float) -> None:
        """The columns that may have changed."""
        self._connection.execute(_SETTLE, (*settled(attempt), attempt.id))
        self._uses.changed(attempt.caller_id, held, holds_channel(attempt, now), attempt.expires_at)
        if (now_found := found(attempt)) != (before := self._found[attempt.id]):
            self._connection.execute(_FIND, (*now_found, attempt.id))
            self._found[attempt.id] = now_found
            if now_found[_AT] != before[_AT]:
                self._uses.forget(attempt.caller_id)

    def refuse(self, refusal: Refusal, now: float) -> None:
        """One row."""
        self._connection.execute(_REFUSE, refusal.row(now))

    def rest(self, caller_id: str, until: float) -> None:
        """The later end counts."""
        self._connection.execute(_REST, (caller_id, until))
        self._uses.rests(caller_id, until)

    def expire(self, now: float) -> int:
        """All of them at once."""
        self._uses.known.clear()
        return self._connection.execute(_EXPIRE, (now,)).rowcount

    def _one(self, statement: str, values: tuple[Any, ...]) -> Attempt | None:
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else self._read(row)

    def _read(self, row: tuple[Any, ...]) -> Attempt:
        attempt = _attempt(row)
        self._found[attempt.id] = found(attempt)
        return attempt


_AT = FOUND.index("at")


def _attempt(row: tuple[Any, ...]) -> Attempt:
    """SQLite has no booleans: `open`, `expired` and `late` stand side by side."""
    attempt = Attempt(*row)
    attempt.open, attempt.expired, attempt.late = bool(attempt.open), bool(attempt.expired), bool(attempt.late)
    return attempt
