"""Ended calls for the bus: read from the call log, which is durable, and not from memory."""

import sqlite3

import msgspec

from hotline.bus import words
from hotline.store.marked import MarkedLog, Row
from hotline.views.masking import parties

_FIELDS = words.CallEnded.__struct_fields__


class EndedCalls(MarkedLog):
    """The call log behind its mark."""

    table = "calls"

    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest calls behind `after`, with numbers masked."""
        rows = connection.execute(
            f"SELECT rowid, {', '.join(_FIELDS)} FROM calls WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, most)
        )
        return [Row(row, _payload(values)) for row, *values in rows]


def _payload(values: list[object]) -> bytes:
    row = dict(zip(_FIELDS, values, strict=True))
    row["caller"], row["called"] = parties(str(row["direction"]), str(row["caller"]), str(row["called"]))
    return msgspec.json.encode(msgspec.convert(row, words.CallEnded))
