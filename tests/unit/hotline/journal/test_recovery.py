"""A snapshot that this release cannot read costs time, never a start."""

import sqlite3
from pathlib import Path

import pytest

from hotline.store import opening, statements

pytestmark = pytest.mark.unit


def test_the_whole_journal_is_there_without_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    fact = b'{"type":"Restarted"}'
    with sqlite3.connect(path) as connection:
        connection.executemany(statements.JOURNAL, [(seq, float(seq), fact) for seq in range(1, 4)])
        connection.execute(statements.SNAPSHOT, (2, 2.0, 0.0, b"of another release"))
    assert [entry.seq for entry in opening.read(path).entries] == [3]
    left = opening.read(path, whole=True)
    assert left.snapshot is None
    assert [entry.seq for entry in left.entries] == [1, 2, 3]
