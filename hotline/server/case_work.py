"""The house's own work on cases in a running server: once a second, beside the event loop."""

import asyncio
from zoneinfo import ZoneInfo

import structlog

from hotline.cases.turns import Done
from hotline.cases.work import Work, take_in_abandoned
from hotline.server.notice_tellers import NoticeTellers
from hotline.site.site import Site
from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")

_ABANDONED_EVERY_S = 30.0


class CaseWork:
    """A step of the upkeep."""

    def __init__(
        self,
        site: Site,
        versions: Versions,
        tellers: NoticeTellers,
    ) -> None:
        self._database = site.database
        self._tellers = tellers
        self._zone: ZoneInfo = site.zone
        self._versions = versions
        self._work = Work(site.database, tellers.webhooks("notice"))
        self._rules: tuple[str, CaseRules] | None = None
        self._abandoned_at = 0.0

    async def look(self, version: str, utc: float) -> None:
        """Do what is to be done by the rules of `version` at `utc`. Raises BadInput, sqlite3.Error."""
        done = await asyncio.to_thread(self._look, version, utc)
        if done.begun or done.climbed:
            told = {"begun": len(done.begun), "merged": len(done.merged), "asked": len(done.asked)}
            log.info("cases worked off", **told, climbed=len(done.climbed))
        if done.told:
            self._tellers.tell("notice")

    def _look(self, version: str, utc: float) -> Done:
        if self._rules is None or self._rules[0] != version:
            self._rules = version, rules_of(self._versions, version)
        rules = self._rules[1]
        if utc >= self._abandoned_at or utc < self._abandoned_at - 2 * _ABANDONED_EVERY_S:
            self._abandoned_at = utc + _ABANDONED_EVERY_S
            take_in_abandoned(self._database, rules, self._zone, utc)
        return self._work.off(rules, utc)
