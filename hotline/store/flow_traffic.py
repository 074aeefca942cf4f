"""The traffic of a flow: how many calls of the log came to each step, which way they went on, and who left where."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from hotline.store import opening

MOST_CALLS = 20_000
"""The newest calls of the span that are counted: a busy house's day has more than a page can wait for."""
_CALLS = "SELECT count(*) FROM (SELECT 1 FROM calls WHERE arrived_at >= :since LIMIT :most)"
_WALKED = (
    'WITH recent AS (SELECT "call" FROM calls WHERE arrived_at >= :since ORDER BY arrived_at DESC LIMIT :most),'
    " walked AS (SELECT s.step, s.outcome,"
    ' lead(s.step) OVER (PARTITION BY s."call" ORDER BY s."index") AS following'
    ' FROM recent JOIN steps AS s ON s."call" = recent."call" WHERE s.flow = :flow)'
    " SELECT step, following, outcome = 'caller_left' OR outcome LIKE 'caller_left;%', count(*) FROM walked"
    " GROUP BY 1, 2, 3"
)


def traffic(database: Path, flow: str, since: float, most: int = MOST_CALLS) -> dict[str, Any]:
    """Of the calls that arrived since then (UTC epoch seconds), the newest `most`: `calls`, how many there were in all
    flows; `steps`, by step how often it was come to (`times`) and how often the caller hung up in it (`left`); `ways`,
    how often one step of this flow followed another."""
    bound = {"flow": flow, "since": since, "most": most}
    steps: dict[str, dict[str, int]] = {}
    ways: dict[tuple[str, str], int] = {}
    with closing(opening.to_read(database)) as connection:
        (calls,) = connection.execute(_CALLS, bound).fetchone()
        for step, following, left, times in _walked(connection, bound):
            counted = steps.setdefault(step, {"times": 0, "left": 0})
            counted["times"] += times
            if left and following is None:
                counted["left"] += times
            if following is not None:
                ways[step, following] = ways.get((step, following), 0) + times
    told = [{"from": step, "to": following, "times": times} for (step, following), times in ways.items()]
    return {"since": since, "calls": calls, "most": most, "steps": steps, "ways": told}


def _walked(connection: sqlite3.Connection, bound: dict[str, Any]) -> sqlite3.Cursor:
    return connection.execute(_WALKED, bound)
