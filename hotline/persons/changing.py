"""Changes of what is known of persons: each in one transaction with a row that tells other processes whom it is about.

Nothing is deleted. What was noted by mistake is ended, with who did it and why; so is a whole imported file.
"""

import contextlib
import getpass
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

from calls.errors import BadInput
from hotline.persons.parties import Party
from hotline.store.transactions import writing

Table = Literal["consents", "person_lists", "granted_exceptions"]
TABLES: tuple[Table, ...] = get_args(Table)
NAMES: dict[Table, str] = {"consents": "consent", "person_lists": "entry", "granted_exceptions": "exception"}
IMPORT = "import"
"""The kind of a change that may be about anybody."""
_MOST_SUBJECT = 255


def noted(connection: sqlite3.Connection, at: float, kind: str, subject: str) -> int:
    """A row of the changes, within the transaction of the change; its number."""
    made = connection.execute(
        "INSERT INTO person_changes (at, kind, subject) VALUES (?, ?, ?)", (at, kind, subject[:_MOST_SUBJECT])
    )
    return int(made.lastrowid or 0)


@contextlib.contextmanager
def changing(database: Path, party: Party, at: float) -> Iterator[sqlite3.Connection]:
    """A transaction about one party, durable at its end. Raises BadInput: then nothing was changed."""
    with writing(database) as connection:
        yield connection
        noted(connection, at, party.kind, party.key)


def words(source: str, reason: str, author: str) -> None:
    """Raises BadInput for an empty reason, source or author; one that is not asked for is given as a dash."""
    if not source.strip() or not reason.strip() or not author.strip():
        raise BadInput("say why, where it comes from, and who says so")


def end(database: Path, table: Table, row: int, by: str, why: str) -> Party:
    """End one row, which stays in the history; whom it was about. Raises BadInput for one that there is not, or that is
    over already."""
    words("-", why, by)
    at = time.time()
    with writing(database) as connection:
        found = connection.execute(
            f"SELECT kind, subject, over_by, over_at FROM {table} WHERE id = ?", (row,)
        ).fetchone()
        if found is None:
            raise BadInput(f"there is no {NAMES[table]} {row}")
        if found[3] is not None:
            raise BadInput(f"{NAMES[table]} {row} is over already: {found[2]} ended it")
        connection.execute(
            f"UPDATE {table} SET over_at = ?, over_by = ?, over_why = ? WHERE id = ?", (at, by, why.strip(), row)
        )
        noted(connection, at, found[0], found[1])
    return Party(found[0], found[1])


def end_import(database: Path, table: Table, batch: int, by: str, why: str) -> int:
    """End all rows that one import brought and that hold still; how many. Raises BadInput where there are none."""
    words("-", why, by)
    at = time.time()
    with writing(database) as connection:
        ended = connection.execute(
            f"UPDATE {table} SET over_at = ?, over_by = ?, over_why = ? WHERE batch = ? AND batch <> 0 "
            "AND over_at IS NULL",
            (at, by, why.strip(), batch),
        ).rowcount
        if not ended:
            raise BadInput(f"import-{batch} brought no {NAMES[table]} that holds still")
        noted(connection, at, IMPORT, f"undone: import-{batch}")
    return ended


def user() -> str:
    """Who runs this, where nobody else is named."""
    return getpass.getuser()
