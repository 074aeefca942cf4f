"""A log of the store that others are told row by row: read from the disk, and not from memory.

A mark on disk says up to which row the receiver has confirmed. So a receiver that is away for a day costs no memory, a
controller that dies costs no row, and a row may be told twice, never not at all.
"""

import asyncio
import contextlib
import os
import sqlite3
from abc import ABC, abstractmethod
from pathlib import Path
from typing import NamedTuple

from hotline.store import opening


class Row(NamedTuple):
    """What is told of a row, and its place in the log."""

    row: int
    payload: bytes


class MarkedLog(ABC):
    """A table that is only ever added to, so that its rowids grow in the order of the writes, behind its mark."""

    table: str

    def __init__(self, database: Path, mark: Path) -> None:
        """`mark` is a small file of its own."""
        self._database = database
        self._mark = mark

    @abstractmethod
    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest rows behind `after`."""

    async def next(self, most: int) -> list[Row]:
        """The oldest rows that are not confirmed. One that is new begins with the next row, not with the past."""
        return await asyncio.to_thread(self._read, most)

    async def confirm(self, row: int) -> None:
        """All up to `row` are with the receiver."""
        await asyncio.to_thread(self._write, row)

    def begin(self) -> None:
        """Set the mark at the end of the log where there is none that fits it.

        A store that is new, or was restored, ends before the mark; nothing would be told until it had grown as far.
        """
        with contextlib.closing(opening.to_read(self._database)) as connection:
            last: int = connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {self.table}").fetchone()[0]
        try:
            fits = 0 <= int(self._mark.read_text()) <= last
        except (FileNotFoundError, ValueError):
            fits = False
        if not fits:
            self._write(last)

    def _read(self, most: int) -> list[Row]:
        after = int(self._mark.read_text())
        with contextlib.closing(opening.to_read(self._database)) as connection:
            return self.rows(connection, after, most)

    def _write(self, row: int) -> None:
        unfinished = self._mark.with_suffix(".new")
        with unfinished.open("w") as file:
            file.write(str(row))
            file.flush()
            os.fsync(file.fileno())  # or a power cut may leave the name and not the number
        unfinished.replace(self._mark)
