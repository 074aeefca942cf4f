"""Cases as they are listed: one row for each, whatever was recorded of its call."""

import sqlite3
from pathlib import Path

import pytest

from hotline.store import opening, reading, statements

pytestmark = pytest.mark.unit


async def test_a_case_of_a_call_with_two_talks_is_listed_once(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(cases)")]
        case = {"number": "261129000018", "call": "c1", "category": "complaint", "fields": "{}", "opened_at": 1.0}
        values = [case.get(column, "") for column in columns]
        connection.execute(f"INSERT INTO cases VALUES ({', '.join('?' * len(columns))})", values)
        for number in (1, 2):
            connection.execute(statements.RECORDING, (f"/r/c1-{number}.wav", "c1", 3.0, "talk", "", number))
    listed = await reading.cases(path)
    assert [(row["number"], row["recording"]) for row in listed] == [("261129000018", "/r/c1-1.wav")]
