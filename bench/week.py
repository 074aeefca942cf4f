"""A week of 5,000 cases and 40 handlers, by the shipped grades.yaml, dispatch.yaml and clocks.yaml, and the same week
first in, first out; simulated, with the cores that serve a site.

Severe is what a person labelled level 1 (tests/labelled/): a text that the rules grade lower counts against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bench import grading
from bench.catalogue import Options
from bench.machine import facts
from bench.report import Figure, Report, at_least, at_most, told
from bench.week_house import CaseDone, Order, Rules, Week
from bench.week_people import HOUR, Arrival, Person, arrivals, people, staffed
from calls.errors import BadInput
from complaints.clocks.reading import CLOCKS
from complaints.dispatch.reading import DISPATCH, read_dispatch
from complaints.grading.reading import GRADES
from dsl.calendars import read_hours
from dsl.tree import parse
from hotline.site.sample import SAMPLE
from hotline.versions.case_rules import HOURS
from hotline.versions.clocks import read_folder_clocks

_SEED = 20_261_130
_DAYS = 7
_BEYOND = 7
"""Days that people work on after the last arrival."""


def run(options: Options) -> Report:
    """Takes a minute; `quick` lives one day."""
    days = 1 if options.quick else _DAYS
    rules = shipped()
    coming = arrivals(grading.read("complaints.yaml"), days, Random(_SEED))
    staff = people(rules.dispatch, days + _BEYOND)
    ours = _lived(rules, staff, "rules", coming)
    options.progress(f"by the rules: first feedback in 2 h {answered_in_time(severe(ours)):.2f} %")
    theirs = _lived(rules, staff, "fifo", coming)
    mine, others = severe(ours), severe(theirs)
    figures: list[Figure] = [
        at_least("first feedback in 2 h", answered_in_time(mine), "%", 99, answered_in_time(others)),
        at_least("2-day closure", closed_in_time(mine), "%", 80, closed_in_time(others)),
        at_most("breaches without a warning before", float(ours.unwarned), "", 0),
        told("level-1 warnings told", float(ours.warnings), ""),
        told("level-1 breaches", float(ours.breaches), ""),
        told("cases", float(len(coming)), ""),
        told("of them severe", float(len(mine)), ""),
        told("handlers", float(len(staff)), ""),
        told("first feedback of all others, median", _median_min(ours), "min", _median_min(theirs)),
        told("their 2-day closure", closed_in_time(_others(ours)), "%", closed_in_time(_others(theirs))),
    ]
    return Report("week", facts(), figures)


def shipped() -> Rules:
    """The rules of the sample, with forty people. Raises BadInput where they are broken."""
    grades = grading.shipped()
    roots = {
        path: parse((SAMPLE / path).read_text(encoding="utf-8"), path) for path in (HOURS, DISPATCH, CLOCKS, GRADES)
    }
    hours, _ = read_hours(roots[HOURS], None)
    dispatch, problems = read_dispatch(roots[DISPATCH], hours, grades.grades)
    book, wrong = read_folder_clocks(roots, hours)
    if dispatch is None or any(not one.warning for one in wrong):
        raise BadInput("\n".join(str(one) for one in (*problems, *wrong)))
    return Rules(grades, staffed(dispatch), hours, book)


def _lived(rules: Rules, staff: Sequence[Person], order: Order, coming: Sequence[Arrival]) -> Week:
    week = Week(rules, staff, order)
    week.run(coming)
    return week


def severe(week: Week) -> list[CaseDone]:
    """Cases that a person labelled level 1."""
    return [case for case in week.cases.values() if case.arrival.text.label == grading.SEVERE]


def _others(week: Week) -> list[CaseDone]:
    return [case for case in week.cases.values() if case.arrival.text.label != grading.SEVERE]


def answered_in_time(cases: Sequence[CaseDone]) -> float:
    """Cases with a first feedback within two hours, in percent."""
    return _percent(
        sum(one.answered_at is not None and one.answered_at - one.arrival.at <= 2 * HOUR for one in cases), cases
    )


def closed_in_time(cases: Sequence[CaseDone]) -> float:
    """Cases closed within two days, in percent."""
    return _percent(
        sum(one.closed_at is not None and one.closed_at - one.arrival.at <= 48 * HOUR for one in cases), cases
    )


def _percent(part: int, cases: Sequence[CaseDone]) -> float:
    return 100 * part / len(cases) if cases else 0.0


def _median_min(week: Week) -> float:
    waits = sorted(one.answered_at - one.arrival.at for one in _others(week) if one.answered_at is not None)
    return waits[len(waits) // 2] / 60 if waits else 0.0
