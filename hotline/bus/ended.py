"""Ended calls for the bus: read from the call log, which is durable, and not from memory.

A mark on disk says up to which row the broker has confirmed. So a broker that is away for a day costs no memory, a
controller that dies costs no call, and a call may be told twice, never not at all.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from hotline.bus import words
from hotline.store import opening
from hotline.views.masking import parties

_FIELDS = words.CallEnded.__struct_fields__


class Ended(NamedTuple):
    """A call and its place in the log."""

    row: int
    payload: bytes


class EndedCalls:
    """The call log behind the mark. `mark` is a small file of its own."""

    def __init__(self, database: Path, mark: Path) -> None:
        self._database = database
        self._mark = mark

    async def next(self, most: int) -> list[Ended]:
        """The oldest calls that are not confirmed. A bus that is new begins with the next call, not with the past."""
        return await asyncio.to_thread(self._read, most)

    async def confirm(self, row: int) -> None:
        """All up to `row` are with the broker."""
        await asyncio.to_thread(self._write, row)

    def begin(self) -> None:
        """Set the mark at the end of the log where there is none that fits it.

        A store that is new, or was restored, ends before the mark; no call would be told until it had grown as far.
        """
        with contextlib.closing(opening.to_read(self._database)) as connection:
            last: int = connection.execute("SELECT coalesce(max(rowid), 0) FROM calls").fetchone()[0]
        try:
            fits = 0 <= int(self._mark.read_text()) <= last
        except (FileNotFoundError, ValueError):
            fits = False
        if not fits:
            self._write(last)

    def _read(self, most: int) -> list[Ended]:
        after = int(self._mark.read_text())
        with contextlib.closing(opening.to_read(self._database)) as connection:
            # the table is only ever added to and never vacuumed, so rowids grow in the order of the writes
            rows = connection.execute(
                f"SELECT rowid, {', '.join(_FIELDS)} FROM calls WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, most)
            ).fetchall()
        return [Ended(row, _payload(values)) for row, *values in rows]

    def _write(self, row: int) -> None:
        unfinished = self._mark.with_suffix(".new")
        with unfinished.open("w") as file:
            file.write(str(row))
            file.flush()
            os.fsync(file.fileno())  # or a power cut may leave the name and not the number
        unfinished.replace(self._mark)


def _payload(values: list[object]) -> bytes:
    row = dict(zip(_FIELDS, values, strict=True))
    row["caller"], row["called"] = parties(str(row["direction"]), str(row["caller"]), str(row["called"]))
    return msgspec.json.encode(msgspec.convert(row, words.CallEnded))
