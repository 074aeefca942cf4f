"""The store is brought to today's tables once, and left alone when it has them."""

import re
import sqlite3
from pathlib import Path

import alembic.command
import pytest

from calls.errors import BadInput
from hotline.store import opening

pytestmark = pytest.mark.unit


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


def test_what_is_no_database_is_said(tmp_path: Path):
    path = tmp_path / "hotline.db"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 40)
    with pytest.raises(BadInput, match=r"hotline\.db.*Move it away"):
        opening.migrate(path)


def test_migrations_are_named_by_their_revision():
    """`_is_of_today` knows the newest by its file's name."""
    for file in (Path(opening.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"):
        assert re.search(rf'^revision = "{file.stem.partition("_")[0]}"$', file.read_text(), re.MULTILINE)
