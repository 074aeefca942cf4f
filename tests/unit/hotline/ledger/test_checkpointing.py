"""Checkpoints beside the commits: the log stays short, nothing is lost, and the thread ends with its store."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from hotline.ledger import checkpointing, sqlite
from hotline.ledger.checkpointing import Checkpoints

pytestmark = pytest.mark.unit

_ROW = b"x" * 2_000


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpointing, "EVERY_S", 0.01)
    monkeypatch.setattr(checkpointing, "LONGEST_PAGES", 100)
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE attempts (id INTEGER PRIMARY KEY, what BLOB)")
    return path


def _commit(connection: sqlite3.Connection, checkpoints: Checkpoints, rows: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO attempts (what) VALUES (?)", [(_ROW,)] * rows)
    connection.execute("COMMIT")
    checkpoints.committed()


def _wait_for(checkpoints: Checkpoints, count: int) -> None:
    deadline = time.monotonic() + 10
    while checkpoints.done < count and time.monotonic() < deadline:
        time.sleep(0.005)
    assert checkpoints.done >= count


def test_the_log_is_emptied_while_rows_are_committed(file: Path) -> None:
    log = file.with_name("ledger.db-wal")
    checkpoints = Checkpoints(file, sqlite.connect)
    with closing(sqlite.connect(file)) as connection:
        longest = 0
        for turn in range(40):
            _commit(connection, checkpoints, 60)  # 120 kB
            longest = max(longest, log.stat().st_size)
            _wait_for(checkpoints, turn // 2)
        assert longest < 3_000_000  # 5 MB were written
        checkpoints.close()
        assert connection.execute("SELECT count(*) FROM attempts").fetchone() == (2_400,)


def test_nothing_is_done_where_nothing_is_committed(file: Path) -> None:
    checkpoints = Checkpoints(file, sqlite.connect)
    with closing(sqlite.connect(file)) as connection:
        _commit(connection, checkpoints, 10)
        _wait_for(checkpoints, 1)
        done = checkpoints.done
        time.sleep(0.1)
        assert checkpoints.done == done
    checkpoints.close()


def test_it_goes_on_after_a_file_that_was_away_and_after_its_store_was_closed(file: Path) -> None:
    fails, before = [True], set(threading.enumerate())

    def connect(path: Path) -> sqlite3.Connection:
        if fails:
            fails.pop()
            raise sqlite3.OperationalError("disk I/O error")
        return sqlite.connect(path)

    checkpoints = Checkpoints(file, connect)
    with closing(sqlite.connect(file)) as connection:
        for _ in range(6):
            _commit(connection, checkpoints, 120)
        checkpoints.close()
        deadline = time.monotonic() + 10
        while not checkpoints.done and time.monotonic() < deadline:  # one that failed comes again with the next commit
            _commit(connection, checkpoints, 120)
        assert checkpoints.done
        checkpoints.close()
    assert set(threading.enumerate()) <= before
