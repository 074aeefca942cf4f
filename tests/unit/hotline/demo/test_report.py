"""The demonstration leaves the page of its day."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from calls.errors import BadInput
from hotline.demo.running import _case_figures, _report
from hotline.demo.wallboard import cases_in_lines
from hotline.reports import writing
from tests.unit.hotline.reports.month import at, site_of_the_month

pytestmark = pytest.mark.unit


def test_the_page_of_the_day_stands_in_the_site(tmp_path: Path) -> None:
    site = site_of_the_month(tmp_path)
    page, paper = _report(site, at("11-02 23:00:00"))
    assert page == site.state / "reports/daily-2026-11-02.html"
    text = page.read_text(encoding="utf-8")
    assert "Daily report · 2026-11-02" in text
    assert "60.00 %" in text, "of five callers three were answered"
    assert page.parent.stat().st_mode & 0o077 == 0
    assert paper == page.with_suffix(".pdf")
    assert paper.read_bytes().startswith(b"%PDF-")


def test_without_its_package_there_is_no_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(form: str) -> None:
        raise BadInput("PDF needs WeasyPrint")

    monkeypatch.setattr(writing, "refuse_what_cannot_be_made", refuse)
    page, paper = _report(site_of_the_month(tmp_path), at("11-02 23:00:00"))
    assert page.exists()
    assert paper is None
    assert not page.with_suffix(".pdf").exists()


def test_cases_of_the_run_are_counted(tmp_path: Path) -> None:
    site = site_of_the_month(tmp_path)
    with closing(sqlite3.connect(site.database)) as store, store:
        for number, opened_at in (("k1", at("11-02 10:00:00")), ("k9", at("11-02 10:00:01"))):
            row = (number, "", "", "complaint", "caller", opened_at, "{}", "open")
            store.execute(
                'INSERT INTO cases (number, "call", caller, category, asked_by, opened_at, fields, state)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        breach = ("n1", "k1", "breach", at("11-02 12:00:00"), at("11-02 12:00:01"), b"{}")
        store.execute(
            'INSERT INTO case_notices (id, "case", kind, at, told_at, body) VALUES (?, ?, ?, ?, ?, ?)', breach
        )
    assert _case_figures(site, at("11-02 11:00:00")) == (0, 4, 1)
    opened, graded, _ = _case_figures(site, at("11-02 00:00:00"))
    assert (opened, graded) == (2, 5), "k4 is of October"


def test_the_board_shows_how_cases_go_their_way() -> None:
    case = {"case": "2611309000018", "link": "own", "into": "", "stage": "dispatched", "category": "complaint",
            "grade": "level_1", "department": "complaint_office", "handler": "li"}  # fmt: skip
    out = Console(width=120, record=True, file=io.StringIO())
    out.print(*cases_in_lines([case]))
    assert "2611309000018  complaint  level_1  dispatched  → complaint_office, li" in out.export_text()
