"""Notices of clocks of cases for the bus: read from the store, so none is lost while the broker is away."""

import sqlite3

import msgspec

from hotline.bus import words
from hotline.store.marked import MarkedLog, Row


class CaseNotices(MarkedLog):
    """The notices behind their mark."""

    table = "case_notices"

    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest notices behind `after`."""
        rows = connection.execute(
            "SELECT row, at, body FROM case_notices WHERE row > ? ORDER BY row LIMIT ?", (after, most)
        )
        return [Row(row, _payload(at, body)) for row, at, body in rows]


def _payload(at: float, body: bytes) -> bytes:
    told = {
        name: value for name, value in msgspec.json.decode(body).items() if name in words.CaseClock.__struct_fields__
    }
    return msgspec.json.encode(msgspec.convert({**told, "at": at}, words.CaseClock))
