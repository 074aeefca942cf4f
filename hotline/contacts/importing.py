"""Importing a list of contacts: read, checked, merged, and in the store whole, or not at all.

Rows go into the store in small transactions, between which the server writes its own, under a list whose state is
`loading`. Nobody sees it until the last transaction says `ready`; a list that was cut off before is taken out by the
next import. So memory holds a thousand rows at a time, and of the others which numbers and persons were seen.
"""

import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from pyroaring import BitMap

from calls.errors import BadInput
from calls.numbers import REGIONS
from hotline.contacts import rows as contact_rows
from hotline.contacts.cells import numbers_of, zone_of
from hotline.contacts.columns import Columns, Role, found
from hotline.contacts.rows import Contact, Problem
from hotline.contacts.tables import Row, open_table
from hotline.site.number_set import NumberSet
from hotline.store import opening
from hotline.store.statements import upsert

_NAME = re.compile(r"[\w.-]{1,64}")
_AT_ONCE = 1_000
_GATHERED = 100_000
"""Numbers that wait in memory (25 MB) until they are written in their order: a page of the store that takes up many of
them is written once, and not for each."""
_NUMBERS_AT_ONCE = 4_000
"""Of those in one transaction: a server's writer waits for it, some 20 ms."""
_PAUSE_S = 0.002
_PATIENCE_S = 10.0
_MOST_TOLD = 1_000
_OF_CAMPAIGNS = ("campaign_contacts", "campaign_cursors", "campaign_tries")
"""What campaigns know of people goes when their list is removed, and stays when another takes its place."""
_READY = "SELECT id FROM contact_lists WHERE name = ? AND state = 'ready'"
CONTACT = upsert("contacts", "list row", "person account name attributes")
NUMBER = upsert("contact_numbers", "list number", "row place zone")
PROBLEM = upsert("contact_problems", "list row place", "kind column reason winner")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported, and how it is to be read. What is None is found out."""

    name: str
    region: str
    author: str
    zone: str = ""
    """IANA, of numbers whose row names none."""
    columns: dict[str, Role] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    replace: bool = False

    def checked(self) -> "Wanted":
        """Itself. Raises BadInput."""
        if not _NAME.fullmatch(self.name):
            raise BadInput(f"{self.name!r} is no name of a list: letters, digits, '.', '_' and '-', at most 64")
        if self.region not in REGIONS:
            raise BadInput(f"{self.region!r} is no region: two letters of ISO 3166, as CN")
        if self.zone:
            try:
                zone_of(self.zone)
            except ValueError as error:
                raise BadInput(str(error)) from error
        return self


class Summary(msgspec.Struct):
    """What came of an import."""

    name: str
    file: str
    form: dict[str, str]
    columns: dict[str, str]
    rows: int = 0
    contacts: int = 0
    numbers: int = 0
    merged: int = 0
    """Rows that are part of an earlier one now."""
    rejected: int = 0
    """Rows of which nothing is loaded."""
    problems: list[Problem] = []
    """The first thousand; all are in the store."""
    took_s: float = 0.0


def import_list(
    database: Path, path: Path, wanted: Wanted, progress: Callable[[int, float], None] = lambda rows, share: None
) -> Summary:
    """Import the contacts of a file. `progress` hears of rows read, and the share of the file from 0 to 1.

    All of it is in the store when this returns, or nothing. Not for an event loop. Raises OSError, BadInput.
    """
    wanted.checked()
    opening.must_be_of_today(database)
    began = time.perf_counter()
    with _alone(database), contextlib.closing(_connection(database)) as store:
        _sweep(store)
        taken = store.execute(
            "SELECT id FROM contact_lists WHERE name = ? AND state = 'ready'", (wanted.name,)
        ).fetchone()
        if taken is not None and not wanted.replace:
            raise BadInput(f"there is a list {wanted.name} already: take another name, or --replace it")
        table = open_table(
            path, wanted.region, encoding=wanted.encoding, delimiter=wanted.delimiter, sheet=wanted.sheet
        )
        with contextlib.closing(table.rows):
            columns, left = _columns(table.rows, wanted)
            summary = Summary(wanted.name, path.name, table.form, columns.told())
            checksum = _checksum(path)
            loading = _Loading(store, summary, _begun(store, wanted, summary, checksum))
            try:
                size = max(path.stat().st_size, 1)
                for read, part in _parts(contact_rows.read(left, columns, wanted.region, wanted.zone)):
                    loading.take(part)
                    progress(read, min(1.0, read * max(loading.bytes_seen / max(read, 1), 1) / size))
                if not summary.rows:
                    raise BadInput("there is no row in it but the heading")
                if taken is not None and not summary.contacts:
                    told = f"nobody in it can be called: the list {wanted.name} stays as it was"
                    raise BadInput(f"{told}; --dry-run tells why, row by row")
                loading.finish(taken, wanted)
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk: the next import takes it out
                    _drop(store, loading.list)
                raise
        if taken is not None:
            _drop(store, taken[0])
    summary.took_s = time.perf_counter() - began
    return summary


def _parts(read: Iterator[Contact | Problem]) -> Iterator[tuple[int, list[Contact | Problem]]]:
    count = 0
    while part := list(itertools.islice(read, _AT_ONCE)):
        count += len(part)
        yield count, part


def _columns(rows: Iterator[Row], wanted: Wanted) -> tuple[Columns, Iterator[Row]]:
    """The columns by the first row, and the rows that are left, among them the first where it is no heading."""
    first = next(rows, None)
    if first is None:
        raise BadInput("there is no row in it")
    if first.problem:
        raise BadInput(f"line {first.line}: {first.problem}")
    has_number = any(_is_number(cell, wanted.region) for cell in first.cells)
    columns = found(first.cells, wanted.columns, has_number)
    return columns, itertools.chain([first], rows) if has_number else rows


def _is_number(cell: str, region: str) -> bool:
    try:
        return bool(cell.strip() and numbers_of(cell.strip(), region))
    except ValueError:
        return False


class _Loading:
    """One list on its way into the store."""

    def __init__(self, store: sqlite3.Connection, summary: Summary, list_: int) -> None:
        self.list = list_
        self.bytes_seen = 0
        self._store = store
        self._summary = summary
        self._numbers = NumberSet()
        self._persons = BitMap()
        """A checksum of each key: one that is not here was not seen, one that is here is asked of the store."""
        self._new_contacts: list[tuple[object, ...]] = []
        self._new_numbers: dict[str, tuple[int, int, str]] = {}
        """Row, place and zone of numbers that are not in the store yet."""
        self._places: dict[int, int] = {}
        """The last place of each row that has some of them."""
        self._problems: list[Problem] = []
        self._place = 0

    def take(self, part: list[Contact | Problem]) -> None:
        """Put these rows into the store, in one transaction."""
        self._store.execute("BEGIN IMMEDIATE")
        try:
            self._summary.rows += len(part)
            self._look_at_sizes(part)
            for one in part:
                if isinstance(one, Problem):
                    self._summary.rejected += 1
                    self._problems.append(one)
                else:
                    self._problems += one.problems
                    self._contact(one)
            self._flush()
            self._tell()
        except BaseException:
            self._store.rollback()  # nothing where a full disk has ended it already
            raise
        self._store.execute("COMMIT")
        time.sleep(_PAUSE_S)  # let the server's writer have its turn
        if len(self._new_numbers) >= _GATHERED:
            self._write_numbers()

    def finish(self, earlier: tuple[int] | None, wanted: Wanted) -> None:
        """Let it be seen, in the place of an earlier one. Durable, with all before it, when this returns."""
        self._write_numbers()
        done = self._summary
        self._store.execute("PRAGMA synchronous=FULL")
        self._store.execute("BEGIN IMMEDIATE")
        if earlier is not None:
            self._store.execute("UPDATE contact_lists SET state = 'removed' WHERE id = ?", earlier)
        self._store.execute(
            "UPDATE contact_lists SET state = 'ready', rows = ?, contacts = ?, numbers = ?, merged = ?, rejected = ?, "
            "at = ? WHERE id = ?",
            (done.rows, done.contacts, done.numbers, done.merged, done.rejected, time.time(), self.list),
        )
        self._store.execute("COMMIT")

    def _contact(self, one: Contact) -> None:
        checksum = zlib.crc32(one.person.encode()) if one.person else None
        winner = self._of_person(one.person) if checksum is not None and checksum in self._persons else None
        numbers = []
        for number, zone in one.numbers:
            plain = int(number[1:])
            if plain in self._numbers:
                holder = self._of_number(number)
                if holder != winner:
                    told = f"this number stands at row {holder} already"
                    self._problems.append(Problem(one.row, "duplicate", "", told, holder))
                continue
            numbers.append((number, zone))
        if winner is None and not numbers:
            winner = self._of_number(one.numbers[0][0])
            told = f"all its numbers stand at row {winner}, or before"
        else:
            told = f"the same person as in row {winner}"
        if winner is None:
            self._new_contacts.append(
                (self.list, one.row, one.person, one.account, one.name, msgspec.json.encode(one.attributes).decode())
            )
            self._summary.contacts += 1
            if checksum is not None:
                self._persons.add(checksum)
            self._number(one.row, 1, numbers)
        else:
            self._problems.append(Problem(one.row, "merged", "", told, winner))
            self._summary.merged += 1
            if numbers or one.attributes or one.account or one.name:
                self._merge(one, winner, numbers)

    def _look_at_sizes(self, part: list[Contact | Problem]) -> None:
        """For the share of the file that is read: by every tenth row."""
        for one in part[::10]:
            if isinstance(one, Contact):
                self.bytes_seen += 10 * (24 + sum(map(len, one.attributes.values())) + len(one.name))

    def _number(self, row: int, place: int, numbers: list[tuple[str, str]]) -> None:
        if not numbers:
            return
        for count, (number, zone) in enumerate(numbers, start=place):
            self._new_numbers[number] = row, count, zone
            self._numbers.put(int(number[1:]))
        self._places[row] = place + len(numbers) - 1
        self._summary.numbers += len(numbers)

    def _merge(self, one: Contact, winner: int, numbers: list[tuple[str, str]]) -> None:
        """What the earlier row lacks comes from this one, if it is of the same person; its numbers behind those."""
        self._flush()
        where = (self.list, winner)
        person, account, name, kept = self._store.execute(
            "SELECT person, account, name, attributes FROM contacts WHERE list = ? AND row = ?", where
        ).fetchone()
        if person != one.person:
            return
        attributes = {**one.attributes, **msgspec.json.decode(kept)}
        self._store.execute(
            "UPDATE contacts SET account = ?, name = ?, attributes = ? WHERE list = ? AND row = ?",
            (account or one.account, name or one.name, msgspec.json.encode(attributes).decode(), *where),
        )
        last = self._places.get(winner)
        if last is None:
            query = "SELECT max(place) FROM contact_numbers WHERE list = ? AND row = ?"
            (last,) = self._store.execute(query, where).fetchone()
        self._number(winner, last + 1, numbers)

    def _of_person(self, person: str) -> int | None:
        self._flush()
        query = "SELECT row FROM contacts WHERE list = ? AND person = ? AND person <> ''"
        row = self._store.execute(query, (self.list, person)).fetchone()
        return None if row is None else int(row[0])

    def _of_number(self, number: str) -> int:
        if (new := self._new_numbers.get(number)) is not None:
            return new[0]
        query = "SELECT row FROM contact_numbers WHERE list = ? AND number = ?"
        return int(self._store.execute(query, (self.list, number)).fetchone()[0])

    def _flush(self) -> None:
        self._store.executemany(CONTACT, self._new_contacts)
        self._new_contacts.clear()

    def _write_numbers(self) -> None:
        """Put all numbers that wait into the store, in their order, in several transactions."""
        waiting = iter(sorted(self._new_numbers.items()))
        while part := [(self.list, number, *rest) for number, rest in itertools.islice(waiting, _NUMBERS_AT_ONCE)]:
            self._store.execute("BEGIN IMMEDIATE")
            try:
                self._store.executemany(NUMBER, part)
            except BaseException:
                self._store.rollback()  # nothing where a full disk has ended it already
                raise
            self._store.execute("COMMIT")
            time.sleep(_PAUSE_S)
        self._new_numbers.clear()
        self._places.clear()

    def _tell(self) -> None:
        rows = []
        for problem in self._problems:
            self._place += 1
            rows.append((self.list, problem.row, self._place, *problem[1:]))
        self._store.executemany(PROBLEM, rows)
        self._summary.problems += self._problems[: _MOST_TOLD - len(self._summary.problems)]
        self._problems.clear()


def _begun(store: sqlite3.Connection, wanted: Wanted, summary: Summary, checksum: str) -> int:
    form = msgspec.json.encode({**summary.form, "columns": summary.columns}).decode()
    made = store.execute(
        "INSERT INTO contact_lists (name, state, file, sha256, region, zone, form, rows, contacts, numbers, merged, "
        "rejected, author, at) VALUES (?, 'loading', ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?)",
        (*(wanted.name, summary.file, checksum, wanted.region, wanted.zone, form, wanted.author, time.time()),),
    )
    return int(made.lastrowid or 0)


def _sweep(store: sqlite3.Connection) -> None:
    """Take out what an import left that was cut off, and lists that are removed."""
    for (list_,) in store.execute("SELECT id FROM contact_lists WHERE state <> 'ready'").fetchall():
        _drop(store, list_)


def _drop(store: sqlite3.Connection, list_: int) -> None:
    """Delete a list, in small pieces. It is seen by nobody from the first on."""
    store.execute("UPDATE contact_lists SET state = 'removed' WHERE id = ?", (list_,))
    for table, key in (("contact_numbers", "number"), ("contacts", "row"), ("contact_problems", "place")):
        some = f"SELECT {key} FROM {table} WHERE list = ?1 LIMIT {_AT_ONCE}"
        while store.execute(f"DELETE FROM {table} WHERE list = ?1 AND {key} IN ({some})", (list_,)).rowcount:
            time.sleep(_PAUSE_S)
    store.execute("DELETE FROM contact_lists WHERE id = ?", (list_,))


def remove(database: Path, name: str) -> None:
    """Delete a list and all who are on it. Raises BadInput for one that there is not."""
    with _alone(database), contextlib.closing(_connection(database)) as store:
        _sweep(store)
        row = store.execute(_READY, (name,)).fetchone()
        if row is None:
            raise BadInput(f"no list {name}; `hotline lists` shows those that there are")
        _drop(store, row[0])
        for table in _OF_CAMPAIGNS:  # a list that took the place of another one has left its rows until now
            store.execute(f"DELETE FROM {table} WHERE list NOT IN (SELECT id FROM contact_lists)")


@contextlib.contextmanager
def _alone(database: Path) -> Iterator[None]:
    """One import at a time: what another has not finished is not swept away. Raises BadInput while one goes on."""
    lock = os.open(database.with_name("contacts.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadInput("another list is being imported; wait until it is done") from error
    finally:
        os.close(lock)


def _connection(database: Path) -> sqlite3.Connection:
    store = sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")  # the last transaction is FULL, and with it all before is on the disk
    store.execute("PRAGMA cache_size=-65536")
    return store


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
