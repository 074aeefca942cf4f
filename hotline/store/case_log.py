"""The audit log of cases in the store: entries chained by hashes, so that whatever is altered afterwards shows.

Each row has the digest of what it says, and a hash over the row before it, its own number and its digest. A row that is
changed, taken out or put in breaks the chain there; one that is cut off at the end shows to whoever kept the last hash.
Retention takes author and fields of an entry away and leaves its digest: the chain goes on over it.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from complaints.audit import Entry

_COLUMNS = "number, at, author, kind, fields, written_at, replaces"
_ENTRIES = f'SELECT {_COLUMNS} FROM case_entries WHERE "case" = ? AND erased_at IS NULL ORDER BY number'
_LAST = "SELECT row, hash FROM case_entries ORDER BY row DESC LIMIT 1"
_APPEND = f'INSERT INTO case_entries (row, "case", {_COLUMNS}, digest, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
_ALL = f'SELECT row, "case", {_COLUMNS}, digest, hash, erased_at FROM case_entries ORDER BY row'
_ERASE = "UPDATE case_entries SET author = '', fields = '{}', erased_at = ? WHERE \"case\" = ? AND erased_at IS NULL"

Values = tuple[int, float, str, str, str, float, int]
"""The columns of an entry as they are stored."""


class Head(NamedTuple):
    """The last row of the chain: keep it elsewhere, and nobody can cut the log off before it."""

    row: int
    hash: str


class Verified(NamedTuple):
    """What a walk along the chain found. `fault` empty: nothing was altered; else `row` is the first altered one."""

    rows: int
    erased: int
    head: Head
    fault: str = ""
    row: int = 0
    case: str = ""


def entries(connection: sqlite3.Connection, case: str) -> list[Entry]:
    """The entries of a case in the order in which they were written."""
    return [_entry(values) for values in connection.execute(_ENTRIES, (case,))]


def append(connection: sqlite3.Connection, case: str, new: Iterable[Entry]) -> Head:
    """Write entries down, within a transaction that holds the store's lock already (BEGIN IMMEDIATE)."""
    row, last = connection.execute(_LAST).fetchone() or (0, "")
    for entry in new:
        row += 1
        values = _values(entry)
        digest = _digest(case, values)
        last = _hash(last, row, digest)
        connection.execute(_APPEND, (row, case, *values, digest, last))
    return Head(row, last)


def erase(connection: sqlite3.Connection, case: str, at: float) -> int:
    """Take away what the entries of a case say, and leave their digests; how many there were."""
    return connection.execute(_ERASE, (at, case)).rowcount


def head(connection: sqlite3.Connection) -> Head:
    """The last row; row 0 of an empty log."""
    return Head(*(connection.execute(_LAST).fetchone() or (0, "")))


def verify(connection: sqlite3.Connection, known: Head | None = None) -> Verified:
    """Walk along the whole chain. With `known`, a head that somebody kept, also see that it is still there."""
    row, last, erased = 0, "", 0
    for number, case, *rest in connection.execute(_ALL):
        *values, digest, hashed, erased_at = rest
        fault = ""
        if number != row + 1:
            fault = f"row {row + 1} is missing" if number > row + 1 else f"row {number} is out of order"
            return Verified(row, erased, Head(row, last), fault, row + 1, case)
        if erased_at is None and _digest(case, tuple(values)) != digest:
            fault = f"row {number}, entry {values[0]} of case {case}, does not say what was written"
        elif _hash(last, number, digest) != hashed:
            fault = f"row {number}, entry {values[0]} of case {case}, does not follow the row before it"
        elif known is not None and number == known.row and hashed != known.hash:
            fault = f"row {number} is not the one that was kept: the log was written anew"
        if fault:
            return Verified(row, erased, Head(row, last), fault, number, case)
        row, last, erased = number, hashed, erased + (erased_at is not None)
    if known is not None and known.row > row:
        return Verified(row, erased, Head(row, last), f"rows {row + 1} to {known.row} were cut off", row + 1)
    return Verified(row, erased, Head(row, last))


def _values(entry: Entry) -> Values:
    fields = msgspec.json.encode(entry.fields, order="deterministic").decode()
    at, written_at = float(entry.at), float(entry.known_from)
    return (entry.number, at, entry.author, entry.kind, fields, written_at, entry.replaces)


def _entry(values: Values) -> Entry:
    number, at, author, kind, fields, written_at, replaces = values
    return Entry(number, at, author, kind, msgspec.json.decode(fields), written_at, replaces)


def _digest(case: str, values: tuple[object, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode((case, *values))).hexdigest()


def _hash(before: str, row: int, digest: str) -> str:
    return hashlib.sha256(f"{before}\n{row}\n{digest}".encode()).hexdigest()
