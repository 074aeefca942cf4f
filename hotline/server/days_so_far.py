"""The day so far over a restart: calls that ended before this controller began are read from the call log."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from control.messages import commands, log_commands
from hotline.store import opening
from hotline.store.writer import Writer
from hotline.views.days import Days

log = structlog.get_logger("hotline")

_A_DAY_S = 25 * 3_600.0
"""The longest a day lasts, where the clock goes back at night."""
_AT_ONCE = 1_000
"""So many are counted in one turn of the event loop, and held in memory: callers wait meanwhile."""
_OF_BEFORE = """
SELECT arrived_at, "call", queue, outcome, queued_at, answered_at, ended_at FROM calls
WHERE (arrived_at, "call") > (?, ?) AND ended_at < ? AND direction = 'in' AND queued_at IS NOT NULL
ORDER BY arrived_at, "call" LIMIT ?
"""


class DaysSoFar:
    """Keeps `days` by the commands, and by the call log for what was before."""

    def __init__(self, days: Days, database: Path) -> None:
        self.days = days
        self._database = database
        self._began = time.time()

    def watch(self, command: commands.RouterCommand) -> None:
        """Count a call that ended. One that ended before we began is in the log, or will be."""
        if isinstance(command, log_commands.LogCall) and command.ended_at >= self._began:
            self.days.ended(command)

    async def begin(self, writer: Writer) -> None:
        """Read the calls of before. A log that cannot be read costs the morning's figures and nothing else."""
        try:
            await writer.durable()  # those that the journal had and the log had not
            last: tuple[float, str] = self._began - _A_DAY_S, ""
            while rows := await asyncio.to_thread(self._read, last):
                for arrived_at, call, queue, outcome, *instants in rows:
                    self.days.count(queue, outcome, arrived_at, *instants)
                    last = arrived_at, call
        except (sqlite3.Error, OSError) as error:
            advice = "the wallboard's day begins now; everything else goes on"
            log.warning("the day's calls could not be read", error=str(error), advice=advice)

    def _read(self, after: tuple[float, str]) -> Sequence[Any]:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            return connection.execute(_OF_BEFORE, (*after, self._began, _AT_ONCE)).fetchall()
