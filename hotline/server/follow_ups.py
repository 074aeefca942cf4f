"""Follow-ups while the server runs: planned, put on lists, looked after, once a second beside the event loop."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import structlog

from hotline.followups.work import FollowUpWork, Worked
from hotline.site.webhooks import WebhookSettings
from hotline.versions.case_rules import CaseRules, rules_of
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


class FollowUps:
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
        self._work = FollowUpWork(database, self._wanted)
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
            for tell in self._tellers:
                tell()
            for webhook in self._wanted:
                self._on_written(webhook)

    def _look(self, version: str, utc: float) -> Worked:
        rules = self._versions.follow_ups(version)
        if self._rules is None or self._rules[0] != version:
            self._rules = version, rules_of(self._versions, version)
        return self._work.off(rules, self._rules[1].dispatch, utc)
