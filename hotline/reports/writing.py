"""Formats of a report: JSON, CSV, spreadsheet, HTML, PDF. Each makes bytes; the PDF is made of the page."""

import csv
import importlib.util
import io
from typing import Any, Literal, get_args

import msgspec
import orjson
import xlsxwriter

from calls.errors import BadInput
from hotline.reports.page import page
from hotline.reports.tables import Form, Names, Table, tables
from hotline.reports.words import Words
from reporting.report import Report

Format = Literal["json", "csv", "xlsx", "html", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
_CELLS: dict[Form, str] = {"text": "@", "count": "#,##0", "rate": "0.00", "index": "0.00", "duration": "0"}
_NEEDS = (
    "PDF needs WeasyPrint: pip install 'hotline[pdf]', "
    "and apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
_MOST_OF_A_SHEET = 31
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(report: Report, form: Format, language: str, names: Names, house: str = "") -> bytes:
    """The report in a format. Raises BadInput for an unknown language, and for PDF without its package."""
    match form:
        case "json":
            return orjson.dumps(as_json(report)) + b"\n"
        case "csv":
            return _csv(tables(report, Words(language), names))
        case "xlsx":
            return _xlsx(tables(report, Words(language), names))
        case "html":
            return page(report, language, names, house).encode()
        case "pdf":
            return _pdf(page(report, language, names, house))


def as_json(report: Report) -> Any:
    """Plain values: each figure by its name in docs/reports.md."""
    return msgspec.to_builtins(report)


def refuse_what_cannot_be_made(form: Format) -> None:
    """Raises BadInput, with what to install, for PDF without its package: before a report is made for nothing."""
    if form == "pdf" and importlib.util.find_spec("weasyprint") is None:
        raise BadInput(_NEEDS)


def _csv(found: list[Table]) -> bytes:
    """One table under another, each under its title, with a mark by which spreadsheets see UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for place, table in enumerate(found):
        if place:
            writer.writerow([])
        writer.writerow([table.title])
        writer.writerow([_plain(title) for title, _ in table.columns])
        writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is kept a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _xlsx(found: list[Table]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom"})
        forms = {form: book.add_format({"num_format": shape}) for form, shape in _CELLS.items()}
        for table in found or [Table("none", "–", [], [])]:
            sheet = book.add_worksheet(_sheet(table.title))
            sheet.freeze_panes(1, 1)
            for column, (title, form) in enumerate(table.columns):
                sheet.write_string(0, column, title, bold)
                sheet.set_column(column, column, 22 if form == "text" else 12)
            for row, cells in enumerate(table.rows, 1):
                for column, (cell, (_, form)) in enumerate(zip(cells, table.columns, strict=True)):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell, forms[form])
                    elif cell is not None:
                        sheet.write_number(row, column, cell, forms[form])
    return out.getvalue()


def _sheet(title: str) -> str:
    return "".join(sign for sign in title if sign not in "[]:*?/\\")[:_MOST_OF_A_SHEET]


def _pdf(html: str) -> bytes:
    refuse_what_cannot_be_made("pdf")
    try:
        from weasyprint import HTML
    except OSError as error:  # the package is there, and the system's libraries are not
        raise BadInput(_NEEDS) from error
    made: bytes = HTML(string=html).write_pdf()
    return made
