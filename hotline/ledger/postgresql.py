"""The ledger's store in PostgreSQL, which several processes share.

One transaction serves a group of requests. It locks all that they ask about (numbers, persons, accounts, caller ids,
keys) by advisory locks, always in the same order, and only then looks: at READ COMMITTED each statement sees what was
committed before it began, so whoever holds a person's lock sees every attempt that was reserved before.

The transaction is read in a few statements for the whole group, decided in memory, and written in a few.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import errors

from hotline.ledger.port import LedgerAway
from hotline.ledger.postgresql_books import PostgresqlBooks
from hotline.ledger.requests import Request
from hotline.ledger.store import NotStored

_BLOCK = 1_000
"""Numbers of attempts that a process takes at a time."""
_TRIES = 5
"""Of a transaction that another one has thrown out."""
_PASSES = (errors.SerializationFailure, errors.DeadlockDetected)
_CONNECT_S = 3
_SETTINGS = (
    "statement_timeout = 5000",
    "synchronous_commit = on",
    # Every statement is a walk along an index. Which one is chosen for the size that the table has now: a plan that was
    # made while it was small, and kept, goes through all of it by time, and whoever wants the same locks waits.
    *("enable_seqscan = off", "enable_hashjoin = off", "enable_mergejoin = off"),
    "plan_cache_mode = force_custom_plan",
)
_APART_S = 60.0
"""The two clocks may go apart by so much before the difference is taken anew."""


class PostgresqlStore:
    """One connection to a database that several processes share."""

    most = 128
    """Each request locks four names and more, and the server's table of locks has room for 6,400 unless told otherwise:
    that is a dozen processes. Processes that ask about the same persons take turns, so what one transaction takes
    along is what they get done."""

    def __init__(self, url: str, clock: Callable[[], float] | None = None) -> None:
        """`clock` None: the database's own, one for all processes on all machines."""
        self._url = url
        self._clock = clock
        self._connection: psycopg.Connection[Any] | None = None
        self._ids: Iterator[int] = iter(())
        self._ahead_s = 0.0
        """Of the database's clock, to ours."""

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
        if self._connection is None:
            self._connection = connect(self._url)
            self._ahead_s = _clock_of(self._connection) - time.time()
        about = self._clock() if self._clock is not None else time.time() + self._ahead_s
        books = PostgresqlBooks(self._connection, self._next_id)
        now = books.load(requests, about, ask_the_time=self._clock is None)
        if abs(now - about) > _APART_S:  # our own clock has jumped: what was read may be of another day
            self._ahead_s = now - time.time()
            self._connection.rollback()
            return self._once(requests)
        answers = [request.carry_out(books, now) for request in requests]
        books.write(last=True)
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
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")
    connection.commit()
    return connection


def _plain(error: psycopg.Error) -> str:
    """One line, without the values that a detail may hold."""
    told = error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__
    return f"PostgreSQL: {told}"


def _clock_of(connection: psycopg.Connection[Any]) -> float:
    ((now,),) = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
    connection.commit()
    return float(now)
