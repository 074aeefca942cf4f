"""Legal holds: calls of which nothing is deleted by retention, until the hold is released."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from calls.errors import BadInput
from hotline.store import opening

_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Who put a call on hold, when (UTC epoch seconds) and why."""

    call: str
    since: float
    who: str
    reason: str


def holds(database: Path) -> list[LegalHold]:
    """All of them, the oldest first. Raises BadInput for a store that no server of today has opened."""
    opening.must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        query = "SELECT call, since, who, reason FROM legal_holds ORDER BY since, call"
        return [LegalHold(*row) for row in connection.execute(query)]


def put(database: Path, call: str, who: str, reason: str) -> None:
    """Hold what there is of a call, from now on; also of one that has not ended. Raises BadInput.

    The server may run: the store has one row more, between two of its transactions.
    """
    _write(
        database,
        "INSERT INTO legal_holds (call, since, who, reason) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (call) DO UPDATE SET reason = excluded.reason, who = excluded.who",
        (call, time.time(), who, reason),
    )


def release(database: Path, call: str) -> None:
    """Let it go by its age again. Raises BadInput for a call that is not held."""
    if not _write(database, "DELETE FROM legal_holds WHERE call = ?", (call,)):
        raise BadInput(f"{call} is not on legal hold; hotline legal-hold lists those that are")


def _write(database: Path, statement: str, values: tuple[str | float, ...]) -> int:
    opening.must_be_of_today(database)
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as connection, connection:
            return connection.execute(statement, values).rowcount
    except sqlite3.OperationalError as error:
        raise BadInput(f"{database}: {error}; nothing was changed") from error
