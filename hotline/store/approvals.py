"""Approvals in the store: written by people through commands, read by the gate and by calls.

`of` says of what; each kind has a table of its own, with its name by the column `of`. Of policies, reading and writing
is `policy_approvals`' own: an approval of one keeps the policy, too.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Literal

from calls.errors import BadInput
from dialer.scenes.approval import Approval
from hotline.store import opening

_PATIENCE_S = 10.0
_REST = "version, approver, at, reason, effective_from, effective_until, withdrawn_at, withdrawn_by, withdrawn_because"

Of = Literal["scene", "answer"]
Withdrawn = Literal["scene", "answer", "policy"]


def approvals(database: Path, scene: str | None = None, *, of: Of = "scene") -> list[Approval]:
    """All of them, the oldest first; of one scene (or answer), or of every one. Raises BadInput for a store that no
    release of today has opened, or that cannot be read."""
    opening.must_be_of_today(database)
    where, values = ("", ()) if scene is None else (f" WHERE {of} = ?", (scene,))
    try:
        with closing(opening.to_read(database)) as connection:
            rows = connection.execute(f"SELECT {of}, {_REST} FROM {of}_approvals{where} ORDER BY number", values)
            return [Approval(**dict(zip(Approval.__struct_fields__, row, strict=True))) for row in rows]
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; the approvals cannot be read") from error


def state(database: Path, *, of: Withdrawn = "scene") -> tuple[int, int]:
    """Changes with every approval and every withdrawal, and with nothing else. Raises as `approvals`."""
    opening.must_be_of_today(database)
    try:
        with closing(opening.to_read(database)) as connection:
            query = f"SELECT coalesce(max(number), 0), count(withdrawn_at) FROM {of}_approvals"
            last, withdrawn = connection.execute(query).fetchone()
            return int(last), int(withdrawn)
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; the approvals cannot be read") from error


def add(database: Path, given: Iterable[Approval], user: str, *, of: Of = "scene") -> None:
    """Write approvals down, all or none. `user`: of the machine, or the token's name. Raises BadInput.

    The server may run: the store has some rows more, between two of its transactions.
    """
    opening.must_be_of_today(database)
    statement = (
        f"INSERT INTO {of}_approvals ({of}, version, approver, at, reason, effective_from, effective_until,"
        ' "user")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    rows = [
        (one.scene, one.version, one.approver, one.at, one.reason, one.effective_from, one.effective_until, user)
        for one in given
    ]
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as connection, connection:
            connection.executemany(statement, rows)
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; nothing was approved") from error


def withdraw(database: Path, names: Iterable[str], by: str, because: str, at: float, *, of: Withdrawn = "scene") -> int:
    """Withdraw every approval of these that holds, all or none; how many there were. Raises BadInput."""
    opening.must_be_of_today(database)
    statement = (
        f"UPDATE {of}_approvals SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_because = ?"
        f" WHERE {of} = ? AND withdrawn_at IS NULL"
    )
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as connection, connection:
            return connection.executemany(statement, [(at, by, because, name) for name in names]).rowcount
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; nothing was withdrawn") from error
