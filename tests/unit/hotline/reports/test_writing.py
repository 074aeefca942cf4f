"""Each format says the same, and is what it says it is."""

import csv
import io
import json
import re
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from calls.errors import BadInput
from hotline.reports import call_tables, case_tables, outgoing_tables
from hotline.reports.making import make
from hotline.reports.names import names_of
from hotline.reports.page import cell
from hotline.reports.plots import columns, strip
from hotline.reports.table import Names, Table
from hotline.reports.tables import tables
from hotline.reports.words import _WORDS, LANGUAGES, Words
from hotline.reports.writing import written
from reporting.report import Report
from reporting.spans import span_of
from tests.unit.hotline.reports.month import ZONE, at, site_of_the_month

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Names]:
    site = site_of_the_month(tmp_path_factory.mktemp("month"))
    return make(site, span_of("monthly", date(2026, 11, 1), ZONE), at("12-10 00:00:00")), names_of(site)


class Page(HTMLParser):
    """Counts tags, keeps texts, and refuses what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "line", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_table_and_asks_for_nothing_outside(made: tuple[Report, Names], language: str) -> None:
    report, names = made
    page = Page()
    page.feed(written(report, "html", language, names, "<anda>").decode())
    assert page.open == []
    assert page.addresses == []
    text = "\n".join(page.texts)
    for table in tables(report, Words(language), names):
        assert table.title in page.texts
        for row in table.rows:
            for value, (_, form) in zip(row, table.columns, strict=True):
                assert cell(value, form) in page.texts
    assert "<anda>" in text, "a name is text, never markup"
    assert {"58.82 %", "37.50 %", "0:52", "57.14 %", "65.00"} <= set(page.texts)
    assert ("增加人手" if language == "zh-CN" else "Add people") in text
    assert "投诉处理" in page.texts


def test_every_word_is_in_both_languages(made: tuple[Report, Names]) -> None:
    assert all(all(word) for word in _WORDS.values())
    places = [[set(re.findall(r"{\d?}", text)) for text in both] for both in _WORDS.values()]
    assert all(one == other for one, other in places)
    assert any("一" <= sign <= "鿿" for sign in written(*made_as(made, "html", "zh-CN")).decode())
    with pytest.raises(BadInput, match="not in zh"):
        Words("zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_table_has_two_columns_of_one_name(
    made: tuple[Report, Names], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also none that has no rows in the month: a spreadsheet's reader picks a column by its name."""
    found: list[Table] = []

    def kept(*of: Any, **more: Any) -> Table:
        found.append(Table(*of, **more))
        return found[-1]

    for module in (call_tables, case_tables, outgoing_tables):
        monkeypatch.setattr(module, "Table", kept)
    tables(made[0], Words(language), made[1])
    assert len(found) > 15
    for table in found:
        names = [name for name, _ in table.columns]
        assert len(set(names)) == len(names), (table.name, names)


def made_as(made: tuple[Report, Names], form: str, language: str) -> tuple[Report, str, str, Names]:
    return made[0], form, language, made[1]


def test_json_has_every_figure(made: tuple[Report, Names]) -> None:
    found = json.loads(written(made[0], "json", "en", made[1]))
    assert found["span"]["first"] == "2026-11-01"
    assert found["house"]["waits"]["answer_rate"] == 58.82
    assert set(found) == set(Report.__struct_fields__)


def test_csv_has_the_tables_one_below_another(made: tuple[Report, Names]) -> None:
    body = written(made[0], "csv", "en", made[1])
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    begin = rows.index(["Queues"])
    assert rows[begin + 1][:3] == ["Queue", "Offered", "Answered"]
    assert rows[begin + 2][:3] == ["All", "17", "10"]
    assert rows[begin + 3][:3] == ["投诉处理", "12", "9"]


def test_a_name_that_looks_like_a_formula_is_a_text(made: tuple[Report, Names]) -> None:
    names = Names(queues={"care": "=1+1"})
    assert "'=1+1" in written(made[0], "csv", "en", names).decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(made[0], "xlsx", "en", names)))
    assert book.get_sheet_by_name("Queues").to_python()[2][0] == "=1+1"


def test_a_spreadsheet_has_a_sheet_for_each_table_with_numbers_as_numbers(made: tuple[Report, Names]) -> None:
    report, names = made
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(report, "xlsx", "zh-CN", names)))
    assert book.sheet_names == [table.title for table in tables(report, Words("zh-CN"), names)]
    rows = book.get_sheet_by_name("队列").to_python()
    assert rows[1][0] == "全部"
    assert rows[1][1:3] == [17.0, 10.0]
    assert rows[1][rows[0].index("接通率")] == 58.82
    assert rows[1][rows[0].index("平均等待")] == 52.0


def test_a_report_of_nothing_is_a_report(tmp_path: Path) -> None:
    from hotline.reports.making import make as make_report
    from tests.unit.hotline.governing.gated_site import published

    site = published(tmp_path)
    report = make_report(site, span_of("daily", date(2026, 11, 1), ZONE), at("12-10 00:00:00"))
    assert report.house.waits.offered == 0
    assert report.house.waits.answer_rate is None
    assert "本期没有数据" in written(report, "html", "zh-CN", names_of(site)).decode()
    for form in ("json", "csv", "xlsx"):
        assert written(report, form, "en", Names())  # type: ignore[arg-type]  # words of a loop


def test_pdf_says_what_to_install(made: tuple[Report, Names], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(BadInput, match=r"hotline\[pdf\]"):
        written(made[0], "pdf", "en", made[1])


def test_pdf_is_the_page_on_paper(made: tuple[Report, Names]) -> None:
    assert written(made[0], "pdf", "zh-CN", made[1]).startswith(b"%PDF-")


def test_columns_stand_upon_each_other_and_on_their_scale() -> None:
    plot = columns(["a", "b"], [("answered", "Answered", [30, 0]), ("abandoned", "Abandoned", [10, 7])])
    assert [line.text for line in plot.grid] == ["0", "10", "20", "30", "40"]
    below, above, alone = plot.bars
    assert below.y == pytest.approx(above.y + above.height, abs=0.02)
    assert below.height == pytest.approx(3 * above.height, abs=0.05)
    assert alone.y + alone.height == pytest.approx(plot.grid[0].y, abs=0.02)
    assert above.y == pytest.approx(plot.grid[-1].y, abs=0.02)
    assert alone.title == "b: Abandoned 7"


def test_a_strip_is_as_wide_as_the_whole() -> None:
    plot = strip([("answered", "Answered", 3), ("lost", "Lost", 0), ("other", "Other", 1)])
    assert [bar.series for bar in plot.bars] == ["answered", "other"]
    assert plot.bars[1].x == pytest.approx(plot.width * 3 / 4)


@pytest.mark.parametrize(("most", "lines"), [(0, 2), (1, 2), (5, 6), (9, 6), (10, 6), (11, 4), (1_000_000, 6)])
def test_a_scale_has_whole_steps(most: int, lines: int) -> None:
    assert len(columns(["a"], [("answered", "Answered", [most])]).grid) == lines
