"""Clocks of cases while the server runs: alarms are kept, and notices given, beside the event loop."""

import asyncio
from pathlib import Path

import structlog

from hotline.cases.clock_work import ClockWork
from hotline.server.notice_tellers import NoticeTellers
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


class CaseClocks:
    """A step of the upkeep."""

    def __init__(
        self,
        database: Path,
        versions: Versions,
        tellers: NoticeTellers,
    ) -> None:
        self._versions = versions
        self._tellers = tellers
        self._work = ClockWork(database, tellers.webhooks("clock"))

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
            self._tellers.tell("clock")
