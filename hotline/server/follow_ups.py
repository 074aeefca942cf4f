"""Follow-ups while the server runs: planned, put on lists, looked after, once a second beside the event loop."""

import asyncio
from pathlib import Path

import structlog

from hotline.followups.work import FollowUpWork, Worked
from hotline.server.notice_tellers import NoticeTellers
from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


class FollowUps:
    """A step of the upkeep."""

    def __init__(
        self,
        database: Path,
        versions: Versions,
        tellers: NoticeTellers,
    ) -> None:
        self._versions = versions
        self._tellers = tellers
        self._work = FollowUpWork(database, tellers.webhooks("clock"))
        self._rules: tuple[str, CaseRules] | None = None

    async def look(self, version: str, utc: float) -> None:
        """Do what is to be done at `utc` by the version that holds. Raises BadInput, sqlite3.Error."""
        done = await asyncio.to_thread(self._look, version, utc)
        if done.planned or done.asked or done.done or done.held or done.given_up or done.cancelled:
            ended = {"done": done.done, "held": done.held, "given_up": done.given_up, "cancelled": done.cancelled}
            log.info("follow-ups worked off", planned=done.planned, asked=done.asked, **ended)
        for one in done.overdue:
            log.info("follow-up is overdue", followup=one.number, rule=one.rule, case=one.case, state=one.state)
        if done.overdue:
            self._tellers.tell("clock")

    def _look(self, version: str, utc: float) -> Worked:
        rules = self._versions.follow_ups(version)
        if self._rules is None or self._rules[0] != version:
            self._rules = version, rules_of(self._versions, version)
        return self._work.off(rules, self._rules[1].dispatch, utc)
