"""The report of a campaign: what was asked, dialled, answered and abandoned, from its tries that are over."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from dialer.campaigns.settings import CampaignSettings
from dialer.pacing.settings import Denominator
from hotline.campaigns.reading import reading

_TALKS = ("talked", "flow_done")
_NOBODY = "('machine', 'silence')"
"""Results of answers that no person gave."""
COUNTED: dict[str, str] = {
    "dialled": "placed_at IS NOT NULL",
    "answered": "answered_at IS NOT NULL",
    "live": f"answered_at IS NOT NULL AND result NOT IN {_NOBODY}",
    "abandoned": "abandoned",
    "judged": f"answered_at IS NOT NULL AND result IN {_NOBODY}",
}
"""Conditions of SQL on a try: what it counts as. `judged` was taken for no person."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a campaign, or of a span of it: of tries that are over, by the instant of the question."""

    campaign: str
    scene: str
    since: float | None
    """As it was asked for; else the first question that there is, None without any."""
    until: float | None
    asked: int
    """Questions to the gate that have their answer; some that were allowed were not dialled all the same."""
    dialled: int
    denied: int
    deferred: int
    by_rule: dict[str, int]
    """Of what was denied and deferred."""
    answered: int
    connected: int
    """To an agent, or the flow has spoken."""
    effective: int
    """Talks that count as such in the ledger."""
    abandoned: int
    """People for whom nobody was there, who went while they were judged, or of whom it is known that detection took
    them for a machine (these are `taken_for_machine` in `results`)."""
    false_positives: float
    """Of calls that were taken for machines or for silence, so many were people by the campaign's own measure. Nobody
    knows which; they count as abandoned in `abandoned_percent`, and not in `abandoned`, which the ledger has, too."""
    abandoned_percent: float | None
    """Of `of` calls, and of the `false_positives` where the denominator is `live`; None where there were none."""
    denominator: Denominator
    """What abandoned ones are a share of: `live` answers by people, all `answered`, all `dialled`."""
    of: int
    double_dialled: int
    """Calls that were placed while another one of the campaign to the same number or row was up."""
    results: dict[str, int]
    """How calls ended, where no agent has said more."""
    dispositions: dict[str, int]
    people_dialled: int
    """Rows of the lists that were dialled, once or more."""


def report(
    database: Path, settings: CampaignSettings, since: float | None = None, until: float | None = None
) -> Report:
    """The report of tries asked at or after `since` and before `until` (UTC epoch seconds). Raises BadInput."""
    span = "campaign = :campaign AND asked_at >= :since AND asked_at < :until"
    values = {
        "campaign": settings.name,
        "since": -1e18 if since is None else since,
        "until": 1e18 if until is None else until,
    }
    ineffective = [one.name for one in settings.dispositions if not one.effective]
    talks = f"answered_at IS NOT NULL AND NOT abandoned AND result IN ({_words(_TALKS)})"
    effective = f"{talks} AND disposition NOT IN ({_words(ineffective)})"
    sums = COUNTED | {
        "denied": "verdict = 'deny'",
        "deferred": "verdict = 'defer'",
        "connected": "connected_at IS NOT NULL",
        "effective": effective,
    }
    with closing(reading(database)) as connection:
        columns = ", ".join(f"count(*) FILTER (WHERE {where}) AS {name}" for name, where in sums.items())
        asked, first, *counts = connection.execute(
            f"SELECT count(*), min(asked_at), {columns} FROM campaign_tries WHERE {span}", values
        ).fetchone()
        found: dict[str, int] = dict(zip(sums, counts, strict=True))
        people = connection.execute(
            f"SELECT count(DISTINCT list || '.' || row) FROM campaign_tries WHERE {span} AND placed_at IS NOT NULL",
            values,
        ).fetchone()[0]
        denominator = settings.pacing.denominator
        of = found[denominator]
        wrong = found["judged"] * settings.detection.false_positives if settings.detects else 0.0
        return Report(
            campaign=settings.name,
            scene=settings.scene,
            since=first if since is None else since,
            until=until,
            asked=asked,
            dialled=found["dialled"],
            denied=found["denied"],
            deferred=found["deferred"],
            by_rule=_counted(connection, "rule", f"{span} AND rule <> ''", values),
            answered=found["answered"],
            connected=found["connected"],
            effective=found["effective"],
            abandoned=found["abandoned"],
            false_positives=round(wrong, 2),
            abandoned_percent=_percent(found["abandoned"] + wrong, of + (wrong if denominator == "live" else 0.0)),
            denominator=denominator,
            of=of,
            double_dialled=_double(connection, span, values),
            results=_counted(connection, "result", f"{span} AND placed_at IS NOT NULL AND result <> ''", values),
            dispositions=_counted(connection, "disposition", f"{span} AND disposition <> ''", values),
            people_dialled=people,
        )


def _percent(abandoned: float, of: float) -> float | None:
    return round(100 * abandoned / of, 2) if of >= 1.0 else None


def _counted(connection: sqlite3.Connection, column: str, where: str, values: dict[str, Any]) -> dict[str, int]:
    query = f"SELECT {column}, count(*) FROM campaign_tries WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(connection.execute(query, values).fetchall())


def _double(connection: sqlite3.Connection, span: str, values: dict[str, Any]) -> int:
    """Tries that began while an earlier one to the same number, or of the same row, was not over."""
    before = "max(coalesce(ended_at, 1e18)) OVER (PARTITION BY {} ORDER BY placed_at, attempt ROWS {})"
    rows = "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    query = (
        "SELECT count(*) FROM (SELECT placed_at, "
        f"{before.format('number', rows)} AS of_number, {before.format('list, row', rows)} AS of_row "
        f"FROM campaign_tries WHERE {span} AND placed_at IS NOT NULL) "
        "WHERE placed_at < coalesce(of_number, 0) OR placed_at < coalesce(of_row, 0)"
    )
    return int(connection.execute(query, values).fetchone()[0])


def _words(names: list[str] | tuple[str, ...]) -> str:
    """Names, which have letters, digits and _ only, as a list of SQL."""
    return ", ".join(f"'{name}'" for name in names)
