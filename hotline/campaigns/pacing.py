"""The pace of a campaign over time, from its tries that are over: how many were dialled, answered, abandoned in each
step of a span."""

from contextlib import closing
from pathlib import Path

import msgspec

from dialer.campaigns.settings import CampaignSettings
from hotline.campaigns.reading import reading
from hotline.campaigns.report import COUNTED


class Step(msgspec.Struct, frozen=True):
    """What was asked of the gate in one step of time, and came to an end since."""

    at: float
    """Its beginning, UTC epoch seconds."""
    dialled: int
    answered: int
    of: float
    """The calls of which abandoned ones are a share, by the campaign's denominator."""
    abandoned: float
    """Those that are known, and of the answers that were taken for machines or for silence so many as were people, by
    the campaign's own measure."""


def steps(database: Path, settings: CampaignSettings, since: float, until: float, step_s: float) -> list[Step]:
    """The steps from `since` on in which anything was dialled, the oldest first. Raises BadInput."""
    denominator = settings.pacing.denominator
    wanted = ", ".join(
        f"count(*) FILTER (WHERE {COUNTED[name]})"
        for name in ("dialled", "answered", denominator, "abandoned", "judged")
    )
    with closing(reading(database)) as connection:
        found = connection.execute(
            f"SELECT CAST((asked_at - ?1) / ?2 AS INTEGER) AS step, {wanted} FROM campaign_tries "
            "INDEXED BY campaign_tries_by_campaign "
            "WHERE campaign = ?3 AND asked_at >= ?1 AND asked_at < ?4 GROUP BY step ORDER BY step",
            (since, step_s, settings.name, until),
        ).fetchall()
    rows = []
    for step, dialled, answered, of, abandoned, judged in found:
        if not dialled:
            continue
        wrong = judged * settings.detection.false_positives if settings.detects else 0.0
        of_all = of + (wrong if denominator == "live" else 0.0)
        rows.append(Step(since + step * step_s, dialled, answered, round(of_all, 2), round(abandoned + wrong, 2)))
    return rows
