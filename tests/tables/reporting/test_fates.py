"""What becomes of a caller, row by row."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reporting.fates import FATES, fate
from reporting.rows import CallRow

pytestmark = pytest.mark.tables

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "fates.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_fate_is_that_of_the_table(row: dict[str, Any]) -> None:
    queued, answered = row.get("queued", True), row.get("answered", False)
    call = CallRow(
        "c", "", row.get("direction", "in"), "care", 0.0, 0.0 if queued else None, 9.0 if answered else None, 20.0,
        row["outcome"], row.get("left", ""), row.get("callback", ""),
    )  # fmt: skip
    assert fate(call) == row["fate"]


def test_the_table_has_every_fate() -> None:
    assert {row["fate"] for row in ROWS} == {*FATES, None}
