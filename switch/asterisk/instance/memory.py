"""Memory that Asterisk keeps after many calls is given back in quiet minutes.

Nothing leaks, but glibc keeps what a rush has taken: after 3,000 calls at 100 a second Asterisk stood at 326 MB, and at
62 after `malloc trim` on its console. That takes some milliseconds, and is done when few channels of a rush are left
and have been for a minute: what SIP remembers of each call for half a minute after its end is gone by then.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import structlog

from calls.ids import Seconds
from switch.asterisk.instance.console import ask_console

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Seconds = 60.0
_WORTH_CALLS = 200
"""So many calls since the last time are worth the trouble."""
_QUIET_SHARE = 0.25
_QUIET_CHANNELS = 8
"""Quiet is when no more than this, or than this share of the most channels since the last time, are there."""
_COUNTS = re.compile(r"(\d+) active channels?\n.*?(\d+) calls? processed", re.DOTALL)


class MemoryKeeper:
    """Of one Asterisk, known by its control socket and its process id."""

    def __init__(self, control_socket: Path, pid: int) -> None:
        self._socket, self._pid = control_socket, pid
        self._most_channels = self._calls_then = 0
        self._was_quiet = False
        self.times = 0
        """How often memory was given back."""

    async def run(self) -> None:
        """Look once a minute, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except (OSError, TimeoutError) as error:
                log.warning("memory not given back", error=str(error) or type(error).__name__)

    async def look(self) -> bool:
        """Give memory back if it is worth it and quiet; whether that was so. Raises OSError, TimeoutError."""
        counts = _COUNTS.search(await ask_console(self._socket, "core show channels count"))
        if counts is None:
            raise OSError("Asterisk's console does not say how many channels there are")
        channels, calls = map(int, counts.groups())
        self._most_channels = max(self._most_channels, channels)
        quiet = channels <= max(_QUIET_CHANNELS, self._most_channels * _QUIET_SHARE)
        was_quiet, self._was_quiet = self._was_quiet, quiet
        if not quiet or not was_quiet or calls - self._calls_then < _WORTH_CALLS:
            return False
        before = self.resident_mb()
        await ask_console(self._socket, "malloc trim")
        log.info("memory given back", calls=calls - self._calls_then, before_mb=before, after_mb=self.resident_mb())
        self._most_channels, self._calls_then = channels, calls
        self.times += 1
        return True

    def resident_mb(self) -> int:
        """What Asterisk holds of the machine's memory. Raises OSError."""
        status = Path(f"/proc/{self._pid}/status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) // 1024 if found else 0
