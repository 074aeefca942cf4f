"""Thinning of a running server's snapshots: every ten minutes those go that a replay can do without, a few a second.

It asks no clock and no days: the journal itself stays as long as the site keeps it.
"""

import asyncio
import contextlib
from pathlib import Path

from calls.ids import Instant
from hotline.journal.snapshots import superfluous
from hotline.store import opening, statements
from hotline.store.writer import Writer

_EVERY_S = 600.0
_AT_A_TIME = 10
"""In one transaction: a store of the release before may have thousands, of 1.7 MB each."""


class Thinning:
    """A step of the upkeep; each `look` deletes a few snapshots at most."""

    def __init__(self, database: Path, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._begin_at: Instant | None = None
        self._given = 0
        """Rows that the writer was given when the last ones were deleted."""

    async def look(self, now: Instant) -> None:
        """At `now` (monotonic): go on with what is to go. Raises sqlite3.Error.

        Never waits for the store: while that does not write, nothing more goes.
        """
        if self._begin_at is None:
            self._begin_at = now + _EVERY_S  # after a start callers of before come first
        if now < self._begin_at or self._writer.committed < self._given:
            return
        gone = (await asyncio.to_thread(self._superfluous))[:_AT_A_TIME]
        for seq in gone:
            self._writer.write(statements.DROP_SNAPSHOT, (seq,))
        self._given = self._writer.given
        if not gone:
            self._begin_at = now + _EVERY_S

    def _superfluous(self) -> list[int]:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            return superfluous([seq for (seq,) in connection.execute("SELECT seq FROM snapshots ORDER BY seq")])
