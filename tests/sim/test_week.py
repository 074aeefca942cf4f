"""The simulated week: a day of it goes the whole way by the cores, and the figures are named."""

from random import Random

import pytest

from bench import grading, week
from bench.catalogue import BENCHES, Options
from bench.week_house import Week
from bench.week_people import CASES, HOUR, arrivals, people
from complaints.stages.state import state_of

pytestmark = pytest.mark.sim


def test_forty_people_have_five_shifts_a_week_and_rest_between_them() -> None:
    staff = people(week.shipped().dispatch, 14)
    assert len(staff) == len({one.name for one in staff}) == 40
    for person in staff:
        for (_, ended), (begins, _) in zip(person.shifts, person.shifts[1:], strict=False):
            assert begins - ended >= 10 * HOUR, person.name
        for begin, _ in person.shifts:
            assert sum(begin <= other < begin + 7 * 24 * HOUR - 1 for other, _ in person.shifts) <= 5, person.name


def test_somebody_is_there_for_severe_cases_at_every_hour() -> None:
    rules = week.shipped()
    office = [one for one in people(rules.dispatch, 7) if one.department == "complaint_office"]
    (first, *_) = arrivals(grading.read("complaints.yaml"), 1, Random(1))
    begin = first.at // (24 * HOUR) * 24 * HOUR
    for hour in range(24 * 6):
        at = begin + hour * HOUR + 60
        assert any(start <= at < end for one in office for start, end in one.shifts), hour


def test_all_cases_of_a_morning_are_closed_by_the_rules_of_the_stages() -> None:
    rules = week.shipped()
    coming = arrivals(grading.read("complaints.yaml"), 1, Random(1))[:150]
    lived = Week(rules, people(rules.dispatch, 9), "rules")
    lived.run(coming)
    assert {state_of(case.log).stage for case in lived.cases.values()} == {"closed"}
    severe = [case for case in lived.cases.values() if case.grade == grading.SEVERE]
    for case in severe:
        by = {entry.kind: entry.author for entry in case.log}
        assert by["approved"] != by["decided"], "a second pair of eyes"
    assert lived.unwarned == 0
    assert lived.breaches <= lived.warnings


def test_the_week_has_five_thousand_cases() -> None:
    assert BENCHES["week"].module == "week"
    coming = arrivals(grading.read("complaints.yaml"), 7, Random(1))
    assert abs(len(coming) - CASES) <= 4
    assert [one.at for one in coming] == sorted(one.at for one in coming)
    assert coming == arrivals(grading.read("complaints.yaml"), 7, Random(1))


def test_the_figures_are_named_each_beside_first_in_first_out() -> None:
    by_name = {one.figure: one for one in week.run(Options(quick=True)).figures}
    for name, target in (("first feedback in 2 h", 99), ("2-day closure", 80)):
        assert by_name[name].target == target
        assert by_name[name].reference is not None
    assert by_name["breaches without a warning before"].met
