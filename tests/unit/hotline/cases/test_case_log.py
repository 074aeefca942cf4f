"""The audit log of cases in the store: whatever is altered afterwards is named, the first of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from complaints.audit import Entry
from hotline.store import case_log

pytestmark = pytest.mark.unit


@pytest.fixture
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database)) as opened:
        for case, number in (("1", 1), ("2", 1), ("1", 2), ("1", 3), ("2", 2)):
            fields = {"text": f"第{number}", "amount": 0.1 + number}
            case_log.append(opened, case, [Entry(number, 1e9 + number / 3, "li", "noted", fields, 2e9 + 1 / 3)])
        yield opened


def test_what_was_written_is_read_back(connection: sqlite3.Connection) -> None:
    first, *others = case_log.entries(connection, "1")
    assert first == Entry(1, 1e9 + 1 / 3, "li", "noted", {"text": "第1", "amount": 1.1}, 2e9 + 1 / 3)
    assert [entry.number for entry in others] == [2, 3]
    found = case_log.verify(connection)
    assert (found.rows, found.erased, found.fault, found.head) == (5, 0, "", case_log.head(connection))


ALTERED = {
    "at": "at + 0.001",
    "author": "'wang'",
    "kind": "'closed'",
    "fields": "replace(fields, '第', '弟')",
    "written_at": "written_at - 1",
    "replaces": "1",
    '"case"': "'3'",
    "number": "9",
}


@pytest.mark.parametrize("column", ALTERED)
@pytest.mark.parametrize("row", [1, 3, 5])
def test_an_altered_column_is_named_by_its_row(connection: sqlite3.Connection, column: str, row: int) -> None:
    connection.execute(f"UPDATE case_entries SET {column} = {ALTERED[column]} WHERE row = ?", (row,))
    found = case_log.verify(connection)
    assert (found.row, found.rows) == (row, row - 1)
    assert "does not say what was written" in found.fault


def test_the_first_of_several_is_named(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE case_entries SET author = 'x' WHERE row IN (2, 4)")
    assert case_log.verify(connection).row == 2


def test_who_mends_the_digest_breaks_the_chain(connection: sqlite3.Connection) -> None:
    altered = case_log._digest("1", (2, 1.0, "x", "noted", "{}", 1.0, 0))
    connection.execute(
        "UPDATE case_entries SET at = 1.0, author = 'x', fields = '{}', written_at = 1.0, digest = ? WHERE row = 3",
        (altered,),
    )
    assert case_log.verify(connection).fault == "row 3, entry 2 of case 1, does not follow the row before it"


@pytest.mark.parametrize(
    ("statement", "told", "row"),
    [
        ("DELETE FROM case_entries WHERE row = 1", "row 1 is missing", 1),
        ("DELETE FROM case_entries WHERE row IN (3, 4)", "row 3 is missing", 3),
        ("UPDATE case_entries SET row = 9 WHERE row = 5", "row 5 is missing", 5),
    ],
)
def test_a_missing_row_is_named(connection: sqlite3.Connection, statement: str, told: str, row: int) -> None:
    connection.execute(statement)
    found = case_log.verify(connection)
    assert (found.fault, found.row) == (told, row)


def test_who_kept_the_head_sees_that_the_end_is_gone_or_written_anew(connection: sqlite3.Connection) -> None:
    kept = case_log.head(connection)
    assert case_log.verify(connection, kept).fault == ""
    connection.execute("DELETE FROM case_entries WHERE row > 3")
    assert case_log.verify(connection).fault == ""
    assert case_log.verify(connection, kept).fault == "rows 4 to 5 were cut off"
    for number in (3, 4):
        case_log.append(connection, "1", [Entry(number + 10, 1.0, "x", "noted", {})])
    assert case_log.verify(connection).fault == ""
    assert "was written anew" in case_log.verify(connection, kept).fault


def test_what_retention_erases_leaves_the_chain_whole(connection: sqlite3.Connection) -> None:
    assert case_log.erase(connection, "1", 3e9) == 3
    assert case_log.entries(connection, "1") == []
    assert [entry.number for entry in case_log.entries(connection, "2")] == [1, 2]
    found = case_log.verify(connection)
    assert (found.rows, found.erased, found.fault) == (5, 3, "")
    assert connection.execute("SELECT count(*) FROM case_entries WHERE fields LIKE '%第%'").fetchone() == (2,)
