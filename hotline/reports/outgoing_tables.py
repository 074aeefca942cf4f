"""Tables of outgoing calls: scenes, and what the governor refused them."""

from hotline.reports.table import Cell, Form, Names, Table
from hotline.reports.words import Words
from reporting.report import Report


def scenes(report: Report, words: Words) -> Table:
    """Each scene's calls, and the complaints that followed."""
    columns: list[tuple[str, Form]] = [
        (words["scene"], "text"),
        (words["dialled"], "count"),
        (words["answered_calls"], "count"),
        (words["effective_talks"], "count"),
        (words["abandoned_dialled"], "count"),
        (words["blocked"], "count"),
        (words["answer_rate"], "rate"),
        (words["talk_rate"], "rate"),
        (words["complaints"], "count"),
        (words["complaints_per_10000"], "index"),
        (words["refused_calls"], "count"),
        (words["refused_rate"], "rate"),
    ]
    rows: list[list[Cell]] = [
        [
            *(name, one.dialled, one.answered, one.talks, one.abandoned, one.blocked, one.answer_rate, one.talk_rate),
            *(one.complaints, one.complaints_per_10000, one.refused, one.refused_rate),
        ]
        for name, one in report.scenes.items()
    ]
    return Table("scenes", words["scenes"], columns, rows)


def refusals(report: Report, words: Words) -> Table:
    """What each rule denied or put off, by scene."""
    columns: list[tuple[str, Form]] = [
        (words["scene"], "text"),
        (words["rule"], "text"),
        (words["denied"], "count"),
        (words["put_off"], "count"),
        (words["numbers"], "count"),
    ]
    rows: list[list[Cell]] = [
        [scene, rule, one.denied, one.deferred, one.numbers]
        for scene, rules in report.refusals.items()
        for rule, one in rules.items()
    ]
    return Table("refusals", words["refusals"], columns, rows)


def refusals_by_department(report: Report, words: Words, names: Names) -> Table:
    """What each rule denied or put off, by department."""
    columns: list[tuple[str, Form]] = [
        (words["department"], "text"),
        (words["rule"], "text"),
        (words["denied"], "count"),
        (words["put_off"], "count"),
    ]
    rows: list[list[Cell]] = [
        [names.departments.get(department) or department, rule, one.denied, one.deferred]
        for department, rules in report.refusals_by_department.items()
        for rule, one in rules.items()
    ]
    return Table("refusals_by_department", words["refusals_by_department"], columns, rows)
