"""Retention: which rows and files are older than a site keeps them, kind by kind, and how they go in small pieces.

What is on legal hold stays. A call's row stays as long as a recording or a case of it is there, and a recording as long
as a case of its call is there: so nothing loses its story before it goes itself. Days are counted from the end of the
call, or the day the row was written. Only reads; who deletes carries the statements of a `Piece` out.
"""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "cases", "recordings", "voicemail", "calls", "followups", "answers", "waits", "agent_states", "overrides",
    "unanswered", "journal",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they go: a case that goes lets the recordings of its call go in the same run."""

OF_A_CALL = (
    "answers", "call_agents", "callbacks", "calls", "declines", "legs", "rungs", "steps", "surveys",
    "talk_dispositions", "talk_reviews", "talks", "transfers", "unanswered_times", "webhook_outbox",
)  # fmt: skip
"""Tables whose rows go with their call: the call's row itself, and what was logged of it."""

OF_A_CASE = (
    "DELETE FROM cases WHERE number = ?",
    'DELETE FROM case_contacts WHERE "case" = ?',
    'DELETE FROM case_matches WHERE ?1 IN ("case", other)',
    'DELETE FROM case_heads WHERE "case" = ?',
    'DELETE FROM case_clocks WHERE "case" = ?',
    'DELETE FROM case_notices WHERE "case" = ?',
    'DELETE FROM answers WHERE followup IN (SELECT number FROM followups WHERE "case" = ?)',
    'DELETE FROM followup_log WHERE followup IN (SELECT number FROM followups WHERE "case" = ?)',
    'DELETE FROM followups WHERE "case" = ?',
    'DELETE FROM case_origins WHERE "case" = ?',
    'DELETE FROM case_origin_looks WHERE "case" = ?',
    "UPDATE case_entries SET author = '', fields = '{}', erased_at = CAST(strftime('%s', 'now') AS REAL)"
    ' WHERE "case" = ?',
)
"""What goes with a case. Its entries lose author and fields, and keep their digests: see hotline.store.case_log."""

OF_A_FOLLOW_UP = (
    "DELETE FROM answers WHERE followup = ?",
    "DELETE FROM followup_log WHERE followup = ?",
    "DELETE FROM followups WHERE number = ?",
)

_NOT_HELD = "NOT EXISTS (SELECT 1 FROM legal_holds AS h WHERE h.call = {0}.call)"
_NO_CASE = "NOT EXISTS (SELECT 1 FROM cases AS k WHERE k.call = {0}.call)"
_NO_RECORDING = "NOT EXISTS (SELECT 1 FROM recordings AS r WHERE r.call = {0}.call)"
_NO_CALLBACK = "NOT EXISTS (SELECT 1 FROM callbacks AS b WHERE b.call = {0}.call AND b.outcome = 'booked')"
_RECORDED = (
    "FROM recordings AS r CROSS JOIN calls AS c ON c.call = r.call"  # this way round: there are more calls without any
    " WHERE c.ended_at < :before AND r.kind = '{0}'"
)
_OLD = {
    "cases": "FROM cases AS c WHERE c.opened_at < :before",
    "recordings": _RECORDED.format("talk"),
    "voicemail": _RECORDED.format("message"),
    "calls": "FROM calls AS c WHERE c.arrived_at < :before AND c.ended_at < :before",
    "followups": "FROM followups AS c WHERE c.changed_at < :before AND c.\"case\" = ''",
    "answers": "FROM answers AS c WHERE c.at < :before AND c.call = '' AND c.followup IS NULL",
    "waits": "FROM waits AS c WHERE c.joined_at < :before",
    "agent_states": "FROM agent_states AS c WHERE c.since < :before",
    "overrides": "FROM overrides AS c WHERE c.over_at < :before",
    "unanswered": "FROM unanswered AS c WHERE c.last_at < :before",
    "journal": "FROM journal AS c WHERE c.seq <= (SELECT max(seq) FROM snapshots WHERE utc < :before)",
}
"""What is older than the site keeps, whether something keeps it or not. The journal goes up to a snapshot."""
_KEPT_BY: dict[str, Sequence[str]] = {
    "cases": (_NOT_HELD, 'NOT EXISTS (SELECT 1 FROM case_heads AS o WHERE o."case" = {0}.number AND o.is_open)'),
    "recordings": (_NOT_HELD, _NO_CASE),
    "voicemail": (_NOT_HELD, _NO_CASE),
    "calls": (_NOT_HELD, _NO_CASE, _NO_RECORDING, _NO_CALLBACK),
    "followups": ("c.state IN ('done', 'not_wanted', 'cancelled')",),
    "answers": (),
    "waits": (_NOT_HELD,),
    "agent_states": (),
    "overrides": (),
    "unanswered": (),
    "journal": (),
}
_AT = {
    "cases": "c.opened_at",
    "recordings": "c.ended_at",
    "voicemail": "c.ended_at",
    "calls": "c.ended_at",
    "followups": "c.changed_at",
    "answers": "c.at",
    "waits": "c.joined_at",
    "agent_states": "c.since",
    "overrides": "c.over_at",
    "unanswered": "c.last_at",
}
_ORDER = {**_AT, "recordings": "r.rowid", "voicemail": "r.rowid", "calls": "c.arrived_at"}
"""By an index: the oldest first, or nearly so, without sorting all that is old for each piece."""
_KEY = {"cases": "c.number", "recordings": "r.path", "voicemail": "r.path", "calls": "c.call", "followups": "c.number"}
_ROWS = {"cases": 200, "recordings": 100, "voicemail": 100, "calls": 100, "followups": 200}
_SMALL_ROWS = 2_000
"""Of events, and of what nothing hangs on."""

Row = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """What of one kind would go, as `hotline retention --dry-run` shows it."""

    kind: Kind
    count: int
    oldest: float | None
    """UTC epoch seconds; None where nothing would go, and for the journal, whose instants are not of the wall clock."""
    size: int | None
    """Bytes: of files, and of the journal's events; None for other rows."""
    kept: int
    """Older than the site keeps, and kept all the same: by a legal hold, or by something that hangs on it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """So much goes at once: files first, then their rows, in one transaction. Without rows there is nothing left."""

    rows: list[Row] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """`rows[i]` is that of `files[i]`, where there are files."""
    count: int = 0


def found(connection: sqlite3.Connection, kind: Kind, before: float) -> Found:
    """Count what would go of what is older than `before` (UTC epoch seconds). Looks at each file's size."""
    bound = {"before": before}
    (old,) = connection.execute(f"SELECT count(*) {_OLD[kind]}", bound).fetchone()
    if kind == "journal":
        count, size = connection.execute(f"SELECT count(*), sum(length(c.event)) {_OLD[kind]}", bound).fetchone()
        return Found(kind, count, None, size or 0, 0)
    going = _going(kind)
    count, oldest = connection.execute(f"SELECT count(*), min({_AT[kind]}) {going}", bound).fetchone()
    size = None
    if kind in ("recordings", "voicemail"):
        size = sum(_size(path) for (path,) in connection.execute(f"SELECT r.path {going}", bound))
    return Found(kind, count, oldest, size, old - count)


def next_piece(connection: sqlite3.Connection, kind: Kind, before: float, skip: int = 0) -> Piece:
    """What goes next of what is older than `before` (UTC epoch seconds), the oldest first, after `skip` that cannot."""
    match kind:
        case "journal":
            (count,) = connection.execute(
                f"SELECT count(*) FROM (SELECT 1 {_OLD[kind]} LIMIT {_SMALL_ROWS})", {"before": before}
            ).fetchone()
            return Piece([*_forget_events(before)], count=count) if count else Piece()
        case "answers" | "waits" | "agent_states" | "overrides" | "unanswered":
            rowids = connection.execute(
                f"SELECT c.rowid {_going(kind)} ORDER BY {_ORDER[kind]} LIMIT {_SMALL_ROWS}", {"before": before}
            ).fetchall()
            return Piece([(f"DELETE FROM {kind} WHERE rowid = ?", row) for row in rowids], count=len(rowids))
        case _:
            keys = connection.execute(
                f"SELECT {_KEY[kind]} {_going(kind)} ORDER BY {_ORDER[kind]} LIMIT {_ROWS[kind]} OFFSET :skip",
                {"before": before, "skip": skip},
            ).fetchall()
    if kind == "cases":
        return Piece([(statement, key) for statement in OF_A_CASE for key in keys], count=len(keys))
    if kind == "followups":
        return Piece([(statement, key) for statement in OF_A_FOLLOW_UP for key in keys], count=len(keys))
    if kind == "calls":
        statements = [f'DELETE FROM {table} WHERE "call" = ?' for table in OF_A_CALL]
        return Piece([(statement, key) for statement in statements for key in keys], count=len(keys))
    rows = [("DELETE FROM recordings WHERE path = ?", key) for key in keys]
    return Piece(rows, [path for (path,) in keys], len(keys))


def _forget_events(before: float) -> Sequence[Row]:
    """The oldest of the journal; the snapshots before it when all of it is gone. The last old one stays."""
    last = "(SELECT max(seq) FROM snapshots WHERE utc < ?)"
    oldest = f"SELECT seq FROM journal WHERE seq <= {last} ORDER BY seq LIMIT {_SMALL_ROWS}"
    return (
        (f"DELETE FROM journal WHERE seq IN ({oldest})", (before,)),
        (f"DELETE FROM snapshots WHERE seq < {last}", (before,)),
    )


def _going(kind: Kind) -> str:
    alias = "r" if kind in ("recordings", "voicemail") else "c"
    return " AND ".join([_OLD[kind], *(one.format(alias) for one in _KEPT_BY[kind])])


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
