"""The page of a report: HTML from one template, for the screen and, by the same text, for paper."""

from collections.abc import Sequence

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from hotline.reports import plots, shown
from hotline.reports.plots import Plot
from hotline.reports.table import Cell, Form, Names, Table
from hotline.reports.tables import tables
from hotline.reports.words import Words
from reporting.fates import FATES
from reporting.report import Report, SliceFigures, Suggestion
from reporting.satisfaction import GRADES
from reporting.waits import EDGES_S

_TEMPLATE = "report.html.j2"
_FONTS = '"WenQuanYi Micro Hei", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
"""Fonts with Chinese, of Debian, of other systems."""


class Tile(msgspec.Struct, frozen=True):
    """A figure that is looked at first."""

    title: str
    value: str
    note: str = ""


class Section(msgspec.Struct, frozen=True):
    """A plot under its title; `legend` has the words of its series."""

    title: str
    plot: Plot
    legend: Sequence[tuple[str, str]]


class ShownTable(msgspec.Struct, frozen=True):
    """A table in words. A column of numbers stands to the right."""

    name: str
    title: str
    heads: list[str]
    is_text: list[bool]
    rows: list[list[str]]
    total: bool


def page(report: Report, language: str, names: Names, house: str = "") -> str:
    """HTML, complete in itself: no address outside is asked for anything. Raises BadInput for an unknown language."""
    words = Words(language)
    environment = Environment(
        loader=PackageLoader("hotline.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    span = report.span
    return environment.get_template(_TEMPLATE).render(
        words=words,
        language=language,
        house=house,
        report=report,
        days=f"{span.first} – {span.last}" if span.first != span.last else f"{span.first}",
        made=shown.instant(report.known_until, span.zone),
        tiles=_tiles(report, words),
        sections=_sections(report, words),
        tables=[_shown(table) for table in tables(report, words, names)],
        suggestions=_suggested(report.suggestions, words, names),
        fonts=_FONTS,
        within=f"{report.in_time_s:g}",
    )


def cell(value: Cell, form: Form) -> str:
    """A cell in words."""
    if value is None:
        return shown.NOTHING
    match form:
        case "count" if isinstance(value, int):
            return shown.number(value)
        case "rate" if isinstance(value, int | float):
            return shown.rate(value)
        case "index" if isinstance(value, int | float):
            return shown.index(value)
        case "duration" if isinstance(value, int | float):
            return shown.duration(value)
        case _:
            return str(value)


def _shown(table: Table) -> ShownTable:
    forms = [form for _, form in table.columns]
    rows = [[cell(value, form) for value, form in zip(row, forms, strict=True)] for row in table.rows]
    heads = [title for title, _ in table.columns]
    return ShownTable(table.name, table.title, heads, [form == "text" for form in forms], rows, table.total)


def _tiles(report: Report, words: Words) -> list[Tile]:
    house = report.house
    waits, resolution, satisfaction, accuracy = house.waits, house.resolution, house.satisfaction, house.accuracy
    within = words.form("within", f"{report.in_time_s:g}")
    tiles = [
        Tile(words["offered"], shown.number(waits.offered)),
        Tile(words["answer_rate"], shown.rate(waits.answer_rate), f"{words['answered']} {waits.fates['answered']:,}"),
        Tile(words["service_level"], shown.rate(waits.service_level), within),
        Tile(words["service_level_of_all"], shown.rate(waits.service_level_of_all), within),
        Tile(
            words["mean_wait"],
            shown.duration(waits.mean_wait_s),
            f"{words['longest_wait']} {shown.duration(waits.longest_wait_s)}",
        ),
        Tile(
            words["abandon_rate"], shown.rate(waits.abandon_rate), f"{words['abandoned']} {waits.fates['abandoned']:,}"
        ),
        Tile(words["mean_call"], shown.duration(house.talks.mean_call_s), f"{words['talks']} {house.talks.talks:,}"),
    ]
    if resolution is not None:
        known = resolution.resolved + resolution.repeated
        note = words.form("of_contacts", f"{known:,}")
        if resolution.pending:
            note += "；" if words.language == "zh-CN" else "; "
            note += words.form("resolution_pending", f"{resolution.pending:,}")
        tiles.append(Tile(words["resolution"], shown.rate(resolution.rate), note))
    if house.repeats is not None:
        days = words.form("days_window", f"{report.repeat_days:g}")
        tiles.append(Tile(words["repeat_rate"], shown.rate(house.repeats.repeat_rate), days))
    if satisfaction is not None:
        corrected = satisfaction.corrected
        note = f"{words['sample']} {satisfaction.sample:,}"
        if corrected is not None:
            low, high = corrected.index_interval.low, corrected.index_interval.high
            note = words.form("of_sample", f"{satisfaction.sample:,}", f"{low:.2f}", f"{high:.2f}")
        index = None if corrected is None else corrected.index
        tiles.append(Tile(words["satisfaction"], shown.index(index), note))
    if accuracy is not None:
        note = words.form("of_reviewed", f"{accuracy.reviewed:,}")
        rate = accuracy.rate if accuracy.weighed is None else accuracy.weighed.rate
        tiles.append(Tile(words["accuracy"], shown.rate(rate), note))
    closures = report.cases.closures
    opened = f"{words['opened']} {report.cases.opened:,}"
    tiles.append(Tile(words["closed_in_two_days"], shown.rate(closures.rate), opened))
    return tiles


def _sections(report: Report, words: Words) -> list[Section]:
    waits = report.house.waits
    sections = []
    if waits.offered:
        parts = [(fate, words[fate], waits.fates[fate]) for fate in FATES]
        legend = [(fate, f"{words[fate]} {shown.rate(waits.shares[fate])}") for fate, _, count in parts if count]
        sections.append(Section(words["what_became"], plots.strip(parts), legend))
        hours = [str(hour) for hour in range(24)]
        sections.append(_of_slices(words, "by_hour", hours, report.hours))
        if len(report.days) > 1:
            days = [day[5:] for day in report.days]
            sections.append(_of_slices(words, "by_day", days, list(report.days.values())))
        classes = [*(words.form("up_to", _short(edge)) for edge in EDGES_S), words.form("longer", _short(EDGES_S[-1]))]
        by_wait = [
            ("answered", words["answered"], waits.answered_by_wait),
            ("abandoned", words["abandoned"], waits.abandoned_by_wait),
        ]
        sections.append(_section(words["by_wait"], plots.columns(classes, by_wait), by_wait))
    satisfaction = report.house.satisfaction
    if satisfaction is not None and satisfaction.sample:
        names = [words[f"grade_{grade}"] for grade in GRADES]
        grades = [
            (f"grade_{grade}", name, [count if place == at else 0 for at in range(5)])
            for place, (grade, name, count) in enumerate(zip(GRADES, names, satisfaction.grades, strict=True))
        ]
        sections.append(Section(words["by_grade_of_answer"], plots.columns(names, grades), []))
    return sections


def _of_slices(words: Words, title: str, names: list[str], slices: list[SliceFigures]) -> Section:
    series = [
        ("answered", words["answered"], [one.answered for one in slices]),
        ("abandoned", words["abandoned"], [one.abandoned for one in slices]),
        ("other", words["others"], [one.offered - one.answered - one.abandoned for one in slices]),
    ]
    return _section(words[title], plots.columns(names, series), series)


def _section(title: str, plot: Plot, series: list[tuple[str, str, list[int]]]) -> Section:
    return Section(title, plot, [(word, named) for word, named, values in series if any(values)])


def _short(seconds: int) -> str:
    return f"{seconds}s" if seconds < 60 else f"{seconds // 60}min"


def _suggested(found: list[Suggestion], words: Words, names: Names) -> list[tuple[str, str, str]]:
    """By rule: what is suggested, whom it concerns, and the condition that held."""
    by_rule: dict[str, list[Suggestion]] = {}
    for one in found:
        by_rule.setdefault(one.rule, []).append(one)
    between = "、" if words.language == "zh-CN" else ", "
    told = []
    for ones in by_rule.values():
        first, concerned = ones[0], between.join(_named(one, names) for one in ones)
        told.append((words.of(first.text), f"{words[first.of]} {concerned}".strip(), first.when))
    return told


def _named(one: Suggestion, names: Names) -> str:
    match one.of:
        case "queue":
            return names.queues.get(one.name) or one.name
        case "department":
            return names.departments.get(one.name) or one.name
        case "agent":
            return f"{one.name} {names.agents.get(one.name, '')}".strip()
        case "clock":
            grade, _, clock = one.name.partition(" ")
            return f"{names.grades.get(grade) or grade} {clock}"
        case _:
            return one.name
