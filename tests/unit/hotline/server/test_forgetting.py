"""The journal forgets what is older than the site keeps, and a replay still begins with a snapshot."""

import sqlite3
from pathlib import Path

import pytest

from hotline.journal.reading import entries_between, read, snapshots
from hotline.store import opening, statements

pytestmark = pytest.mark.unit


def test_old_facts_go_up_to_the_last_old_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    event = b'{"type":"Restarted"}'
    with sqlite3.connect(path) as connection:
        connection.executemany(statements.JOURNAL, [(seq, float(seq), event) for seq in range(1, 11)])
        connection.executemany(statements.SNAPSHOT, [(seq, float(seq), 100.0 + seq, b"{}") for seq in (3, 6, 9)])
        connection.execute(statements.FORGET_EVENTS, (107.5,))
        connection.execute(statements.FORGET_SNAPSHOTS, (107.5,))
    with sqlite3.connect(path) as connection:
        assert next(snapshots(connection, before=9)) == (6, 6.0, b"{}")
        assert [entry.seq for entry in entries_between(connection, 1, 8)] == [7, 8]
        assert connection.execute("SELECT seq FROM snapshots ORDER BY seq").fetchall() == [(6,), (9,)]


def test_without_an_old_snapshot_nothing_goes(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with sqlite3.connect(path) as connection:
        connection.execute(statements.JOURNAL, (1, 1.0, b'{"type":"Restarted"}'))
        connection.execute(statements.FORGET_EVENTS, (1e12,))
    assert len(read(path).entries) == 1
