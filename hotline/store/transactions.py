"""Transactions of commands and of the server's own work on the store, beside its one writer.

Several processes write. Each takes the store's lock before it reads, so what it does is judged by what is really there.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from calls.errors import BadInput
from hotline.store import opening

_PATIENCE_S = 10.0


@contextmanager
def writing(database: Path) -> Iterator[sqlite3.Connection]:
    """A transaction of the store that nobody else's can come between. Raises BadInput where the store cannot be
    written; then nothing was changed. It is durable at its end."""
    opening.must_be_of_today(database)
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()  # nothing where a full disk has ended it already: its error is the one to tell
                raise
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise BadInput(f"{database}: {error}; nothing was changed") from error


@contextmanager
def part(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of a transaction that is undone alone where it errs; what came before it in the transaction stays."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        raise
    finally:
        connection.execute("RELEASE part")


@contextmanager
def looking(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read by. Raises BadInput for a store of another release."""
    opening.must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        yield connection
