"""The report of a campaign beside the ledger's own count of its calls: both say the same, or something is wrong."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from dialer.campaigns.settings import CampaignSettings
from hotline.campaigns.report import report
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import Reader

_COMPARED = ("dialled", "answered", "effective", "abandoned")


async def with_ledger(
    database: Path,
    reader: Reader,
    settings: CampaignSettings,
    since: float | None = None,
    until: float | None = None,
    house: str = "",
) -> dict[str, Any]:
    """The report as plain data; `ledger` has its counts of calls that are over (None: it is away, `ledger_error` says
    why), `agrees` whether they are the report's; `house`: its name, where others share the ledger. Raises BadInput
    without a store."""
    found = await asyncio.to_thread(report, database, settings, since, until)
    data: dict[str, Any] = msgspec.to_builtins(found)
    try:
        # a list that was removed has taken its tries along, and the ledger keeps its attempts
        states = await reader.totals(settings.scene, settings.name, found.since, until, house)
    except LedgerAway as error:
        return {**data, "ledger": None, "ledger_error": str(error), "agrees": None}
    counts = {
        "dialled": sum(states.get(one, 0) for one in ("attempted", "answered", "effective", "abandoned", "blocked")),
        "answered": sum(states.get(one, 0) for one in ("answered", "effective", "abandoned")),
        "effective": states.get("effective", 0),
        "abandoned": states.get("abandoned", 0),
    }
    return {**data, "ledger": counts, "agrees": all(counts[name] == data[name] for name in _COMPARED)}
