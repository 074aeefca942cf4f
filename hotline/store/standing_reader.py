"""A standing reader keeps its connection: for who looks each second, and finds nothing most of the time.

To open one, with the schema that is read then, takes some hundred times as long as such a look.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.store import opening


class StandingReader:
    """A connection that cannot write, opened at its first use; safe to use from one thread at a time, any thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)

    @contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        """The connection; read all rows of what is asked before it is left, for an unread one holds up the store.

        Raises BadInput for a store of another release, sqlite3.Error, OSError. After an error it is opened anew.
        """
        connection = self._opened()
        try:
            yield connection
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the store; the next look opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        about = self._database.stat() if self._connection is not None else None
        if self._connection is not None and about is not None and self._file == (about.st_dev, about.st_ino):
            return self._connection
        self.close()  # a backup was put in its place
        opening.must_be_of_today(self._database)
        about = self._database.stat()
        self._file = about.st_dev, about.st_ino
        self._connection = opening.to_read(self._database, by_any_thread=True)
        return self._connection
