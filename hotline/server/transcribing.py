"""Transcribing at night: `hotline transcribe --new` in a process of its own, so that no call waits for it."""

import asyncio
import contextlib
import sys
from datetime import UTC, date, datetime, timedelta

import structlog

from hotline.site.site import Site

log = structlog.get_logger("hotline")

_EVERY_S = 30.0
_LONGER_S = 600.0
"""What it may take beyond its hours for the recording that it is at."""


class NightlyTranscripts:
    """A step of the upkeep: once in the hours after `transcripts.at`, what has no transcript by then."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._settings = site.settings.transcripts
        self._look_at = 0.0
        self._done: date | None = None
        self._running: asyncio.Task[None] | None = None

    async def look(self, now: float, utc: float) -> None:
        """At `now` (monotonic), which is `utc`: begin it when it is due."""
        if now < self._look_at or (self._running is not None and not self._running.done()):
            return
        self._look_at = now + _EVERY_S
        due = self._due(utc)
        if due is not None:
            self._done, left_s = due
            self._running = asyncio.create_task(self._make(left_s))

    async def close(self) -> None:
        """Stop it; what is left is the next night's."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    def _due(self, utc: float) -> tuple[date, float] | None:
        """The night that is to be begun, by its first day, and the seconds that are left of it."""
        if self._settings.at is None:
            return None
        here = datetime.fromtimestamp(utc, UTC).astimezone(self._site.zone)
        for day in (here.date(), here.date() - timedelta(days=1)):
            began = datetime.combine(day, self._settings.at, self._site.zone).timestamp()
            left_s = began + self._settings.hours * 3600 - utc
            if began <= utc and left_s > 0 and day != self._done:
                return day, left_s
        return None

    async def _make(self, left_s: float) -> None:
        words = [sys.executable, "-m", "hotline", "transcribe", "--new", "--hours", f"{max(0.01, left_s / 3600):.2f}"]
        words += ["--json", "--site", str(self._site.folder)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        counts = trouble = ""
        try:
            result = await asyncio.wait_for(process.communicate(), left_s + _LONGER_S)
            counts, trouble = (part.decode(errors="replace")[-300:].strip() for part in result)
        except TimeoutError:
            trouble = "took too long"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode == 0:
            log.info("recordings transcribed", detail=counts)
        else:
            advice = "hotline transcribe --new shows the error; what is left is tried again the next night"
            log.error("recordings not transcribed", error=trouble, detail=counts, advice=advice)
