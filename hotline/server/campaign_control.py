"""Campaigns, as screens and the HTTP interface ask about them: a part of the running controller."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from calls.ids import AgentId, AttemptId
from dialer.campaigns.core import Campaigns
from dialer.campaigns.events import CampaignOrdered
from dialer.campaigns.settings import CampaignSettings
from dialer.pacing.ledgers import WindowCount
from hotline.campaigns.work import last_talk, work_of
from hotline.driver.live import LiveDriver
from hotline.site.site import Site
from hotline.versions.store import Versions
from hotline.views.board import Board


class CampaignControl:
    """Answers from the campaigns core, the board's counts and the ledger; changes nothing."""

    def __init__(self, site: Site, driver: LiveDriver, versions: Versions, board: Board) -> None:
        self._site = site
        self._driver = driver
        self._versions = versions
        self._board = board

    def campaigns(self) -> Mapping[str, CampaignSettings]:
        """Every published campaign, by name."""
        version = self._driver.router.register.version
        return self._versions.campaigns(version) if version else {}

    def campaign_rows(self) -> list[dict[str, Any]]:
        """Every published campaign, how it is, and what was counted."""
        known = self._core.state.campaigns
        live = Counter(contact.campaign for contact in self._driver.router.register.contacts.values())
        rows = []
        for name, settings in self.campaigns().items():
            record = known.get(name)
            now = (record.state, record.mode, record.why, record.author, record.reason) if record else ("ready",)
            words = dict(zip(("state", "mode", "why", "author", "reason"), (*now, "", "", "", "")[:5], strict=True))
            words["mode"] = words["mode"] or settings.mode
            until = record.until if record is not None else None
            counted = msgspec.to_builtins(self._board.campaigns.of(name))
            rows.append(
                {"campaign": name, "title": settings.title, **words, "until": until, "live": live[name], **counted}
            )
        return rows

    def campaign_work(self, agent: AgentId) -> dict[str, Any] | None:
        """Whom the agent is shown by a campaign, or talks to, or owes a word of."""
        return work_of(self._core.state, self.campaigns(), agent)

    def campaign_last(self, agent: AgentId) -> AttemptId | None:
        """The try of the agent's last talk for a campaign that is over."""
        return last_talk(self._core.state, agent)

    def campaign_windows(self, name: str) -> tuple[WindowCount, ...]:
        """See `Controller.campaign_windows`."""
        return self._core.windows(name)

    def campaign_state(self, name: str) -> str:
        """How a campaign is."""
        record = self._core.state.campaigns.get(name)
        return "ready" if record is None else record.state

    def campaign_refusal(self, event: CampaignOrdered) -> str:
        """Why this order changes nothing; empty where it does."""
        return self._core.refusal(event)

    async def campaign_report(
        self, settings: CampaignSettings, since: float | None, until: float | None
    ) -> dict[str, Any]:
        """The report of a campaign beside the ledger's count."""
        # loaded at the first report: they have the database's library, which a start need not wait for
        from hotline.governing.campaign_report import with_ledger
        from hotline.ledger.opening import Place
        from hotline.ledger.searching import Reader

        reader = Reader(Place.of(self._site))
        return await with_ledger(self._site.database, reader, settings, since, until, self._site.house)

    async def resting_caller_ids(self) -> dict[str, float] | None:
        """The caller ids that rest after a network's block."""
        from hotline.ledger.opening import Place  # as above
        from hotline.ledger.port import LedgerAway
        from hotline.ledger.searching import Reader

        try:
            return await Reader(Place.of(self._site)).resting(time.time())
        except LedgerAway:
            return None

    @property
    def _core(self) -> Campaigns:
        return self._driver.router.hub.campaigns
