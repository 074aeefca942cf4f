"""Origins of cases while the server runs: looked for once a second, beside the event loop; scenes once an hour."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from hotline.cases.origins import owners_of
from hotline.server.notice_tellers import NoticeTellers
from hotline.site.site import Site
from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions

if TYPE_CHECKING:
    from hotline.cases.origin_work import Done, OriginWork

log = structlog.get_logger("hotline")

_SCENES_EVERY_S = 3_600.0
_LEDGER_AGAIN_S = 5.0


class CaseOrigins:
    """A step of the upkeep."""

    def __init__(
        self,
        site: Site,
        versions: Versions,
        tellers: NoticeTellers,
    ) -> None:
        self._site = site
        self._versions = versions
        self._tellers = tellers
        self._work: OriginWork | None = None
        self._rules: tuple[str, CaseRules] | None = None
        self._scenes_at = 0.0
        self._not_before = 0.0

    async def look(self, version: str, utc: float) -> None:
        """Do what is to be done at `utc` by the rules of the version that holds. Raises BadInput, sqlite3.Error.

        A ledger that is away (its own dependency tells of it) is asked again in some seconds.
        """
        from hotline.ledger.port import LedgerAway

        if self._not_before - 2 * _LEDGER_AGAIN_S <= utc < self._not_before:
            return
        try:
            done = await asyncio.to_thread(self._look, version, utc)
        except LedgerAway:
            self._not_before = utc + _LEDGER_AGAIN_S
            return
        for case in done.linked:
            log.info("a case is about a call that was placed", case=case)
        for scene, rate in done.scenes.items():
            advice = "hotline case origins, hotline report: look at its script and list; govern withdraw stops it"
            log.warning("too many complaints about a scene", scene=scene, per_10000=rate, advice=advice)
        if done.linked or done.scenes:
            self._tellers.tell("notice")

    def _look(self, version: str, utc: float) -> "Done":
        from hotline.cases.origin_work import OriginWork  # with the ledger: a start need not wait for it
        from hotline.ledger.opening import Place

        if self._work is None:
            self._work = OriginWork(self._site.database, Place.of(self._site), self._tellers.webhooks("notice"))
        if self._rules is None or self._rules[0] != version:
            self._rules = version, rules_of(self._versions, version)
        rules, owners = self._rules[1], owners_of(self._versions, version)
        done = self._work.off(rules, owners, utc)
        if utc >= self._scenes_at or utc < self._scenes_at - 2 * _SCENES_EVERY_S:
            self._scenes_at = utc + _SCENES_EVERY_S
            done.scenes = self._work.complaints_by_scene(rules, owners, utc).scenes
        return done
