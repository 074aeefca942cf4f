"""The tables of clocks and origins are in the store as they are described."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline.store import opening
from hotline.store.case_clock_tables import case_clocks, case_notices
from hotline.store.case_origin_tables import case_origin_looks, case_origins

pytestmark = pytest.mark.unit


def test_the_migrations_make_the_tables_that_are_described(tmp_path: Path) -> None:
    opening.migrate(tmp_path / "hotline.db")
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as connection:
        for table in (case_clocks, case_notices, case_origins, case_origin_looks):
            rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert [(name, not_null == 1) for _, name, _, not_null, _, _ in rows] == [
                (column.name, not column.nullable) for column in table.columns
            ]
