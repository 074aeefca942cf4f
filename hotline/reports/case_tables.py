"""Tables of cases: levels, clocks, steps, departments, follow-ups, and what questionnaires were answered."""

from hotline.reports.table import Cell, Form, Names, Table
from hotline.reports.words import Words
from reporting.report import Report


def cases(report: Report, words: Words, names: Names) -> Table:
    """Cases by level, and how many were closed in two days."""
    columns: list[tuple[str, Form]] = [
        (words["level"], "text"),
        (words["opened"], "count"),
        (words["closed_in_two_days"], "rate"),
    ]
    cases = report.cases
    rows: list[list[Cell]] = [[words["total"], cases.opened, cases.closures.rate]] if cases.opened else []
    rows += [
        [names.grades.get(grade) or grade or "–", count, cases.closures_by_grade[grade].rate]
        for grade, count in sorted(cases.by_grade.items())
    ]
    return Table("cases", words["cases"], columns, rows, total=True)


def clocks(report: Report, words: Words, names: Names) -> Table:
    """Clocks of cases that were met, and missed."""
    columns: list[tuple[str, Form]] = [
        (words["level"], "text"),
        (words["clock"], "text"),
        (words["met"], "count"),
        (words["missed"], "count"),
        (words["met_rate"], "rate"),
        (words["share"], "rate"),
    ]
    rows: list[list[Cell]] = [
        [names.grades.get(grade) or grade or "–", clock, one.met, one.missed, one.rate, one.share]
        for grade, clocks in report.cases.clocks_by_grade.items()
        for clock, one in clocks.items()
    ]
    return Table("clocks", words["case_clocks"], columns, rows)


def steps(report: Report, words: Words) -> Table:
    """How long each step of a case took."""
    columns: list[tuple[str, Form]] = [
        (words["case_step"], "text"),
        (words["done_steps"], "count"),
        (words["mean_time"], "duration"),
        (words["longest_time"], "duration"),
    ]
    rows: list[list[Cell]] = [
        [words[f"stage_{stage}"], one.done, one.mean_s, one.longest_s] for stage, one in report.cases.steps.items()
    ]
    return Table("steps", words["case_steps"], columns, rows)


def departments(report: Report, words: Words, names: Names) -> Table:
    """Each department's cases."""
    columns: list[tuple[str, Form]] = [
        (words["department"], "text"),
        (words["opened"], "count"),
        (words["closed_in_two_days"], "rate"),
        (words["met"], "count"),
        (words["missed"], "count"),
        (words["met_rate"], "rate"),
        (words["taken"], "count"),
        (words["mean_hand_over"], "duration"),
        (words["longest_hand_over"], "duration"),
        (words["sent_on"], "count"),
    ]
    cases = report.cases
    rows: list[list[Cell]] = []
    for name in sorted({*cases.by_department, *cases.clocks_by_department, *cases.hand_overs_by_department}):
        closures, clock = cases.closures_by_department.get(name), cases.clocks_by_department.get(name)
        handed = cases.hand_overs_by_department.get(name)
        rows.append(
            [
                names.departments.get(name) or name or "–",
                cases.by_department.get(name, 0),
                closures.rate if closures is not None else None,
                *((clock.met, clock.missed, clock.rate) if clock is not None else (0, 0, None)),
                *((handed.taken, handed.mean_s, handed.longest_s, handed.sent_on) if handed else (0, None, None, 0)),
            ]
        )
    return Table("departments", words["case_departments"], columns, rows)


def follow_ups(report: Report, words: Words) -> Table:
    """Follow-ups that were due, and what became of them."""
    columns: list[tuple[str, Form]] = [
        (words["rule"], "text"),
        (words["due"], "count"),
        (words["done"], "count"),
        (words["in_time"], "count"),
        (words["in_time_rate"], "rate"),
        (words["held_back"], "count"),
        (words["given_up"], "count"),
        (words["not_wanted"], "count"),
        (words["pending"], "count"),
    ]
    rows: list[list[Cell]] = [
        [
            *(name or words["all_of_them"], one.due, one.done, one.in_time, one.in_time_rate),
            *(one.held, one.given_up, one.not_wanted, one.pending),
        ]
        for name, one in report.followups.items()
    ]
    return Table("followups", words["followups"], columns, rows, total=True)


def questions(report: Report, words: Words) -> Table:
    """Answers to each question of a questionnaire."""
    columns: list[tuple[str, Form]] = [
        (words["questionnaire"], "text"),
        (words["question"], "text"),
        (words["answer"], "text"),
        (words["count"], "count"),
        (words["sample"], "count"),
        (words["index"], "index"),
    ]
    rows: list[list[Cell]] = [
        [questionnaire, question, word, count, one.sample, one.satisfaction.index if one.satisfaction else None]
        for questionnaire, questions in report.questionnaires.items()
        for question, one in questions.items()
        for word, count in one.words.items()
    ]
    return Table("questionnaires", words["questionnaires"], columns, rows)
