"""The store is brought to today's tables once, and left alone when it has them."""

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import pytest

from calls.errors import BadInput
from hotline.site import audit
from hotline.site.settings import Settings
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.store.writer import Writer

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("by_migrations")]


def _tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_a_new_store_has_all_tables(tmp_path: Path):
    path = tmp_path / "var" / "hotline.db"
    opening.migrate(path)
    assert {"journal", "snapshots", "calls", "alembic_version"} <= _tables(path)


def test_a_store_of_today_is_not_migrated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    ran: list[object] = []
    monkeypatch.setattr(alembic.command, "upgrade", lambda *given: ran.append(given))
    opening.migrate(path)
    assert ran == []


def test_a_store_of_another_day_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    ran: list[object] = []
    monkeypatch.setattr(alembic.command, "upgrade", lambda *given: ran.append(given))
    opening.migrate(path)
    assert len(ran) == 1


def test_readers_do_not_wait_for_writers_from_the_first_day_on(tmp_path: Path):
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_store_whose_writer_was_killed_is_of_today_still(tmp_path: Path):
    """In a file that keeps a journal for undoing: an older release made it, or a copy of the store."""
    path, killed = tmp_path / "hotline.db", tmp_path / "killed.db"
    opening.migrate(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA cache_size=5")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE unfinished (x BLOB)")
        for _ in range(200):
            connection.execute("INSERT INTO unfinished VALUES (randomblob(1000))")
        for suffix in ("", "-journal"):  # as a kill leaves them
            shutil.copy(f"{path}{suffix}", f"{killed}{suffix}")
    refused = pytest.raises(sqlite3.OperationalError, match="readonly")
    with contextlib.closing(sqlite3.connect(f"file:{killed}?mode=ro", uri=True)) as reader, refused:
        reader.execute("SELECT version_num FROM alembic_version").fetchall()
    opening.must_be_of_today(killed)
    assert "unfinished" not in _tables(killed)


def test_a_store_that_cannot_be_read_now_is_not_said_to_be_of_another_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.05)
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(opening.StoreAway, match="Another program holds it"):
            opening.must_be_of_today(path)


def test_what_is_no_database_is_said(tmp_path: Path):
    path = tmp_path / "hotline.db"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 40)
    with pytest.raises(BadInput, match=r"hotline\.db.*Move it away"):
        opening.migrate(path)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("SQLITE_FULL", "Free space"),
        ("SQLITE_IOERR_SHMSIZE", "Free space"),
        ("SQLITE_CANTOPEN", "writable"),
        ("SQLITE_BUSY", "Another program"),
        ("SQLITE_CORRUPT_VTAB", "Move it away"),
        ("SQLITE_ERROR", "Keep the file"),
    ],
)
def test_a_store_is_to_be_moved_away_only_when_it_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, advice: str
):
    def refuse(*given: object) -> None:
        refusal = sqlite3.OperationalError("no")
        refusal.sqlite_errorname = name
        raise refusal

    monkeypatch.setattr(alembic.command, "upgrade", refuse)
    with pytest.raises(BadInput, match=advice) as told:
        opening.migrate(tmp_path / "hotline.db")
    assert ("Move it away" in str(told.value)) == (advice == "Move it away")


def test_a_store_that_cannot_be_opened_is_not_to_be_moved_away(tmp_path: Path):
    path = tmp_path / "hotline.db"
    path.mkdir()
    with pytest.raises(BadInput, match=r"unable to open database file\. Make the folder"):
        opening.migrate(path)


def test_migrations_are_named_by_their_revision():
    """`is_of_today` knows the newest by its file's name."""
    for file in (Path(opening.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"):
        assert re.search(rf'^revision = "{file.stem.partition("_")[0]}"$', file.read_text(), re.MULTILINE)


@pytest.fixture
def open_handed() -> Iterator[None]:
    """The usual umask: what is made is readable for everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_handed")
async def test_what_holds_callers_data_is_for_its_own_user_only(tmp_path: Path):
    site = Site(tmp_path, Settings())
    site.prepare()
    opening.migrate(site.database)
    writer = Writer(site.database, lambda trouble: None)
    writer.write(statements.JOURNAL, (1, 0.0, b"{}"))
    await writer.durable()
    audit.note(site.state, "numbers shown", "a call")
    files = {path.name: path.stat().st_mode & 0o777 for path in site.state.iterdir()}
    await writer.close()
    assert {"hotline.db", "hotline.db-wal", "hotline.db-shm", "audit.log"} <= files.keys()
    assert {name: oct(mode) for name, mode in files.items() if mode & 0o077} == {}
    assert site.state.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("open_handed")
def test_what_an_earlier_release_left_open_is_closed(tmp_path: Path):
    site = Site(tmp_path, Settings())
    site.recordings.mkdir(parents=True)
    opening.migrate(site.database)
    site.database.chmod(0o644)
    site.prepare()
    opening.migrate(site.database)
    assert [oct(path.stat().st_mode & 0o777) for path in (site.state, site.recordings, site.database)] == [
        "0o700",
        "0o700",
        "0o600",
    ]
