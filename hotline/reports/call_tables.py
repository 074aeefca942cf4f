"""Tables of calls: queues, talks, agents, kinds, callbacks, dispositions, the ladder, days, satisfaction by channel."""

from collections.abc import Iterator

from hotline.reports.table import Cell, Form, Names, Table
from hotline.reports.words import Words
from reporting.channels import TELEPHONE
from reporting.fates import FATES
from reporting.report import QueueFigures, Report

_KINDS = {"agent": "own_call"}
"""Kinds of calls whose word stands for something else, too."""


def _each(report: Report, words: Words, names: Names) -> Iterator[tuple[str, QueueFigures]]:
    if report.queues:
        yield words["house"], report.house
    for name, one in report.queues.items():
        yield names.queues.get(name) or name, one


def queues(report: Report, words: Words, names: Names) -> Table:
    """How the callers of each queue fared, and how long they waited."""
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


def ladder(report: Report, words: Words) -> Table:
    """How long callers stayed on each rung, and why they left it."""
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


def after(report: Report, words: Words, names: Names) -> Table:
    """What came after the wait: talks, resolution, satisfaction, by queue."""
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


def agents(report: Report, words: Words, names: Names) -> Table:
    """Each agent's talks, and what callers said of them."""
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


def kinds(report: Report, words: Words) -> Table:
    """Talks by their kind: answered, made by agents, among colleagues."""
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


def callbacks(report: Report, words: Words) -> Table:
    """What became of callbacks."""
    rows: list[list[Cell]] = [[words[word], count] for word, count in report.callbacks.items()]
    return Table("callbacks", words["callbacks"], [(words["outcome"], "text"), (words["count"], "count")], rows)


def dispositions(report: Report, words: Words, names: Names) -> Table:
    """What agents said that talks came to."""
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


def days(report: Report, words: Words) -> Table:
    """Each day of several."""
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


def channels(report: Report, words: Words) -> Table:
    """Satisfaction over all channels."""
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
