"""The nightly fit of the wait forecast: `hotline fit` in a process of its own, so that no call waits for it.

The server takes a new fit up as it takes up a version: it sees that `current` names another one.
"""

import asyncio
import contextlib
import importlib.util
import sys
from datetime import datetime, time, timedelta, tzinfo

import msgspec
import structlog

from acd.forecast.ensemble import Ensemble
from calls.errors import BadInput
from hotline.learning.wait_models import WaitModels
from hotline.site.site import Site

log = structlog.get_logger("hotline")

LONGEST_S = 3600.0


def next_time(at: time, utc: float, zone: tzinfo) -> float:
    """The next instant (UTC epoch seconds) after `utc` at which a clock in `zone` shows `at`."""
    due = datetime.combine(datetime.fromtimestamp(utc, zone).date(), at, zone)
    while (instant := due.timestamp()) <= utc:
        due += timedelta(days=1)
    return instant


class Refitting:
    """Starts the fit when it is due, and tells what came of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.models = WaitModels(site.wait_models)
        self._at = site.settings.refit_at if importlib.util.find_spec("lightgbm") is not None else None
        self._due = float("inf")
        self._running: asyncio.Task[None] | None = None
        self._refused = ""

    def start(self, utc: float) -> None:
        """Look forward to the next night."""
        if self._at is not None:
            self._due = next_time(self._at, utc, self._site.zone)

    def look(self, utc: float, speaking: str) -> None:
        """Begin, if it is time; `speaking` is the fit in use. Call it every second or so."""
        if utc < self._due or self._at is None or (self._running is not None and not self._running.done()):
            return
        self._due = next_time(self._at, utc, self._site.zone)
        self._running = asyncio.create_task(self._fit())
        self.models.prune(utc - 86_400.0 * ((self._site.settings.days_kept["journal"] or 0) + 1), frozenset({speaking}))

    def model(self, name: str) -> Ensemble | None:
        """A fit, by its name. One that cannot be read costs the learned layer, no start."""
        try:
            return self.models.load(name)[0]
        except BadInput as error:
            advice = "the closed form speaks instead; `hotline fit` makes a new one"
            log.error("no learned wait forecast", error=str(error), advice=advice)
            return None

    async def news(self, speaking: str) -> str | None:
        """The name of a fit that holds now, can be read, and is not the one that speaks."""
        current = self.models.current()
        if current in ("", speaking, self._refused):
            return None
        try:
            about = (await asyncio.to_thread(self.models.load, current))[1]
        except BadInput as error:
            self._refused = current
            advice = "the fit before it speaks on; `hotline fit` makes a new one"
            log.error("no learned wait forecast", error=str(error), advice=advice)
            return None
        log.info("wait forecast taken up", model=current, queues=about.kinds, fitted_on=about.fitted_on)
        return current

    async def close(self) -> None:
        """Stop a fit that is under way: what holds stays."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def _fit(self) -> None:
        from hotline.learning.refit import Trial  # the fit's own modules: a start does without

        command = (sys.executable, "-m", "hotline", "fit", "--site", str(self._site.folder), "--json")
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            said, trouble = await asyncio.wait_for(process.communicate(), LONGEST_S)
            trial = msgspec.json.decode(said, type=Trial)
        except (TimeoutError, msgspec.MsgspecError):
            advice = "the fit before it speaks on; try `hotline fit` by hand"
            detail = trouble.decode(errors="replace")[-300:] if process.returncode is not None else "took too long"
            log.error("wait forecast not fitted", error=detail, advice=advice)
        else:
            say = log.warning if trial.result == "refused" else log.info
            say("wait forecast fitted", **msgspec.structs.asdict(trial))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
