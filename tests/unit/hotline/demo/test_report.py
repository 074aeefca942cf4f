"""The demonstration leaves the page of its day."""

from pathlib import Path

import pytest

from hotline.demo.running import _report
from tests.unit.hotline.reports.month import at, site_of_the_month

pytestmark = pytest.mark.unit


def test_the_page_of_the_day_stands_in_the_site(tmp_path: Path) -> None:
    site = site_of_the_month(tmp_path)
    page = _report(site, at("11-02 23:00:00"))
    assert page == site.state / "reports/daily-2026-11-02.html"
    text = page.read_text(encoding="utf-8")
    assert "Daily report · 2026-11-02" in text
    assert "60.00 %" in text, "of five callers three were answered"
    assert page.parent.stat().st_mode & 0o077 == 0
