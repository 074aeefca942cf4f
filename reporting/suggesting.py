"""Suggestions: rules that are asked of each part of a report, each with the figures that it may name.

A rule suggests nothing where one of its figures is not there (nobody answered a survey), where it errs, and where there
are fewer than its `least`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from dsl.conditions import Erred, compiled, holds
from reporting.accuracy import AccuracyFigures
from reporting.ratios import percent
from reporting.report import AgentFigures, QueueFigures, Report, Suggestion
from reporting.settings import Rule, Scope

Values = Mapping[str, float | None]

_OF_A_QUEUE = (
    "offered", "answer_rate", "abandon_rate", "callback_rate", "way_out_rate", "timed_out_rate", "turned_away_rate",
    "service_level", "service_level_of_all", "mean_wait_s", "longest_wait_s", "mean_abandon_s", "talks", "mean_talk_s",
    "mean_call_s", "repeat_rate", "resolution_rate", "satisfaction_index", "satisfied_rate", "response_rate", "sample",
    "accuracy_rate",
)  # fmt: skip
FIGURES: dict[Scope, tuple[str, ...]] = {
    "house": (*_OF_A_QUEUE, "cases_per_10000", "closure_rate", "mean_hand_over_s"),
    "queue": _OF_A_QUEUE,
    "agent": ("talks", "mean_talk_s", "held_rate", "resolution_rate", "satisfaction_index", "satisfied_rate", "sample",
              "accuracy_rate"),
    "clock": ("decided", "met_rate", "share"),
    "department": ("cases", "met_rate", "closure_rate", "mean_hand_over_s", "longest_hand_over_s"),
    "scene": ("dialled", "answer_rate", "talk_rate", "abandoned_rate", "blocked_rate", "complaints",
              "complaints_per_10000", "refused", "refused_rate"),
}  # fmt: skip
"""The figures that a rule of each scope may name."""
_BASE: dict[Scope, str] = {
    "house": "offered", "queue": "offered", "agent": "talks", "clock": "decided", "department": "cases",
    "scene": "dialled",
}  # fmt: skip
"""The figure that `least` is about."""


def with_suggestions(report: Report, rules: Sequence[Rule]) -> Report:
    """The report with what the rules suggest."""
    return msgspec.structs.replace(report, suggestions=list(suggestions(report, rules)))


def suggestions(report: Report, rules: Iterable[Rule]) -> Iterator[Suggestion]:
    """What the rules suggest, rule by rule."""
    for rule in rules:
        for name, values in parts(report, rule.of):
            if (values[_BASE[rule.of]] or 0.0) >= rule.least and _holds(rule.when, values):
                yield Suggestion(rule.name, rule.of, name, dict(rule.suggest), rule.when)


def parts(report: Report, scope: Scope) -> list[tuple[str, Values]]:
    """Each part of a report that rules of `scope` are asked of, with its figures by name."""
    cases = report.cases
    match scope:
        case "house":
            callers = report.calls.get("caller", 0) + report.calls.get("callback", 0)
            more = {
                "cases_per_10000": 10_000 * cases.opened / callers if callers else None,
                "closure_rate": cases.closures.rate,
                "mean_hand_over_s": _float(cases.hand_overs.mean_s),
            }
            return [("", {**_queue(report.house), **more})]
        case "queue":
            return [(name, _queue(one)) for name, one in report.queues.items()]
        case "agent":
            return [(name, _agent(one)) for name, one in report.agents.items()]
        case "clock":
            return [
                (f"{grade} {clock}", {"decided": float(one.met + one.missed), "met_rate": one.rate, "share": one.share})
                for grade, clocks in cases.clocks_by_grade.items()
                for clock, one in clocks.items()
            ]
        case "department":
            names = {*cases.by_department, *cases.clocks_by_department, *cases.hand_overs_by_department}
            return [(name, _department(report, name)) for name in sorted(names)]
        case "scene":
            return [
                (
                    name,
                    {
                        "dialled": float(one.dialled),
                        "answer_rate": one.answer_rate,
                        "talk_rate": one.talk_rate,
                        "abandoned_rate": percent(one.abandoned, one.answered),
                        "blocked_rate": percent(one.blocked, one.dialled),
                        "complaints": float(one.complaints),
                        "complaints_per_10000": one.complaints_per_10000,
                        "refused": float(one.refused),
                        "refused_rate": one.refused_rate,
                    },
                )
                for name, one in report.scenes.items()
            ]


def _holds(when: str, values: Values) -> bool:
    try:
        known = {name: values.get(name) for name in compiled(when).variables}
        return None not in known.values() and holds(when, known)
    except (Erred, ValueError):
        return False


def _queue(one: QueueFigures) -> Values:
    waits, talks, satisfaction = one.waits, one.talks, one.satisfaction
    corrected = satisfaction.corrected if satisfaction is not None else None
    return {
        "offered": float(waits.offered),
        "answer_rate": waits.answer_rate,
        "abandon_rate": waits.abandon_rate,
        **{f"{fate}_rate": waits.shares[fate] for fate in ("callback", "way_out", "timed_out", "turned_away")},
        "service_level": waits.service_level,
        "service_level_of_all": waits.service_level_of_all,
        "mean_wait_s": _float(waits.mean_wait_s),
        "longest_wait_s": _float(waits.longest_wait_s),
        "mean_abandon_s": _float(waits.mean_abandon_s),
        "talks": float(talks.talks),
        "mean_talk_s": _float(talks.mean_talk_s),
        "mean_call_s": _float(talks.mean_call_s),
        "repeat_rate": None if one.repeats is None else one.repeats.repeat_rate,
        "resolution_rate": None if one.resolution is None else one.resolution.rate,
        "satisfaction_index": None if corrected is None else corrected.index,
        "satisfied_rate": None if corrected is None else corrected.satisfied,
        "response_rate": None if satisfaction is None else satisfaction.response_rate,
        "sample": 0.0 if satisfaction is None else float(satisfaction.sample),
        "accuracy_rate": None if one.accuracy is None else _accuracy(one.accuracy),
    }


def _accuracy(figures: AccuracyFigures) -> float | None:
    """Weighed by queue, where it is."""
    return figures.rate if figures.weighed is None else figures.weighed.rate


def _agent(one: AgentFigures) -> Values:
    grades = one.satisfaction
    return {
        "talks": float(one.talks.talks),
        "mean_talk_s": _float(one.talks.mean_talk_s),
        "held_rate": percent(one.talks.held_s, one.talks.talk_s),
        "resolution_rate": None if one.resolution is None else one.resolution.rate,
        "satisfaction_index": None if grades is None else grades.index,
        "satisfied_rate": None if grades is None else grades.satisfied,
        "sample": 0.0 if grades is None else float(grades.sample),
        "accuracy_rate": None if one.accuracy is None else one.accuracy.rate,
    }


def _department(report: Report, name: str) -> Values:
    cases = report.cases
    clock = cases.clocks_by_department.get(name)
    hand_overs, closures = cases.hand_overs_by_department.get(name), cases.closures_by_department.get(name)
    return {
        "cases": float(cases.by_department.get(name, 0)),
        "met_rate": None if clock is None else clock.rate,
        "closure_rate": None if closures is None else closures.rate,
        "mean_hand_over_s": None if hand_overs is None else _float(hand_overs.mean_s),
        "longest_hand_over_s": None if hand_overs is None else _float(hand_overs.longest_s),
    }


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
