"""Lists of persons and accounts: complained, vulnerable, VIP, white, partner's … as numbers have them in
`hotline.suppression`. An entry for a person holds whatever number they are called at."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec

from calls.errors import BadInput
from dialer.governor.questions import Listed
from hotline.persons.changing import changing
from hotline.persons.parties import Kind, Party
from hotline.store import opening
from hotline.store.opening import must_be_of_today
from hotline.suppression.entries import Wish

_COLUMNS = "id, kind, subject, list, scope, source, reason, author, since, until, batch, over_at, over_by, over_why"


class Entry(msgspec.Struct, frozen=True):
    """One entry of a list; instants are UTC epoch seconds."""

    id: int
    kind: Kind
    subject: str
    list: str
    scope: str
    source: str
    reason: str
    author: str
    since: float
    until: float | None
    batch: int
    over_at: float | None
    over_by: str
    over_why: str


def put(database: Path, party: Party, wish: Wish) -> int:
    """Put a person or an account on a list; the entry. One that is on it for as long already gets no second one.

    Durable when it returns. Raises BadInput, for a number, too: those have lists of their own.
    """
    now = time.time()
    party, wish = party.checked(), wish.checked(now)
    if party.kind == "number":
        raise BadInput("numbers are put on lists by hotline do-not-call add")
    with changing(database, party, now) as connection:
        return put_within(connection, party, wish, now)


def put_within(connection: sqlite3.Connection, party: Party, wish: Wish, now: float, batch: int = 0) -> int:
    """As `put`, within a transaction."""
    known = connection.execute(
        "SELECT id FROM person_lists WHERE kind = ? AND subject = ? AND list = ? AND scope = ? AND over_at IS NULL "
        "AND (until IS NULL OR until >= ?) LIMIT 1",
        (*party, wish.list, wish.scope, float("inf") if wish.until is None else wish.until),
    ).fetchone()
    if known is not None:
        return int(known[0])
    made = connection.execute(
        "INSERT INTO person_lists (kind, subject, list, scope, source, reason, author, since, until, batch) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*party, wish.list, wish.scope, wish.source, wish.reason.strip(), wish.author, now, wish.until, batch),
    )
    return int(made.lastrowid or 0)


def of_party(database: Path, party: Party, *, over: bool = False) -> list[Entry]:
    """All entries of a party, the oldest first; with `over` those that were ended, too. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        where = "" if over else " AND over_at IS NULL"
        query = f"SELECT {_COLUMNS} FROM person_lists WHERE kind = ? AND subject = ?{where} ORDER BY id"
        return [Entry(*row) for row in connection.execute(query, party)]


def read(connection: sqlite3.Connection, party: Party) -> tuple[Listed, ...]:
    """The entries of a party as the governor gets them, whether they have begun or ended."""
    query = (
        "SELECT list, scope, source, reason, since, until FROM person_lists WHERE kind = ? AND subject = ? "
        "AND over_at IS NULL ORDER BY id"
    )
    return tuple(
        Listed(list_, scope, source, reason, since, until, of=party.kind)
        for list_, scope, source, reason, since, until in connection.execute(query, party)
    )
