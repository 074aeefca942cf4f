"""Reports that are made by themselves: `hotline report` in a process of its own, so that no call waits for it.

What there is says what is still to be made: a report is due once its time is past and one of its files is missing. So a
server that was away makes it when it is back, and none is made twice.
"""

import asyncio
import contextlib
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from hotline.site.reports import ReportSettings
from hotline.site.site import Site
from reporting.spans import PERIODS, Period, last_complete

log = structlog.get_logger("hotline")

_EVERY_S = 30.0
_AGAIN_S = 3_600.0
"""After one that failed."""
LONGEST_S = 3_600.0


class Due(NamedTuple):
    """A report that is to be made now."""

    period: Period
    day: str
    formats: tuple[str, ...]


def report_folder(site: Site) -> Path:
    """The folder of a site's reports; it may not be there yet."""
    settings = ReportSettings() if site.settings.reports is None else site.settings.reports
    return site.folder / settings.folder


class ScheduledReports:
    """A step of the upkeep. Each `look` begins one report at most."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._settings = site.settings.reports
        self._folder = report_folder(site)
        self._look_at = 0.0
        self._not_before: dict[Due, float] = {}
        self._running: asyncio.Task[None] | None = None

    async def look(self, now: float, utc: float) -> None:
        """At `now` (monotonic), which is `utc`: begin what is due. Raises OSError where the folder cannot be read."""
        if self._settings is None or now < self._look_at or (self._running is not None and not self._running.done()):
            return
        self._look_at = now + _EVERY_S
        for one in await asyncio.to_thread(self._due, utc):
            if now >= self._not_before.get(one, now):
                self._not_before[one] = now + _AGAIN_S
                self._running = asyncio.create_task(self._make(one))
                return

    async def close(self) -> None:
        """Stop one that is being made: the next start makes it."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    def _due(self, utc: float) -> list[Due]:
        found = []
        for period in PERIODS:
            at: time | None = getattr(self._settings, period)
            if at is None or self._settings is None:
                continue
            span = last_complete(period, utc, self._site.zone)
            if datetime.combine(span.last + timedelta(days=1), at, self._site.zone).timestamp() > utc:
                continue
            files = {form: self._file(period, span.name, form) for form in self._settings.formats}
            if missing := tuple(form for form, file in files.items() if not file.exists()):
                found.append(Due(period, span.first.isoformat(), missing))
        return found

    def _file(self, period: Period, name: str, form: str) -> Path:
        return self._folder / f"{period}-{name}.{form}"

    async def _make(self, one: Due) -> None:
        about = ["--date", one.day, "--site", str(self._site.folder)]
        words = [one.period, *about, "--folder", str(self._folder)]
        words += [word for form in one.formats for word in ("--format", form)]
        if self._settings is not None and self._settings.language is not None:
            words += ["--language", self._settings.language]
        trouble = ""
        if one.period == "weekly" and self._settings is not None and self._settings.tasks:
            # before the report, whose file says that this week is done; a task is opened once a span
            trouble = await _run("topics", "--period", one.period, *about, "--tasks")
        trouble = trouble or await _run(*words)
        if not trouble:
            log.info("report made", period=one.period, day=one.day, folder=str(self._folder))
        else:
            advice = f"hotline report {one.period} --date {one.day} shows the error; it is tried again in an hour"
            log.error("report not made", period=one.period, day=one.day, error=trouble, advice=advice)


async def _run(*words: str) -> str:
    """`hotline report` in a process of its own; what went wrong, in words, or nothing."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hotline", "report", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    trouble = ""
    try:
        trouble = (await asyncio.wait_for(process.communicate(), LONGEST_S))[1].decode(errors="replace")[-300:]
    except TimeoutError:
        trouble = "took too long"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return "" if process.returncode == 0 else trouble or f"exit status {process.returncode}"
