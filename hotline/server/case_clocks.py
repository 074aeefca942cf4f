"""Clocks of cases while the server runs: alarms are kept, and notices given, beside the event loop."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import structlog

from hotline.cases.clock_work import ClockWork
from hotline.site.webhooks import WebhookSettings
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


class CaseClocks:
    """A step of the upkeep. `on_written` is called with the name of each webhook that something was written for, and
    `tellers` are called where notices were given."""

    def __init__(
        self,
        database: Path,
        versions: Versions,
        webhooks: Iterable[WebhookSettings],
        on_written: Callable[[str], None] = lambda name: None,
        tellers: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._versions = versions
        self._wanted = [webhook.name for webhook in webhooks if "clock" in webhook.events]
        self._on_written = on_written
        self._tellers = tellers
        self._work = ClockWork(database, self._wanted)

    async def look(self, version: str, utc: float) -> None:
        """Do what is to be done at `utc` by the clocks of the version that holds."""
        given = await asyncio.to_thread(lambda: self._work.off(self._versions.clocks(version), utc))
        for notice in given:
            told = {
                "case": notice.case,
                "clock": notice.clock,
                "due_at": notice.due_at,
                "department": notice.department,
            }
            log.info("clock of a case is overdue" if notice.kind == "breach" else "clock of a case is due soon", **told)
        if given:
            for tell in self._tellers:
                tell()
            for webhook in self._wanted:
                self._on_written(webhook)
