"""The ledger's books in SQLite: one file, written under BEGIN IMMEDIATE, so that no two processes decide at once."""

import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hotline.ledger.books import START_S, Use, Uses
from hotline.ledger.checkpointing import Checkpoints
from hotline.ledger.port import LedgerAway
from hotline.ledger.requests import Request
from hotline.ledger.sqlite_books import SqliteBooks
from hotline.ledger.store import NotStored
from hotline.store import ledger_tables as tables

_BUSY_S = 5.0
"""The longest wait for another process that writes."""
_CHANNELS = (
    f"SELECT count(*), min(expires_at) FROM attempts WHERE caller_id = ? AND {tables.IS_OPEN} AND expires_at > ?"
)
_STARTS = f"SELECT at FROM attempts WHERE caller_id = ? AND at > ? AND {tables.WITH_CALLER_ID} ORDER BY at"
_LAST_USED = f"SELECT coalesce(max(at), 0) FROM attempts WHERE caller_id = ? AND {tables.WITH_CALLER_ID}"
_RESTS = "SELECT until FROM resting_caller_ids WHERE caller_id = ?"


class SqliteStore:
    """One file. Its tables are there: `hotline.ledger.opening` sees to that."""

    most = 512
    """Another process waits for the end of a transaction."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._uses = Uses(self._use)
        """Each caller id is loaded once, and kept up to date: a transaction of a few calls reads none of the pool."""
        self._books: SqliteBooks | None = None
        """Those of the transaction that goes on, or did last."""
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
            books = self._books = SqliteBooks(connection, self._uses)
            books.load(requests, now)
            answers = [request.carry_out(books, now) for request in requests]
            books.write()
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
        assert self._connection is not None
        assert self._books is not None  # asked within a transaction
        self._books.write()  # what it has not written yet is of this caller id, too
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
