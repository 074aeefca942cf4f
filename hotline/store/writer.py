"""The one writer of the store: a thread that commits in groups.

Events of the journal and rows of the log go into one transaction, so that no row stands there without the event that it
came of. Code that must not speak before something is durable awaits `durable()`.

A group gathers on the event loop and is handed over whole: a row costs no waking of the thread. Measured at 20 calls a
second: a commit costs the processor 0.8 ms, as much as fifty rows, most of it the disk's; at 40 ms there were 1.2
commits a call. So a group gathers for a tenth of a second, unless somebody waits.
"""

import asyncio
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from calls.backoff import Backoff
from calls.dependencies import Dependency

_GATHER_S = 0.1
_BACKOFF = Backoff(first_s=0.5, longest_s=2.0)
_MOST_ROWS = 2_000  # in one transaction: readers should not wait long behind it

Row = tuple[str, tuple[Any, ...]]
"""A statement and its values."""


class Writer:
    """Appends to the store at `path` from a thread of its own. Safe to call from the event loop only."""

    def __init__(self, path: Path, on_trouble: Callable[[str], None], state: Dependency | None = None) -> None:
        """`on_trouble` is called on the loop with the error when trouble begins, and with "" when it is over.

        `state` is told of each try that failed, and when the next one is.
        """
        self._path = path
        self._on_trouble = on_trouble
        self._state = state
        self._jitter = random.Random()
        self._loop = asyncio.get_running_loop()
        self._gathered: list[Row] = []
        self._groups: SimpleQueue[list[Row] | None] = SimpleQueue()  # None: there will be no more
        self._timer: asyncio.TimerHandle | None = None
        self.given = 0
        """Rows so far."""
        self.committed = 0
        """Rows that are durable."""
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._closing = False
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Rows given and not yet durable."""
        return self.given - self.committed

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        """Let this row be written soon. Rows are written in the order given."""
        self._gathered.append((statement, values))
        self.given += 1
        if self._timer is None:
            self._timer = self._loop.call_later(_GATHER_S, self._hand_over)

    async def durable(self, *, hurry: bool = True) -> None:
        """Return once all that was given so far is on disk; waits while the store is in trouble.

        Without `hurry` the group gathers for its whole time first.
        """
        if self.committed >= self.given:
            return
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append((self.given, waiter))
        if hurry:
            self._hand_over()
        self._release()  # the thread may have committed a moment before there was one that it could see
        await waiter

    async def close(self) -> None:
        """Write what is left and stop. Gives up after five seconds of trouble."""
        self._closing = True
        self._hand_over()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join, 5.0)

    def _hand_over(self) -> None:
        """Give the thread what has gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._gathered:
            self._groups.put(self._gathered)
            self._gathered = []

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        failures = 0
        while (group := self._next_group()) is not None:
            while True:
                try:
                    connection = connection or _connect(self._path)
                    _commit(connection, group)
                    break
                except sqlite3.OperationalError as error:  # full, locked, read-only, gone: it may work later
                    if connection is not None:
                        connection.close()
                    connection = None
                    failures += 1
                    pause_s = _BACKOFF.delay_s(failures, self._jitter)
                    told = f"{type(error).__name__}: {error}"
                    if failures == 1:
                        self._tell(told)
                    if self._state is not None:
                        self._on_loop(self._state.down, told, pause_s)
                    if self._closing:
                        return
                    time.sleep(pause_s)
            if failures:
                failures = 0
                self._tell("")
                if self._state is not None:
                    self._on_loop(self._state.up)
            self.commits += 1
            self.committed += len(group)
            if self._waiters:
                self._loop.call_soon_threadsafe(self._release)
        if connection is not None:
            connection.close()

    def _next_group(self) -> list[Row] | None:
        """The next group, and what has queued up behind it while the disk was slow or away."""
        group = self._groups.get()
        while group is not None and len(group) < _MOST_ROWS and not self._groups.empty():
            more = self._groups.get()
            if more is None:
                self._groups.put(None)
                break
            group += more
        return group

    def _tell(self, trouble: str) -> None:
        self._on_loop(self._on_trouble, trouble)

    def _on_loop(self, call: Callable[..., None], *values: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)

    def _release(self) -> None:
        while self._waiters and self._waiters[0][0] <= self.committed:
            waiter = self._waiters.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # a commit that a power cut can undo is no commit
    return connection


def _commit(connection: sqlite3.Connection, group: list[Row]) -> None:
    """One transaction, in the order given: a row may be deleted and come again. Rows of one statement that stand
    together go down together; sorting them by statement first was hardly faster (8 µs a row to 9)."""
    connection.execute("BEGIN IMMEDIATE")
    # rows are made by our own code from typed events: one that SQLite refuses is our fault and ends the thread loudly
    for statement, rows in groupby(group, key=itemgetter(0)):
        connection.executemany(statement, map(itemgetter(1), rows))
    connection.execute("COMMIT")
