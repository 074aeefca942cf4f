"""hotline report: the figures of a day, a week or a month, for people, as JSON, CSV, spreadsheet, page or PDF."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.cli.common import SiteOption, err, open_site, out, print_table, told
from hotline.cli.report_feedback import repeats, topics
from hotline.cli.report_sample import review, sample
from hotline.reports import making
from hotline.reports.names import names_of
from hotline.reports.page import cell
from hotline.reports.tables import tables
from hotline.reports.words import Words
from hotline.reports.writing import FORMATS, Format, refuse_what_cannot_be_made, written
from hotline.site.site import Site
from reporting.report import Report
from reporting.spans import Period, Span, last_complete, span_of

app = typer.Typer(add_completion=False, no_args_is_help=True)
report = typer.Typer(add_completion=False, no_args_is_help=True)

DateOption = Annotated[
    str | None,
    typer.Option("--date", help="A day of it: 2026-11-29, in the house's zone. Default: the last whole one."),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"{', '.join(FORMATS)}; may be given more than once, with --folder."),
]
OutputOption = Annotated[Path | None, typer.Option(help="The file that it goes to; default: standard output.")]
FolderOption = Annotated[
    Path | None, typer.Option(help="A folder: each format goes to a file of its own, such as daily-2026-11-29.html.")
]
LanguageOption = Annotated[str | None, typer.Option(help="zh-CN or en; default: the site's first language.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
_ON_PAPER = ("xlsx", "html", "pdf")


@report.callback()
def _group() -> None:
    """Reports: waits, answers, talks, satisfaction, repeat calls, cases and their clocks, scenes, suggestions.

    Examples:

      hotline report daily --site /srv/hotline

      hotline report monthly --date 2026-11-01 --format html --output november.html

      hotline report sample --date 2026-11-01 --output sample.csv
    """


@report.command()
def daily(
    site: SiteOption = Path(),
    day: DateOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
    folder: FolderOption = None,
    language: LanguageOption = None,
    json: JsonFlag = False,
) -> None:
    """The report of a day.

    Examples:

      hotline report daily --site /srv/hotline

      hotline report daily --date 2026-11-29 --format html --output day.html

      hotline report daily --json | jq .house.waits.answer_rate
    """
    _report("daily", site, day, form, output, folder, language, json)


@report.command()
def weekly(
    site: SiteOption = Path(),
    day: DateOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
    folder: FolderOption = None,
    language: LanguageOption = None,
    json: JsonFlag = False,
) -> None:
    """The report of a week, from Monday on.

    Example:

      hotline report weekly --date 2026-11-25 --format xlsx --output week.xlsx
    """
    _report("weekly", site, day, form, output, folder, language, json)


@report.command()
def monthly(
    site: SiteOption = Path(),
    day: DateOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
    folder: FolderOption = None,
    language: LanguageOption = None,
    json: JsonFlag = False,
) -> None:
    """The report of a month.

    Examples:

      hotline report monthly --date 2026-11-01 --format pdf --output november.pdf

      hotline report monthly --format html --format xlsx --folder reports
    """
    _report("monthly", site, day, form, output, folder, language, json)


report.command()(sample)
report.command()(review)
report.command()(repeats)
report.command()(topics)
app.add_typer(report, name="report")


def _report(
    period: Period,
    folder_of_site: Path,
    day: str | None,
    form: list[str] | None,
    output: Path | None,
    folder: Path | None,
    language: str | None,
    json: bool,
) -> None:
    opened = open_site(folder_of_site)
    with told():
        forms = _forms(form, json, output, folder)
        words = Words(language or opened.settings.languages[0])
        span = _span(period, day, opened)
        names = names_of(opened)
        with _progress(period) as progress:
            made = making.make(opened, span, time.time(), progress)
        for one in forms:
            body = written(made, one, words.language, names, opened.folder.name)
            to = output if folder is None else folder / f"{period}-{span.name}.{one}"
            _put(body, to)
        for gap in made.gaps:
            err.print(gap, style="yellow", markup=False)
        if not forms:
            _print(made, words, opened)


def _forms(form: list[str] | None, json: bool, output: Path | None, folder: Path | None) -> list[Format]:
    """The formats that are wanted; none: tables for people. Raises BadInput for what cannot be written."""
    wanted = [*(form or ()), *(("json",) if json else ())]
    found: list[Format] = []
    for word in wanted:
        known = next((one for one in FORMATS if one == word), None)
        if known is None:
            raise BadInput(f"no format {word}{nearest_hint(word, FORMATS)}; there are {', '.join(FORMATS)}")
        refuse_what_cannot_be_made(known)
        found.append(known)
    if len(found) > 1 and folder is None:
        raise BadInput("several formats go to a folder: --folder")
    if (output is not None or folder is not None) and not found:
        raise BadInput(f"which format? --format {', '.join(FORMATS)}")
    if output is not None and folder is not None:
        raise BadInput("--output or --folder, not both")
    if found and found[0] in _ON_PAPER and output is None and folder is None:
        raise BadInput(f"{found[0]} goes to a file: --output report.{found[0]}")
    return found


def _span(period: Period, day: str | None, site: Site) -> Span:
    if day is None:
        return last_complete(period, time.time(), site.zone)
    try:
        return span_of(period, date.fromisoformat(day), site.zone)
    except ValueError as error:
        raise BadInput(f"{day[:40]!r} is no day: write 2026-11-29") from error


@contextlib.contextmanager
def _progress(period: str) -> Iterator[making.Progress]:
    """A bar on standard error where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(f"{period} report", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _put(body: bytes, to: Path | None) -> None:
    """Write it whole or not at all, for this user only."""
    if to is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    new = to.with_name(f".{to.name}.new")
    new.write_bytes(body)
    os.replace(new, to)


def _print(made: Report, words: Words, site: Site) -> None:
    span = made.span
    out.print(f"{words[span.period]} {span.name}, {span.zone}", style="bold", markup=False)
    for table in tables(made, words, names_of(site)):
        out.print(f"\n{table.title}", style="bold", markup=False)
        forms = [form for _, form in table.columns]
        rows = [[cell(value, form) for value, form in zip(row, forms, strict=True)] for row in table.rows]
        print_table([title for title, _ in table.columns], rows, "")
    for one in made.suggestions:
        out.print(f"\n{words[one.of]} {one.name}: {words.of(one.text)}  ({one.when})", markup=False)
