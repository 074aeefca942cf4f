"""The one writer of the store: a thread that commits in groups.

Facts of the journal and rows of the log go into one transaction, in the order given, so that a row never stands there
without the fact that it came of. Whoever must not speak before something is durable awaits `durable()`.
Measured: SQLite with synchronous=FULL does hundreds of commits a second one by one and tens of thousands of rows in
groups, so a group gathers for some hundredths of a second unless somebody waits: a commit costs the processor as much
as fifty rows, and at 10 ms commits were a fifth of what a call cost.
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

_GATHER_S = 0.04
_RETRY_S = 1.0
_MOST_ROWS = 2_000  # in one transaction: readers should not wait long behind it

Row = tuple[str, tuple[Any, ...]]
"""A statement and its values."""


class Writer:
    """Appends to the store at `path` from a thread of its own. Safe to call from the event loop only."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None]) -> None:
        """`on_trouble` is called on the loop with the error when trouble begins, and with "" when it is over."""
        self._path = path
        self._on_trouble = on_trouble
        self._loop = asyncio.get_running_loop()
        self._rows: deque[Row] = deque()
        self._given = 0
        self._committed = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._something = threading.Event()
        self._urgent = threading.Event()
        self._closing = False
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Rows given and not yet durable."""
        return self._given - self._committed

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        """Let this row be written soon."""
        self._rows.append((statement, values))
        self._given += 1
        self._something.set()

    async def durable(self) -> None:
        """Return once all that was given so far is on disk; waits while the store is in trouble."""
        if self._committed >= self._given:
            return
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append((self._given, waiter))
        self._urgent.set()
        await waiter

    async def close(self) -> None:
        """Write what is left and stop. Gives up after five seconds of trouble."""
        self._closing = True
        self._urgent.set()
        self._something.set()
        await asyncio.to_thread(self._thread.join, 5.0)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        in_trouble = False
        while not (self._closing and not self._rows):
            self._something.wait()
            self._something.clear()
            if not self._rows:
                continue
            self._urgent.wait(_GATHER_S)
            self._urgent.clear()
            group = self._group()
            while True:
                try:
                    connection = connection or _connect(self._path)
                    _commit(connection, group)
                    break
                except sqlite3.OperationalError as error:  # full, locked, read-only, gone: it may work later
                    if connection is not None:
                        connection.close()
                    connection = None
                    if not in_trouble:
                        in_trouble = True
                        self._tell(f"{type(error).__name__}: {error}")
                    if self._closing:
                        return
                    time.sleep(_RETRY_S)
            if in_trouble:
                in_trouble = False
                self._tell("")
            self.commits += 1
            self._committed += len(group)
            if self._rows:
                self._something.set()
            if self._waiters:
                self._loop.call_soon_threadsafe(self._release)
        if connection is not None:
            connection.close()

    def _group(self) -> list[Row]:
        return [self._rows.popleft() for _ in range(min(len(self._rows), _MOST_ROWS))]

    def _tell(self, trouble: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._on_trouble, trouble)

    def _release(self) -> None:
        while self._waiters and self._waiters[0][0] <= self._committed:
            waiter = self._waiters.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a commit that a power cut can undo is no commit
    return connection


def _commit(connection: sqlite3.Connection, group: list[Row]) -> None:
    """One transaction; runs of one statement go down together."""
    connection.execute("BEGIN IMMEDIATE")
    start = 0
    # rows are made by our own code from typed facts: one that SQLite refuses is our fault and ends the thread loudly
    while start < len(group):
        statement = group[start][0]
        end = start
        while end < len(group) and group[end][0] == statement:
            end += 1
        connection.executemany(statement, [values for _, values in group[start:end]])
        start = end
    connection.execute("COMMIT")
