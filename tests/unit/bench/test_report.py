"""Figures, their verdicts, and their shape as JSON and as a table."""

import io
import json
import os
import time

import pytest
from rich.console import Console

from bench import machine
from bench.report import Report, as_json, at_least, at_most, machine_line, notes, table, told, unjudged

pytestmark = pytest.mark.unit


def _report() -> Report:
    figures = [
        at_most("INVITE to first audio p95", 9.12345, "ms", 15, 5.2),
        at_least("rate held, ratio of app_queue", 0.7, "", 0.8, 1.0),
        at_most("digit to next prompt p95", None, "ms", 12),
        told("CPU of Asterisk", 21.0, "ms"),
    ]
    return Report("live", {"cpu": "a processor", "cores": 2, "notes": ["it was noisy"]}, figures)


def test_json_has_the_shape_that_design_gives():
    told_as = json.loads(json.dumps(as_json(_report())))
    assert list(told_as) == ["bench", "machine", "figures"]
    assert told_as["figures"][0] == {
        "figure": "INVITE to first audio p95",
        "value": 9.123,
        "unit": "ms",
        "target": 15,
        "reference": 5.2,
        "met": True,
    }


def test_what_is_below_its_floor_or_was_not_measured_is_missed():
    assert [figure["met"] for figure in as_json(_report())["figures"]] == [True, False, False, None]
    assert [figure.value for figure in _report().missed] == [0.7, None]


@pytest.mark.parametrize(("value", "ceiling", "floor"), [(0.9, True, False), (1.0, True, True), (1.1, False, True)])
def test_a_target_itself_is_reached(value: float, ceiling: bool, floor: bool):
    assert at_most("x", value, "s", 1.0).met is ceiling
    assert at_least("x", value, "s", 1.0).met is floor


def test_a_value_is_judged_before_it_is_rounded():
    assert at_most("x", 1.0004, "s", 1.0).met is False


def test_the_table_says_missed():
    screen = io.StringIO()
    Console(file=screen, width=120).print(table(_report()))
    rows = screen.getvalue().splitlines()
    assert any("9.123 ms" in row and "≤ 15" in row and "5.2" in row and "met" in row for row in rows)
    assert any("ratio of app_queue" in row and "≥ 0.8" in row and "missed" in row for row in rows)
    assert any("not measured" in row and "missed" in row for row in rows)


def test_on_a_busy_machine_the_target_stands_and_nothing_is_met_or_missed():
    report = Report("live", {}, [unjudged(at_most("ratio", 3.0, "", 1.25)), unjudged(at_least("rate", None, "", 0.9))])
    assert [(one["target"], one["met"]) for one in as_json(report)["figures"]] == [(1.25, None), (0.9, None)]
    assert report.missed == []
    screen = io.StringIO()
    Console(file=screen, width=120).print(table(report))
    assert screen.getvalue().count("busy machine, no verdict") == 2


def test_notes_are_told_apart_from_the_machine():
    assert machine_line(_report()) == "cpu a processor, cores 2"
    assert notes(_report()) == ["it was noisy"]


def test_processor_time_of_a_process_counts_its_work():
    before, begun = machine.cpu_s(os.getpid()), time.process_time()
    while time.process_time() - begun < 0.1:
        sum(range(1_000))
    used = machine.cpu_s(os.getpid()) - before
    assert 0.05 <= used <= 0.5  # ticks of 10 ms
    assert machine.busy_s() > used


def test_processor_time_of_a_process_that_has_gone():
    with pytest.raises(ProcessLookupError):
        machine.cpu_s(2**22 + 1)  # above the greatest pid of Linux
