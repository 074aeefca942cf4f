"""The journal forgets what is older than the site keeps, and a replay still begins with a snapshot."""

import sqlite3
from pathlib import Path

import pytest

from hotline.journal.reading import entries_between, read, snapshots
from hotline.store import statements
from hotline.store.retention import next_piece

pytestmark = pytest.mark.unit


def forget(connection: sqlite3.Connection, before: float) -> None:
    while rows := next_piece(connection, "journal", before).rows:
        for statement, values in rows:
            connection.execute(statement, values)


def test_old_events_go_up_to_the_last_old_snapshot(database: Path) -> None:
    event = b'{"type":"Restarted"}'
    with sqlite3.connect(database) as connection:
        connection.executemany(statements.JOURNAL, [(seq, float(seq), event) for seq in range(1, 11)])
        connection.executemany(statements.SNAPSHOT, [(seq, float(seq), 100.0 + seq, b"{}") for seq in (3, 6, 9)])
        forget(connection, 107.5)
    with sqlite3.connect(database) as connection:
        assert next(snapshots(connection, before=9)) == (6, 6.0, b"{}")
        assert [entry.seq for entry in entries_between(connection, 1, 8)] == [7, 8]
        assert connection.execute("SELECT seq FROM snapshots ORDER BY seq").fetchall() == [(6,), (9,)]


def test_without_an_old_snapshot_nothing_goes(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statements.JOURNAL, (1, 1.0, b'{"type":"Restarted"}'))
        forget(connection, 1e12)
    assert len(read(database).entries) == 1
