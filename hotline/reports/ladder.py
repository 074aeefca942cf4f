"""Rungs of the store as the figures take them."""

import sqlite3

from reporting.ladder import HandOverSums, RungRow

_SPAN = "c.arrived_at >= ? AND c.arrived_at < ? AND c.direction = 'in'"
_RUNGS = f"""
SELECT r.rung, r.because, count(*), sum(r.ended_at - r.began_at)
FROM calls AS c CROSS JOIN rungs AS r ON r.call = c.call WHERE {_SPAN}
GROUP BY r.rung, r.because
"""
_HAND_OVERS = f"""
WITH first AS (
    SELECT c.call AS call, c.arrived_at AS arrived_at, min(CASE WHEN r.rung = 'person' THEN r.began_at END) AS person_at
    FROM calls AS c CROSS JOIN rungs AS r ON r.call = c.call WHERE {_SPAN} GROUP BY c.call
), spoken AS (
    SELECT first.person_at - first.arrived_at AS wasted_s, (
        SELECT sum(r.ended_at - r.began_at) FROM rungs AS r WHERE r.call = first.call AND r.rung = 'robot'
            AND (first.person_at IS NULL OR r.began_at < first.person_at)) AS robot_s
    FROM first
)
SELECT count(wasted_s), coalesce(sum(wasted_s), 0.0), count(wasted_s + robot_s),
    coalesce(sum(CASE WHEN wasted_s IS NOT NULL THEN robot_s END), 0.0),
    coalesce(sum(wasted_s IS NULL AND robot_s IS NOT NULL), 0)
FROM spoken
"""


def rung_rows(connection: sqlite3.Connection, since: float, until: float) -> list[RungRow]:
    """Stays by rung and reason, of callers who came from `since` on and before `until` (UTC epoch seconds)."""
    return [RungRow(*row) for row in connection.execute(_RUNGS, (since, until))]


def hand_over_sums(connection: sqlite3.Connection, since: float, until: float) -> HandOverSums:
    """What these callers had behind them when they came to a person."""
    return HandOverSums(*connection.execute(_HAND_OVERS, (since, until)).fetchone())
