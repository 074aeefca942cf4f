"""The log keeper turns Asterisk's log over: Asterisk itself never does, and a flood of wrong passwords fills a disk.

The file is renamed, Asterisk's console told to open it anew (`rotatestrategy = none`: it renames nothing itself), and
the old one is gzipped beside. Likewise its call records, which it opens anew for each.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import structlog

from calls.ids import Seconds
from switch.asterisk.instance.console import ask_console
from switch.log_files import Turnover, put_aside, tidy

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Seconds = 10.0


class LogKeeper:
    """Of one Asterisk, known by its control socket."""

    def __init__(self, control_socket: Path, log_file: Path, turnover: Turnover, records: Path | None = None) -> None:
        self._socket, self._log, self._turnover = control_socket, log_file, turnover
        self._records = records

    async def run(self) -> None:
        """Look every ten seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except (OSError, TimeoutError) as error:
                log.warning("log not turned over", log=str(self._log), error=str(error) or type(error).__name__)

    async def look(self) -> bool:
        """Turn the log over if it is due; whether that was so. Raises OSError, TimeoutError."""
        if self._records is not None and await asyncio.to_thread(self._turnover.due, self._records, time.time()):
            put_aside(self._records, time.time())
            await asyncio.to_thread(tidy, self._records, self._turnover, time.time())
        if not await asyncio.to_thread(self._turnover.due, self._log, time.time()):
            return False
        put_aside(self._log, time.time())
        await ask_console(self._socket, "logger rotate")
        await asyncio.to_thread(tidy, self._log, self._turnover, time.time())
        return True
