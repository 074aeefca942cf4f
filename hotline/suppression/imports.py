"""Imports of whole files into a list: a hundred million numbers, streamed into a snapshot beside the store."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from calls.errors import BadInput
from hotline.site import number_file
from hotline.site.number_file import UnreadableLine
from hotline.site.number_set import NumberSet
from hotline.store import opening
from hotline.store.opening import must_be_of_today
from hotline.store.transactions import writing
from hotline.suppression import snapshot
from hotline.suppression.entries import Wish, noted
from hotline.suppression.snapshot import Snapshot

_COLUMNS = (
    "id, list, scope, source, reason, author, since, until, snapshot, sha256, numbers, lines, unreadable, replaced_by, "
    "over_at, over_by, over_why"
)
_MOST_TOLD = 1_000


class Import(msgspec.Struct, frozen=True):
    """One file that was imported; what it says holds for each of its numbers."""

    id: int
    list: str
    scope: str
    source: str
    reason: str
    author: str
    since: float
    until: float | None
    snapshot: str
    sha256: str
    numbers: int
    lines: int
    unreadable: int
    replaced_by: int | None
    over_at: float | None
    over_by: str
    over_why: str

    def in_force(self, at: float) -> bool:
        """Whether it holds at this instant."""
        return self.over_at is None and (self.until is None or self.until > at)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. `made` is None where nothing was imported, for its unreadable lines."""

    made: int | None
    numbers: int
    lines: int
    unreadable: tuple[UnreadableLine, ...]
    """The first thousand of them."""
    unreadable_count: int
    replaced: tuple[int, ...] = ()
    """The earlier imports of the same source."""


def import_file(
    database: Path,
    folder: Path,
    path: Path,
    wish: Wish,
    region: str,
    *,
    load_the_rest: bool = False,
    progress: Callable[[int, int], None] = lambda lines, bytes_read: None,
) -> Imported:
    """Import the numbers of a file as dialled in `region` (ISO 3166); `folder` takes the snapshot.

    An earlier import of the same list, scope and source is replaced, all at once. A line without a number refuses the
    whole file, since somebody on it must not be called, unless `load_the_rest`. `progress` hears of lines and bytes
    read. Not for an event loop. Raises OSError, UnicodeError for no text, BadInput.
    """
    at = time.time()
    wish.checked(at)
    must_be_of_today(database)
    checksum = number_file.checksum(path)
    numbers, short, lines = NumberSet(), set[str](), 0
    unreadable: list[UnreadableLine] = []
    unreadable_count = 0
    for part in number_file.parts(path, region):
        numbers.add(part.international)
        short.update(part.short)
        unreadable += part.unreadable[: _MOST_TOLD - len(unreadable)]
        unreadable_count += len(part.unreadable)
        lines = part.lines
        progress(lines, part.bytes_read)
    taken = Snapshot(numbers.freeze(), frozenset(short))
    refused = bool(unreadable_count) and not load_the_rest
    if refused or not len(taken):
        if not refused:
            raise BadInput(f"{path}: there is no number in it; to take an import off, use `hotline do-not-call undo`")
        return Imported(None, len(taken), lines, tuple(unreadable), unreadable_count)
    made, replaced = keep(database, folder, taken, wish, checksum, lines, unreadable_count)
    return Imported(made, len(taken), lines, tuple(unreadable), unreadable_count, replaced)


def keep(
    database: Path, folder: Path, taken: Snapshot, wish: Wish, checksum: str, lines: int, unreadable: int
) -> tuple[int, tuple[int, ...]]:
    """Put these numbers in force as an import: its id, and those of the imports that it replaces.

    Durable when it returns. Raises OSError and BadInput: then nothing was changed.
    """
    name = f"{wish.list}-{time.time_ns()}.numbers"
    snapshot.write(folder / name, taken)
    try:
        with writing(database) as connection:
            made, replaced = _made(connection, wish, name, checksum, len(taken), lines, unreadable)
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise
    _tidy(database, folder, replaced)
    return made, replaced


def _made(
    connection: sqlite3.Connection, wish: Wish, name: str, checksum: str, numbers: int, lines: int, unreadable: int
) -> tuple[int, tuple[int, ...]]:
    at = time.time()
    earlier = [
        row[0]
        for row in connection.execute(
            "SELECT id FROM suppression_imports WHERE list = ? AND scope = ? AND source = ? AND over_at IS NULL",
            (wish.list, wish.scope, wish.source),
        )
    ]
    made = connection.execute(
        "INSERT INTO suppression_imports (list, scope, source, reason, author, since, until, snapshot, sha256, "
        "numbers, lines, unreadable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(wish.list, wish.scope, wish.source, wish.reason.strip(), wish.author, at, wish.until),
            *(name, checksum, numbers, lines, unreadable),
        ),
    ).lastrowid
    for one in earlier:
        connection.execute(
            "UPDATE suppression_imports SET over_at = ?, over_by = ?, over_why = ?, replaced_by = ? WHERE id = ?",
            (at, wish.author, f"replaced by import-{made}", made, one),
        )
        noted(connection, at, import_=one)
    noted(connection, at, import_=made)
    return int(made or 0), tuple(earlier)


def undo(database: Path, folder: Path, import_: int, author: str, why: str) -> list[int]:
    """Take an import off; those that it had replaced hold again, and are returned.

    Raises BadInput for one that there is not, or that is over.
    """
    if not why.strip():
        raise BadInput("say why it is taken off: --reason")
    at = time.time()
    with writing(database) as connection:
        found = next((one for one in _all(connection) if one.id == import_), None)
        if found is None:
            raise BadInput(f"no import-{import_}; `hotline do-not-call` lists them")
        if found.over_at is not None:
            raise BadInput(f"import-{import_} is over already: {found.over_why}")
        connection.execute(
            "UPDATE suppression_imports SET over_at = ?, over_by = ?, over_why = ? WHERE id = ?",
            (at, author, why.strip(), import_),
        )
        noted(connection, at, import_=import_)
        again = [one for one in _all(connection) if one.replaced_by == import_ and (folder / one.snapshot).exists()]
        for one in again:
            connection.execute(
                "UPDATE suppression_imports SET over_at = NULL, over_by = '', over_why = '', replaced_by = NULL "
                "WHERE id = ?",
                (one.id,),
            )
            noted(connection, at, import_=one.id)
    return [one.id for one in again]


def imports(database: Path, *, over: bool = False) -> list[Import]:
    """The imports that were not taken off, oldest first; with `over` all. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        return [one for one in _all(connection) if over or one.over_at is None]


def not_over(connection: sqlite3.Connection) -> list[Import]:
    """The imports that were not taken off, oldest first."""
    return [one for one in _all(connection) if one.over_at is None]


def _all(connection: sqlite3.Connection) -> list[Import]:
    return [Import(*row) for row in connection.execute(f"SELECT {_COLUMNS} FROM suppression_imports ORDER BY id")]


def _tidy(database: Path, folder: Path, replaced: tuple[int, ...]) -> None:
    """Delete the snapshots of imports that were replaced before the last one: an undo goes one step back."""
    for one in imports(database, over=True):
        if one.replaced_by is not None and one.id not in replaced and one.replaced_by in replaced:
            with contextlib.suppress(OSError):
                (folder / one.snapshot).unlink()
