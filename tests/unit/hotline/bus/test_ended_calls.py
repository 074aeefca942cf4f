"""The calls that ended, as the bus tells them: from the mark on, and from the log's end where the mark is of no use."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline.bus.ended import EndedCalls
from hotline.store import statements

pytestmark = pytest.mark.unit


def _end_call(database: Path, call: str) -> None:
    row = (call, "1", "2", "v", "en", 1.0, None, None, 2.0, "q", None, "answered", "normal", "", "in")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statements.CALL, row)


@pytest.mark.parametrize("mark", [None, b"", b"5000", b"-1", b"\xff\x00", b"no number"])
async def test_a_mark_that_does_not_fit_the_log_begins_at_its_end(database: Path, mark: bytes | None) -> None:
    path = database.with_name("bus.mark")
    if mark is not None:
        path.write_bytes(mark)
    _end_call(database, "past")
    ended = EndedCalls(database, path)
    ended.begin()
    assert await ended.next(10) == []
    _end_call(database, "new")
    assert [b'"call":"new"' in told.payload for told in await ended.next(10)] == [True]


async def test_what_ended_while_no_controller_ran_is_told(database: Path) -> None:
    path = database.with_name("bus.mark")
    _end_call(database, "told")
    first = EndedCalls(database, path)
    first.begin()
    _end_call(database, "not yet")
    after = EndedCalls(database, path)
    after.begin()
    (waiting,) = await after.next(10)
    assert b'"call":"not yet"' in waiting.payload
    await after.confirm(waiting.row)
    assert await after.next(10) == []
