"""Tables are in the store as they are described: of clocks, origins, approvals, questions without an answer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline.store import opening
from hotline.store.answer_tables import unanswered, unanswered_times
from hotline.store.approval_tables import answer_approvals, approved_policies, policy_approvals, scene_approvals
from hotline.store.case_clock_tables import case_clocks, case_notices
from hotline.store.case_origin_tables import case_origin_looks, case_origins

pytestmark = pytest.mark.unit

_CASES = (case_clocks, case_notices, case_origins, case_origin_looks)
_APPROVALS = (scene_approvals, answer_approvals, approved_policies, policy_approvals)


def test_the_migrations_make_the_tables_that_are_described(tmp_path: Path) -> None:
    opening.migrate(tmp_path / "hotline.db")
    with closing(sqlite3.connect(tmp_path / "hotline.db")) as connection:
        for table in (*_CASES, *_APPROVALS, unanswered, unanswered_times):
            rows = connection.execute(f"PRAGMA table_info({table.name})").fetchall()
            assert {name: not_null == 1 for _, name, _, not_null, _, _ in rows} == {
                column.name: not column.nullable for column in table.columns
            }, table.name
            indexes = {row[1] for row in connection.execute(f"PRAGMA index_list({table.name})")}
            assert indexes >= {index.name for index in table.indexes}, table.name
