"""Notices of cases for the bus: read from the store, so none is lost while the broker is away."""

import sqlite3

import msgspec

from hotline.bus import words
from hotline.store.marked import MarkedLog, Row

_OF_CLOCKS = "('warning', 'breach')"


class CaseNotices(MarkedLog):
    """Notices of clocks of cases behind their mark."""

    table = "case_notices"

    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest notices behind `after`."""
        return _rows(connection, f"kind IN {_OF_CLOCKS}", words.CaseClock, after, most)


class NoticesToPeople(MarkedLog):
    """Notices to people behind their mark."""

    table = "case_notices"

    def rows(self, connection: sqlite3.Connection, after: int, most: int) -> list[Row]:
        """The oldest notices behind `after`."""
        return _rows(connection, f"kind NOT IN {_OF_CLOCKS}", words.CaseNotice, after, most)


def _rows(connection: sqlite3.Connection, which: str, kind: type[msgspec.Struct], after: int, most: int) -> list[Row]:
    rows = connection.execute(
        f"SELECT row, at, body FROM case_notices WHERE row > ? AND {which} ORDER BY row LIMIT ?", (after, most)
    )
    return [Row(row, _payload(at, body, kind)) for row, at, body in rows]


def _payload(at: float, body: bytes, kind: type[msgspec.Struct]) -> bytes:
    told = {name: value for name, value in msgspec.json.decode(body).items() if name in kind.__struct_fields__}
    return msgspec.json.encode(msgspec.convert({**told, "at": at}, kind))
