"""All tables of a report, in the order in which it shows them."""

from hotline.reports import call_tables, case_tables, outgoing_tables
from hotline.reports.table import Names, Table
from hotline.reports.words import Words
from reporting.report import Report


def tables(report: Report, words: Words, names: Names) -> list[Table]:
    """Every table that has rows."""
    made = (
        call_tables.queues(report, words, names),
        call_tables.after(report, words, names),
        call_tables.agents(report, words, names),
        call_tables.kinds(report, words),
        call_tables.callbacks(report, words),
        call_tables.dispositions(report, words, names),
        call_tables.ladder(report, words),
        call_tables.days(report, words),
        case_tables.cases(report, words, names),
        case_tables.clocks(report, words, names),
        case_tables.steps(report, words),
        case_tables.departments(report, words, names),
        case_tables.follow_ups(report, words),
        case_tables.questions(report, words),
        call_tables.channels(report, words),
        outgoing_tables.scenes(report, words),
        outgoing_tables.refusals(report, words),
        outgoing_tables.refusals_by_department(report, words, names),
    )
    return [table for table in made if table.rows]
