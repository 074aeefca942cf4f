"""The bench of lists runs the whole way on a small list, and what it makes is what it says."""

import csv
from pathlib import Path

import pytest

from bench import lists
from bench.catalogue import Options
from bench.report import as_json

pytestmark = pytest.mark.unit


async def test_quick_has_all_figures_and_nobody_is_lost() -> None:
    figures = {one["figure"]: one["value"] for one in as_json(await lists.run(Options(quick=True)))["figures"]}
    assert figures["seconds for 0.002 M rows"] > 0
    assert 20 < figures["peak MB"] < 500
    assert figures["people stored"] + figures["rows merged"] + figures["rows rejected"] == 2_000
    assert 20 < figures["rows merged"] < 80, "of three of a hundred the number stands there twice"
    assert 5 < figures["rows rejected"] < 50, "one of a hundred cannot be read"
    assert figures["next 50 of them, p95"] > 0
    assert figures["next 50 with half of them due again, p95"] > 0


def test_the_file_has_the_rows_that_it_says(tmp_path: Path) -> None:
    lists.write(tmp_path / "people.csv", 400)
    with (tmp_path / "people.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    assert 60 < sum(bool(row["备用电话"]) for row in rows) <= 100, "a quarter has a second number"
    assert any(row["手机号"] == "1.38E+10" for row in rows)
