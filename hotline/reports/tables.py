"""Tables of a report: the same for the page, for CSV and for spreadsheets. Cells are plain values, not yet in words."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from hotline.reports.words import Words
from reporting.channels import TELEPHONE
from reporting.fates import FATES
from reporting.report import QueueFigures, Report

Form = Literal["text", "count", "rate", "index", "duration"]
Cell = str | int | float | None


class Table(msgspec.Struct, frozen=True):
    """Rows under columns; each column has its form. `total`: the first row is of all."""

    name: str
    title: str
    columns: list[tuple[str, Form]]
    rows: list[list[Cell]]
    total: bool = False


class Names(msgspec.Struct, frozen=True):
    """Names for people, by what figures call them."""

    queues: dict[str, str] = {}
    agents: dict[str, str] = {}
    departments: dict[str, str] = {}
    grades: dict[str, str] = {}


_KINDS = {"agent": "own_call"}
"""Kinds of calls whose word stands for something else, too."""


def tables(report: Report, words: Words, names: Names) -> list[Table]:
    """Every table that has rows."""
    made = (
        _queues(report, words, names),
        _after(report, words, names),
        _agents(report, words, names),
        _kinds(report, words),
        _callbacks(report, words),
        _dispositions(report, words, names),
        _ladder(report, words),
        _days(report, words),
        _cases(report, words, names),
        _clocks(report, words, names),
        _steps(report, words),
        _departments(report, words, names),
        _follow_ups(report, words),
        _questions(report, words),
        _channels(report, words),
        _scenes(report, words),
        _refusals(report, words),
        _refusals_by_department(report, words, names),
    )
    return [table for table in made if table.rows]


def _each(report: Report, words: Words, names: Names) -> Iterator[tuple[str, QueueFigures]]:
    if report.queues:
        yield words["house"], report.house
    for name, one in report.queues.items():
        yield names.queues.get(name) or name, one


def _queues(report: Report, words: Words, names: Names) -> Table:
    columns: list[tuple[str, Form]] = [(words["queue"], "text"), (words["offered"], "count")]
    columns += [(words[fate], "count") for fate in FATES]
    columns += [
        (words["answer_rate"], "rate"),
        (words["abandon_rate"], "rate"),
        (words["service_level"], "rate"),
        (words["service_level_of_all"], "rate"),
        (words["mean_wait"], "duration"),
        (words["longest_wait"], "duration"),
        (words["mean_abandon"], "duration"),
    ]
    rows: list[list[Cell]] = []
    for name, one in _each(report, words, names):
        waits = one.waits
        rows.append(
            [
                name,
                waits.offered,
                *(waits.fates[fate] for fate in FATES),
                *(waits.answer_rate, waits.abandon_rate, waits.service_level, waits.service_level_of_all),
                *(waits.mean_wait_s, waits.longest_wait_s, waits.mean_abandon_s),
            ]
        )
    return Table("queues", words["queues"], columns, rows, total=True)


def _ladder(report: Report, words: Words) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["rung"], "text"),
        (words["stays"], "count"),
        (words["mean_stay"], "duration"),
        (words["handed_over"], "count"),
        (words["mean_wasted"], "duration"),
        (words["left_because"], "text"),
    ]
    ladder = report.ladder
    before: dict[str, tuple[int | None, int | None]] = {
        "person": (ladder.handed_over, ladder.mean_wasted_s),
        "robot": (ladder.handed_over_by_robot, ladder.mean_wasted_by_robot_s),
    }
    rows: list[list[Cell]] = [
        [
            words[rung],
            one.stays,
            one.mean_s,
            *before.get(rung, (None, None)),
            ", ".join(f"{words[f'because_{because}']} {count}" for because, count in one.because.items()),
        ]
        for rung, one in ladder.rungs.items()
    ]
    return Table("ladder", words["ladder"], columns, rows)


def _after(report: Report, words: Words, names: Names) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["queue"], "text"),
        (words["calls"], "count"),
        (words["talks"], "count"),
        (words["mean_talk"], "duration"),
        (words["mean_call"], "duration"),
        (words["held"], "duration"),
        (words["resolution"], "rate"),
        (words["repeat_rate"], "rate"),
        (words["satisfaction_raw"], "index"),
        (words["satisfaction"], "index"),
        (words["satisfied"], "rate"),
        (words["interval"], "text"),
        (words["sample"], "count"),
        (words["response_rate"], "rate"),
        (words["accuracy"], "rate"),
    ]
    rows: list[list[Cell]] = []
    for name, one in _each(report, words, names):
        talks, satisfaction = one.talks, one.satisfaction
        corrected = satisfaction.corrected if satisfaction is not None else None
        between = corrected.satisfied_interval if corrected is not None else None
        rows.append(
            [
                *(name, talks.calls, talks.talks, talks.mean_talk_s, talks.mean_call_s, talks.held_s),
                one.resolution.rate if one.resolution is not None else None,
                one.repeats.repeat_rate if one.repeats is not None else None,
                satisfaction.index if satisfaction is not None else None,
                corrected.index if corrected is not None else None,
                corrected.satisfied if corrected is not None else None,
                f"{between.low:.2f}–{between.high:.2f}" if between is not None else None,
                satisfaction.sample if satisfaction is not None else 0,
                satisfaction.response_rate if satisfaction is not None else None,
                one.accuracy.rate if one.accuracy is not None else None,
            ]
        )
    return Table("talks", words["after_talks"], columns, rows, total=True)


def _agents(report: Report, words: Words, names: Names) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["agent"], "text"),
        (words["calls"], "count"),
        (words["talks"], "count"),
        (words["talk_time"], "duration"),
        (words["mean_talk"], "duration"),
        (words["held"], "duration"),
        (words["resolution"], "rate"),
        (words["satisfaction_raw"], "index"),
        (words["sample"], "count"),
        (words["accuracy"], "rate"),
    ]
    rows: list[list[Cell]] = []
    for name, one in report.agents.items():
        called = names.agents.get(name)
        rows.append(
            [
                f"{name} {called}" if called else name,
                *(one.talks.calls, one.talks.talks, one.talks.talk_s, one.talks.mean_talk_s, one.talks.held_s),
                one.resolution.rate if one.resolution is not None else None,
                one.satisfaction.index if one.satisfaction is not None else None,
                one.satisfaction.sample if one.satisfaction is not None else 0,
                one.accuracy.rate if one.accuracy is not None else None,
            ]
        )
    return Table("agents", words["agents"], columns, rows)


def _kinds(report: Report, words: Words) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["kind"], "text"),
        (words["calls"], "count"),
        (words["talks"], "count"),
        (words["talk_time"], "duration"),
        (words["mean_talk"], "duration"),
        (words["mean_call"], "duration"),
    ]
    rows: list[list[Cell]] = [
        [words[_KINDS.get(kind, kind)], one.calls, one.talks, one.talk_s, one.mean_talk_s, one.mean_call_s]
        for kind, one in report.talks_by_kind.items()
    ]
    return Table("kinds", words["kinds"], columns, rows)


def _callbacks(report: Report, words: Words) -> Table:
    rows: list[list[Cell]] = [[words[word], count] for word, count in report.callbacks.items()]
    return Table("callbacks", words["callbacks"], [(words["outcome"], "text"), (words["count"], "count")], rows)


def _dispositions(report: Report, words: Words, names: Names) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["queue"], "text"),
        (words["disposition"], "text"),
        (words["count"], "count"),
    ]
    rows: list[list[Cell]] = [
        [names.queues.get(queue) or queue, said or words["unsaid"], count]
        for queue, one in report.dispositions.items()
        for said, count in one.items()
    ]
    return Table("dispositions", words["dispositions"], columns, rows)


def _days(report: Report, words: Words) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["day"], "text"),
        (words["offered"], "count"),
        (words["answered"], "count"),
        (words["abandoned"], "count"),
        (words["mean_wait"], "duration"),
    ]
    rows: list[list[Cell]] = [
        [day, one.offered, one.answered, one.abandoned, one.mean_wait_s] for day, one in report.days.items()
    ]
    return Table("days", words["by_day"], columns, rows if len(rows) > 1 else [])


def _cases(report: Report, words: Words, names: Names) -> Table:
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


def _clocks(report: Report, words: Words, names: Names) -> Table:
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


def _steps(report: Report, words: Words) -> Table:
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


def _departments(report: Report, words: Words, names: Names) -> Table:
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


def _follow_ups(report: Report, words: Words) -> Table:
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


def _questions(report: Report, words: Words) -> Table:
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


def _channels(report: Report, words: Words) -> Table:
    columns: list[tuple[str, Form]] = [
        (words["channel"], "text"),
        (words["weight"], "index"),
        (words["sample"], "count"),
        (words["index"], "index"),
        (words["satisfied_share"], "rate"),
    ]
    over = report.satisfaction
    rows: list[list[Cell]] = []
    if over is not None:
        channels = over.channels
        sample = sum(one.sample for one in channels.values())
        rows.append([words["all_of_them"], None, sample, over.index, over.satisfied])
        rows += [
            [words[name] if name == TELEPHONE else name, one.weight, one.sample, one.index, one.satisfied]
            for name, one in channels.items()
        ]
    return Table("channels", words["over_channels"], columns, rows, total=True)


def _scenes(report: Report, words: Words) -> Table:
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


def _refusals(report: Report, words: Words) -> Table:
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


def _refusals_by_department(report: Report, words: Words, names: Names) -> Table:
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
