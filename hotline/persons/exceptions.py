"""Exceptions that were granted to one person, number or account: each has an author, a reason and an end.

What an exception spares from stands in a policy (`exceptions:`, `holds_for: granted`); never from a locked rule.
"""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from calls.errors import BadInput
from hotline.persons.changing import changing, words
from hotline.persons.parties import Kind, Party
from hotline.store import opening
from hotline.store.opening import must_be_of_today

_NAME = re.compile(r"[a-z][\w.-]{0,127}")
LONGEST_S = 366 * 86_400.0
"""What is needed for longer is no exception: the policy is to say it."""
_COLUMNS = "id, kind, subject, exception, reason, author, since, until, batch, over_at, over_by, over_why"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody grants. `until` is the end, not included."""

    exception: str
    reason: str
    author: str
    until: float

    def checked(self, now: float) -> "Grant":
        """Itself. Raises BadInput for what cannot be so."""
        words("-", self.reason, self.author)
        if not _NAME.fullmatch(self.exception):
            raise BadInput(f"{self.exception[:40]!r} is no exception: POLICY.NAME, as the policy has it")
        if self.until <= now:
            raise BadInput("the exception has ended already")
        if self.until > now + LONGEST_S:
            raise BadInput("an exception lasts for a year at most: what is needed for longer belongs into the policy")
        return self


class Granted(msgspec.Struct, frozen=True):
    """An exception as it stands in the store."""

    id: int
    kind: Kind
    subject: str
    exception: str
    reason: str
    author: str
    since: float
    until: float
    batch: int
    over_at: float | None
    over_by: str
    over_why: str


class Spell(NamedTuple):
    """An exception's name, begin and end."""

    exception: str
    since: float
    until: float


def grant(database: Path, party: Party, given: Grant) -> int:
    """Grant an exception, from now on; its number. Durable when it returns. Raises BadInput."""
    now = time.time()
    party, given = party.checked(), given.checked(now)
    with changing(database, party, now) as connection:
        return grant_within(connection, party, given, now)


def grant_within(connection: sqlite3.Connection, party: Party, given: Grant, now: float, batch: int = 0) -> int:
    """As `grant`, within a transaction. One that is granted for as long already gets no second row."""
    known = connection.execute(
        "SELECT id FROM granted_exceptions WHERE kind = ? AND subject = ? AND exception = ? AND over_at IS NULL "
        "AND until >= ? LIMIT 1",
        (*party, given.exception, given.until),
    ).fetchone()
    if known is not None:
        return int(known[0])
    made = connection.execute(
        "INSERT INTO granted_exceptions (kind, subject, exception, reason, author, since, until, batch) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*party, given.exception, given.reason.strip(), given.author, now, given.until, batch),
    )
    return int(made.lastrowid or 0)


def granted(database: Path, party: Party | None = None, *, over: bool = False, most: int = 1_000) -> list[Granted]:
    """Those of a party, or of all, the newest first; with `over` those that ended, too. Raises BadInput."""
    must_be_of_today(database)
    where, values = ["1"], list[object]()
    if party is not None:
        where.append("kind = ? AND subject = ?")
        values += party
    if not over:
        where.append("over_at IS NULL AND until > ?")
        values.append(time.time())
    with closing(opening.to_read(database)) as connection:
        query = f"SELECT {_COLUMNS} FROM granted_exceptions WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"
        return [Granted(*row) for row in connection.execute(query, (*values, most))]


def read(connection: sqlite3.Connection, party: Party) -> tuple[Spell, ...]:
    """Those of a party as the governor's look-up keeps them."""
    query = "SELECT exception, since, until FROM granted_exceptions WHERE kind = ? AND subject = ? AND over_at IS NULL"
    return tuple(Spell(*row) for row in connection.execute(query, party))
