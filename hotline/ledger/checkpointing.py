"""Checkpoints of the ledger's SQLite file beside its commits: pages go from the log back into the file in a thread of
their own, and no reservation waits for them.

SQLite does it by itself within a commit. Measured at 2,000 pairs of reserve and settle a second: a commit every second
then took 30 to 90 ms.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

EVERY_S = 2.0
"""From one to the next, while anything is committed: the later pages go back, the more rows each has had."""
LONGEST_PAGES = 65_536
"""256 MB. A log so long begins anew, for which commits wait some milliseconds; all of it is read again after a kill."""


class Checkpoints:
    """The thread for one file. It starts with the first commit."""

    def __init__(self, path: Path, connect: Callable[[Path], sqlite3.Connection]) -> None:
        """`connect` opens a connection to the file, as for writing."""
        self._path = path
        self._connect = connect
        self._committed = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.done = 0
        """Checkpoints so far."""

    def committed(self) -> None:
        """After each commit, from the one thread that commits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ledger-checkpoints", daemon=True)
            self._thread.start()
        if not self._committed.is_set():
            self._committed.set()

    def close(self) -> None:
        """End the thread; what it has begun it finishes."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ending.set()
            self._committed.set()
            thread.join()
            self._committed.clear()
            self._ending.clear()

    def _run(self) -> None:
        while not self._ending.wait(EVERY_S):
            self._committed.wait()
            self._committed.clear()
            if self._ending.is_set():
                return
            try:
                with closing(self._connect(self._path)) as connection:
                    _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if pages > LONGEST_PAGES:
                        connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
                self.done += 1
            except sqlite3.Error:
                pass  # the next commit meets what is wrong with the file, and says it; this comes again
