"""Every statement of the ledger in SQLite walks along an index: among fifty million rows another stops all calls."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hotline.ledger import sqlite, sqlite_books
from hotline.ledger.opening import Place, migrate

pytestmark = pytest.mark.unit


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    migrate(Place(file=tmp_path / "ledger.db"))
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (sqlite_books._BY_ID, "INTEGER PRIMARY KEY"),
        (sqlite_books._SETTLE, "INTEGER PRIMARY KEY"),
        (sqlite_books._FIND, "INTEGER PRIMARY KEY"),
        (sqlite_books._BY_KEY, "INDEX attempts_once"),
        (sqlite_books._BY_CALL, "INDEX attempts_by_call"),
        (sqlite_books._NEAR, "INDEX attempts_by_number"),
        (sqlite_books._PAST_BY["number"], "INDEX attempts_by_number"),
        (sqlite_books._PAST_BY["person"], "INDEX attempts_by_person"),
        (sqlite_books._PAST_BY["account"], "INDEX attempts_by_account"),
        (sqlite._CHANNELS, "INDEX attempts_open"),
        (sqlite._STARTS, "INDEX attempts_by_caller_id"),
        (sqlite._LAST_USED, "INDEX attempts_by_caller_id"),
        (sqlite_books._EXPIRE, "INDEX attempts_open"),  # all of it: it has the calls that are open alone
    ],
)
def test_a_statement_walks_along_its_index(ledger: sqlite3.Connection, statement: str, index: str) -> None:
    numbered = [int(number) for number in re.findall(r"\?(\d)", statement)]
    values = [None] * (max(numbered) if numbered else statement.count("?"))
    plan = [row[3] for row in ledger.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    names = ["LIST SUBQUERY 1", "SCAN json_each VIRTUAL TABLE INDEX 1:"]
    assert plan[1:] == (names if "json_each" in statement else [])
    assert f"USING {index} " in f"{plan[0]} " or f"USING COVERING {index} " in f"{plan[0]} ", plan


def test_a_ledgers_file_has_the_ledgers_tables_alone(ledger: sqlite3.Connection) -> None:
    tables = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"alembic_version", "attempts", "refusals", "resting_caller_ids"}
    assert ledger.execute("SELECT version_num FROM alembic_version").fetchall() == [("0011",)]


def test_the_tables_are_as_they_are_described(ledger: sqlite3.Connection) -> None:
    """What the migration makes is what `ledger_tables` says: columns, their order, indexes and their conditions."""
    from sqlalchemy import create_engine

    from hotline.store.ledger_tables import metadata

    described = create_engine("sqlite://")
    metadata.create_all(described)
    ask = "SELECT name, replace(replace(sql, char(10), ''), '  ', ' ') FROM sqlite_master WHERE type = 'index'"
    columns = "SELECT m.name, c.* FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
    with described.connect() as other:
        for question in (
            f"{ask} AND sql <> ''",
            f"{columns} WHERE m.name IN ('attempts', 'refusals', 'resting_caller_ids')",
        ):
            expected = {tuple(row) for row in other.exec_driver_sql(question)}
            assert {tuple(row) for row in ledger.execute(question)} == expected
    described.dispose()
