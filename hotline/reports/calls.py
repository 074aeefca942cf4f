"""Calls of the store as the figures take them: one pass over the call log, in the order of arrival."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from calls.identity import known_by
from reporting.rows import CallRow, ReviewRow, TalkRow

_COUNT = "SELECT count(*) FROM calls WHERE arrived_at >= ? AND arrived_at < ?"
_WAITED_IN_VAIN = "c.queued_at IS NOT NULL AND c.answered_at IS NULL"
_CALLS = f"""
SELECT c.call, c.caller, c.direction, c.queue, c.arrived_at, c.queued_at, c.answered_at, c.ended_at, c.outcome,
    CASE WHEN {_WAITED_IN_VAIN} THEN
        (SELECT s.outcome FROM steps AS s WHERE s.call = c.call AND s.kind = 'queue'
            ORDER BY s."index" DESC LIMIT 1) END,
    CASE WHEN c.queued_at IS NOT NULL THEN (SELECT b.outcome FROM callbacks AS b WHERE b.call = c.call) END,
    CASE WHEN c.answered_at IS NOT NULL AND c.direction = 'in' THEN
        EXISTS (SELECT 1 FROM steps AS s WHERE s.call = c.call AND s.kind = 'survey') END,
    CASE WHEN c.answered_at IS NOT NULL THEN
        (SELECT u.score FROM surveys AS u WHERE u.call = c.call AND u.question = ?) END,
    t.role, t.agent, t.queue, t.began_at, t.ended_at, t.holds, t.held_s
FROM calls AS c LEFT JOIN talks AS t ON t.call = c.call
WHERE c.arrived_at >= ? AND c.arrived_at < ?
ORDER BY c.arrived_at
"""
"""The rows of a call come together, for they are joined to it: to have SQLite sort them, too, took a third longer."""
_AROUND = """
SELECT c.call, c.caller, c.direction, c.queue, c.arrived_at, c.queued_at, c.answered_at, c.ended_at, c.outcome,
    NULL, NULL, NULL, NULL, t.role, t.agent, t.queue, t.began_at, t.ended_at, t.holds, t.held_s
FROM calls AS c LEFT JOIN talks AS t ON t.call = c.call
WHERE c.arrived_at >= ? AND c.arrived_at < ? AND c.direction = 'in'
ORDER BY c.arrived_at
"""
_REVIEWS = """
SELECT coalesce(t.agent, ''), t.queue, r.correct
FROM talk_reviews AS r CROSS JOIN calls AS c ON c.call = r.call
CROSS JOIN talks AS t ON t.call = r.call AND t.number = r.talk
WHERE c.arrived_at >= ? AND c.arrived_at < ?
"""
_DISPOSITIONS = """
SELECT d.queue, d.disposition, count(*)
FROM talk_dispositions AS d CROSS JOIN calls AS c ON c.call = d.call
WHERE c.arrived_at >= ? AND c.arrived_at < ? GROUP BY d.queue, d.disposition
"""
_FIRST_OF_TALK = 13


def how_many(connection: sqlite3.Connection, since: float, until: float) -> int:
    """Calls that arrived from `since` on and before `until`."""
    return int(connection.execute(_COUNT, (since, until)).fetchone()[0])


def in_order(connection: sqlite3.Connection, since: float, until: float, question: str) -> Iterator[CallRow]:
    """Each call that arrived from `since` on and before `until`, with its talks, and the score given for `question`."""
    yield from _gathered(connection.execute(_CALLS, (question, since, until)))


def around(connection: sqlite3.Connection, since: float, until: float) -> Iterator[CallRow]:
    """As above, of callers' calls before and after a span: with who talked with them, and nothing else of them."""
    yield from _gathered(connection.execute(_AROUND, (since, until)))


def _gathered(rows: sqlite3.Cursor) -> Iterator[CallRow]:
    rows.arraysize = 1_000
    first: Any = None
    talks: tuple[TalkRow, ...] = ()
    for row in _fetched(rows):
        if first is not None and row[0] == first[0]:
            talks = (*talks, _talk(row))
            continue
        if first is not None:
            yield _call(first, talks)
        first, talks = row, () if row[_FIRST_OF_TALK] is None else (_talk(row),)
    if first is not None:
        yield _call(first, talks)


def reviews(connection: sqlite3.Connection, since: float, until: float) -> Iterator[ReviewRow]:
    """Each review of a talk of these calls."""
    for agent, queue, correct in connection.execute(_REVIEWS, (since, until)):
        yield ReviewRow(agent, queue, bool(correct))


def dispositions(connection: sqlite3.Connection, since: float, until: float) -> dict[str, dict[str, int]]:
    """How many talks of these calls were said to have come to what, by queue; the empty word: nothing was said."""
    found: dict[str, dict[str, int]] = {}
    for queue, word, count in connection.execute(_DISPOSITIONS, (since, until)):
        found.setdefault(queue, {})[word] = count
    return found


def _fetched(cursor: sqlite3.Cursor) -> Iterator[Any]:
    while rows := cursor.fetchmany():
        yield from rows


def _call(row: Any, talks: tuple[TalkRow, ...]) -> CallRow:
    if len(talks) > 1:
        talks = tuple(sorted(talks, key=_begin))
    call, caller, direction, queue, arrived_at, queued_at, answered_at, ended_at, outcome, left, callback = row[:11]
    return CallRow(
        call,
        known_by(caller) if direction == "in" else "",
        direction,
        queue,
        arrived_at,
        queued_at,
        answered_at,
        ended_at,
        outcome,
        left or "",
        callback or "",
        direction == "out" and caller.startswith("+"),
        talks,
        bool(row[11]),
        row[12],
    )


def _talk(row: Any) -> TalkRow:
    role, agent, queue, began_at, ended_at, holds, held_s = row[_FIRST_OF_TALK:]
    return TalkRow(role, agent or "", queue, began_at, ended_at, holds, held_s)


def _begin(talk: TalkRow) -> float:
    return talk.began_at
