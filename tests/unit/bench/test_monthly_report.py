"""The bench of reports fills a month that the command counts whole."""

from pathlib import Path

import pytest

from bench import monthly_report

pytestmark = pytest.mark.unit


def test_every_call_of_the_month_is_counted(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(monthly_report._SETTINGS, encoding="utf-8")
    monthly_report._fill(tmp_path / "var" / "hotline.db", 3_000)
    found = monthly_report.one_report(str(tmp_path))
    assert found["calls"] == 3_000
    assert 2_700 < found["offered"] < 3_000, "some stay in the menu"
    assert found["peak_mb"] > 10
