"""Campaigns on the board: what was dialled, answered, denied and deferred since the controller began."""

import msgspec

from dialer.campaigns.commands import LogTry

_KEPT = 10_000


class CampaignTotals(msgspec.Struct):
    """Counts of one campaign."""

    dialled: int = 0
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    denied: int = 0
    deferred: int = 0


class CampaignCounts:
    """Counts tries that are over, each once: one whose disposition comes later is told again."""

    def __init__(self) -> None:
        self._totals: dict[str, CampaignTotals] = {}
        self._told: dict[str, None] = {}
        """The last tries, in the order in which they were told."""

    def of(self, campaign: str) -> CampaignTotals:
        """The counts of a campaign; zeros of one that nobody was dialled for."""
        return self._totals.get(campaign) or CampaignTotals()

    def count(self, one: LogTry) -> bool:
        """Count a try; False where it was counted before."""
        if one.attempt in self._told:
            return False
        self._told[one.attempt] = None
        if len(self._told) > _KEPT:
            del self._told[next(iter(self._told))]
        totals = self._totals.setdefault(one.campaign, CampaignTotals())
        totals.dialled += one.placed_at is not None
        totals.answered += one.answered_at is not None
        totals.connected += one.connected_at is not None
        totals.abandoned += one.abandoned
        totals.denied += one.verdict == "deny"
        totals.deferred += one.verdict == "defer"
        return True
