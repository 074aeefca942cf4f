"""Entries of lists in the store: put on with source, reason and end, taken off again, never deleted.

Every change is one row of the log more, in the same transaction: by it other processes, and other sites, learn of it.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from calls.errors import BadInput
from hotline.store import opening

DO_NOT_CALL = "do_not_call"
"""The list of the house itself."""
GROUP = "group"
"""The list of the group that the house belongs to."""

_LIST = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCOPE = re.compile(r"(campaign|scene|category):[\w./-]{1,80}")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,11}")
_PATIENCE_S = 10.0
_COLUMNS = "id, list, kind, number, scope, source, reason, author, since, until, over_at, over_by, over_why"
_IN_FORCE = "over_at IS NULL AND (until IS NULL OR until > ?)"

Kind = Literal["number", "prefix", "lifted"]


class Entry(msgspec.Struct, frozen=True):
    """One entry of a list; instants are UTC epoch seconds."""

    id: int
    list: str
    kind: Kind
    """`lifted`: an import of the list does not hold for this number."""
    number: str
    scope: str
    source: str
    reason: str
    author: str
    since: float
    until: float | None
    over_at: float | None
    over_by: str
    over_why: str

    def in_force(self, at: float) -> bool:
        """Whether it holds at this instant."""
        return self.over_at is None and (self.until is None or self.until > at)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to put on a list, and why."""

    list: str = DO_NOT_CALL
    scope: str = ""
    source: str
    reason: str
    author: str
    until: float | None = None

    def checked(self, at: float) -> "Wish":
        """Itself. Raises BadInput for a list or scope that is none, a missing reason, an end that is past."""
        check_place(self.list, self.scope)
        if not self.reason.strip() or not self.source.strip() or not self.author.strip():
            raise BadInput("an entry needs a reason, a source and an author: say why, and who asked for it")
        if self.until is not None and self.until <= at:
            raise BadInput("the end of the entry is past: it would never hold")
        return self


def check_place(list_: str, scope: str) -> None:
    """Raises BadInput for the name of a list or a scope that is none."""
    if not _LIST.fullmatch(list_):
        raise BadInput(f"{list_!r} is no list: a small letter, then small letters, digits and _, at most 40")
    if scope and not _SCOPE.fullmatch(scope):
        raise BadInput(f"{scope!r} is no scope: campaign:NAME, scene:NAME, category:NAME, or nothing for everywhere")


def checked_prefix(prefix: str) -> str:
    """Itself. Raises BadInput for what is no beginning of a number of E.164."""
    if not _PREFIX.fullmatch(prefix):
        raise BadInput(f"{prefix!r} is no prefix: a plus, the country's code and the digits behind it, as +86170")
    return prefix


def add(database: Path, numbers: Iterable[str], wish: Wish, at: float, kind: Kind = "number") -> list[int]:
    """Put these numbers (E.164, short codes; or prefixes) on a list at the instant `at`; the ids of their entries.

    One that is on it for as long already gets no second entry. Durable when it returns. Raises BadInput.
    """
    wish.checked(at)
    with writing(database) as connection:
        return [add_within(connection, number, wish, at, kind) for number in numbers]


def add_within(connection: sqlite3.Connection, number: str, wish: Wish, at: float, kind: Kind) -> int:
    """As `add`, for one, within a transaction."""
    known = connection.execute(
        f"SELECT id FROM suppression_entries WHERE number = ? AND list = ? AND scope = ? AND kind = ? AND {_IN_FORCE} "
        "AND (until IS NULL OR until >= ?) LIMIT 1",
        (number, wish.list, wish.scope, kind, at, float("inf") if wish.until is None else wish.until),
    ).fetchone()
    if known is not None:
        return int(known[0])
    end = connection.execute(
        "INSERT INTO suppression_entries (list, kind, number, scope, source, reason, author, since, until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (wish.list, kind, number, wish.scope, wish.source, wish.reason.strip(), wish.author, at, wish.until),
    )
    noted(connection, at, entry=end.lastrowid)
    return int(end.lastrowid or 0)


def end(database: Path, entry: int, author: str, why: str, at: float) -> Entry:
    """End one entry; it stays in the history. Raises BadInput for one that there is not, or that is over."""
    if not why.strip():
        raise BadInput("say why it is taken off: --reason")
    with writing(database) as connection:
        found = one(connection, entry)
        if found is None:
            raise BadInput(f"no entry {entry}; `hotline do-not-call history NUMBER` shows those of a number")
        if found.over_at is not None:
            raise BadInput(f"entry {entry} is over already: {found.over_by} took it off")
        end_entries(connection, [entry], author, why, at)
    return found


def end_entries(connection: sqlite3.Connection, ids: Iterable[int], author: str, why: str, at: float) -> None:
    """End these, within a transaction."""
    for entry in ids:
        connection.execute(
            "UPDATE suppression_entries SET over_at = ?, over_by = ?, over_why = ? WHERE id = ?",
            (at, author, why.strip(), entry),
        )
        noted(connection, at, entry=entry)


def one(connection: sqlite3.Connection, entry: int) -> Entry | None:
    """The entry with this id."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM suppression_entries WHERE id = ?", (entry,)).fetchone()
    return None if row is None else Entry(*row)


def of_number(connection: sqlite3.Connection, number: str, *, over: bool = False) -> list[Entry]:
    """Entries of a number, oldest first, prefixes not among them; with `over` also those that were taken off."""
    where = "" if over else " AND over_at IS NULL"
    query = f"SELECT {_COLUMNS} FROM suppression_entries WHERE number = ? AND kind <> 'prefix'{where} ORDER BY id"
    return [Entry(*row) for row in connection.execute(query, (number,))]


def prefixes(connection: sqlite3.Connection) -> list[Entry]:
    """All prefixes that were not taken off."""
    query = f"SELECT {_COLUMNS} FROM suppression_entries WHERE kind = 'prefix' AND over_at IS NULL ORDER BY id"
    return [Entry(*row) for row in connection.execute(query)]


def all_in_force(connection: sqlite3.Connection, at: float, list_: str | None = None) -> Iterator[Entry]:
    """All entries that hold, oldest first; of one list."""
    query = f"SELECT {_COLUMNS} FROM suppression_entries WHERE {_IN_FORCE}{'' if list_ is None else ' AND list = ?'}"
    yield from (Entry(*row) for row in connection.execute(query, (at,) if list_ is None else (at, list_)))


def noted(connection: sqlite3.Connection, at: float, entry: int | None = None, import_: int | None = None) -> None:
    """A row of the log, within the transaction of the change."""
    connection.execute("INSERT INTO suppression_log (at, entry, import) VALUES (?, ?, ?)", (at, entry, import_))


@contextlib.contextmanager
def writing(database: Path) -> Iterator[sqlite3.Connection]:
    """A transaction on the store, durable at its end. The server may run. Raises BadInput: then nothing was changed."""
    require_today(database)
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()  # nothing where a full disk has ended it already: its error is the one to tell
                raise
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise BadInput(f"{database}: {error}; nothing was changed") from error


def require_today(database: Path) -> None:
    """Raises BadInput for a store without today's tables."""
    opening.must_be_of_today(database)
