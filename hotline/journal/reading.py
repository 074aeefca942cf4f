"""Reading the journal: its newest snapshot and its events, in the order in which they were taken."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from calls.ids import Instant
from control.messages import events
from hotline.journal.snapshots import unpacked
from hotline.store import opening

END = 2**62
"""A number that no event has."""

decoder: msgspec.json.Decoder[events.RouterEvent] = msgspec.json.Decoder(events.RouterEvent)
"""Of an event as the journal holds it, in the store and ahead of it."""


class Entry(NamedTuple):
    """One event of the journal: its number, counted from 1, and the instant at which it was taken."""

    seq: int
    at: Instant
    event: events.RouterEvent


class Snapshot(NamedTuple):
    """The router's whole state, all events up to the number `seq` included."""

    seq: int
    at: Instant
    stored: bytes
    """The state as its row has it, packed or as it is."""

    @property
    def state(self) -> bytes:
        """The state as the router wrote it. Raises ValueError where the row is broken."""
        return unpacked(self.stored)


class Left(NamedTuple):
    """The end of a journal: the newest snapshot (if any) and the entries after it. `seq` and `at` are the last ones."""

    snapshot: Snapshot | None
    entries: list[Entry]
    seq: int
    at: Instant


def read(database: Path, whole: bool = False) -> Left:
    """The newest snapshot and every entry after it; `whole`: every entry that is kept, and no snapshot."""
    with contextlib.closing(opening.to_read(database)) as connection:
        return left(connection, None if whole else next(snapshots(connection), None))


class Tail:
    """The end of a journal, read from the store as it is asked for, again by each iteration, and what is ahead of it.

    Thousands of events at once, taken up by each new controller, would stay in its memory as holes.
    """

    def __init__(self, database: Path, first: int, last: int, unstored: Sequence[Entry]) -> None:
        """The entries of the store from number `first` to `last`, both included, then `unstored`."""
        self._database, self._first, self._last, self._unstored = database, first, last, unstored

    def __len__(self) -> int:
        return max(0, self._last - self._first + 1) + len(self._unstored)

    def __iter__(self) -> Iterator[Entry]:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            yield from entries_between(connection, self._first, self._last)
        yield from self._unstored


def ends(connection: sqlite3.Connection) -> tuple[int, int, Instant]:
    """The number of the first entry that is kept, and number and instant of the last; zeros for an empty journal."""
    (first,) = connection.execute("SELECT min(seq) FROM journal").fetchone()
    last = connection.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, 0, 0.0) if last is None else (first, *last)


def left(connection: sqlite3.Connection, snapshot: Snapshot | None) -> Left:
    """The end of a journal, as from `snapshot`; None: every entry that is kept."""
    entries = list(entries_between(connection, 1 if snapshot is None else snapshot.seq + 1, END))
    if entries:
        return Left(snapshot, entries, entries[-1].seq, entries[-1].at)
    return Left(None, [], 0, 0.0) if snapshot is None else Left(snapshot, [], snapshot.seq, snapshot.at)


def snapshots(connection: sqlite3.Connection, before: int = END, utc: float | None = None) -> Iterator[Snapshot]:
    """The snapshots without the event number `before`, newest first; with `utc` (epoch seconds), none taken later."""
    query = "SELECT seq, at, state FROM snapshots WHERE seq < ? AND (? IS NULL OR utc <= ?) ORDER BY seq DESC LIMIT 1"
    while (row := connection.execute(query, (before, utc, utc)).fetchone()) is not None:
        yield Snapshot(*row)
        before = row[0]


def entries_between(connection: sqlite3.Connection, first: int, last: int) -> Iterator[Entry]:
    """The entries from number `first` to `last`, both included, read as they are asked for."""
    rows = connection.execute(
        "SELECT seq, at, event FROM journal WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last)
    )
    for seq, at, event in rows:
        yield Entry(seq, at, decoder.decode(event))
