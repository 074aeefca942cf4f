"""A standing reader opens its store once, sees what others write, and follows a store that was replaced."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.store.standing_reader import StandingReader

pytestmark = pytest.mark.unit


def write(database: Path, number: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            'INSERT INTO cases (number, "call", caller, category, asked_by, opened_at, state, fields)'
            " VALUES (?, '', '', 'complaint', '', 0, 'open', '{}')",
            (number,),
        )
        connection.commit()


def numbers(reader: StandingReader) -> list[str]:
    with reader.looking() as connection:
        return [number for (number,) in connection.execute("SELECT number FROM cases ORDER BY number")]


def test_it_sees_what_is_written_meanwhile_by_the_same_connection(database: Path) -> None:
    reader = StandingReader(database)
    with reader.looking() as first:
        assert first.execute("SELECT count(*) FROM cases").fetchone() == (0,)
    write(database, "C-1")
    with reader.looking() as second:
        assert second is first
    assert numbers(reader) == ["C-1"]


def test_any_thread_may_look(database: Path) -> None:
    reader = StandingReader(database)
    numbers(reader)
    seen: list[list[str]] = []
    thread = threading.Thread(target=lambda: seen.append(numbers(reader)))
    thread.start()
    thread.join()
    assert seen == [[]]


def test_a_store_put_in_its_place_is_the_one_that_is_read(database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    shutil.copyfile(database, backup)
    write(backup, "C-of-the-backup")
    reader = StandingReader(database)
    assert numbers(reader) == []
    backup.replace(database)
    assert numbers(reader) == ["C-of-the-backup"]


def test_after_an_error_it_is_opened_anew(database: Path) -> None:
    reader = StandingReader(database)
    with reader.looking() as first:
        pass
    with pytest.raises(sqlite3.OperationalError), reader.looking() as connection:
        connection.execute("SELECT * FROM nothing_of_that_name")
    with reader.looking() as second:
        assert second is not first


def test_it_cannot_write(database: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"), StandingReader(database).looking() as connection:
        connection.execute("DELETE FROM cases")


def test_no_store_and_one_of_another_release_are_told(tmp_path: Path, database: Path) -> None:
    with pytest.raises(BadInput, match="no store of this release"):
        numbers(StandingReader(tmp_path / "nothing.db"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    with pytest.raises(BadInput, match="no store of this release"):
        numbers(StandingReader(database))
