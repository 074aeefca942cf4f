"""Clocks of cases: right against a slow oracle, and what a state and a tick cost.

Differences: 100,000 random histories by random calendars, read by the core and minute by minute by bench/clock_oracle.

Tick: a schedule of 200,000 open cases, of which some are due in each second and some get new alarms, with the garbage
collector on.

State: a clock of working time as of an instant, by a log of 40 entries over a year, beside businesstimedelta asked the
same. That is no dependency of ours: it is installed into a folder of its own for the run, or
HOTLINE_BENCH_BUSINESSTIMEDELTA names a Python that has it. The calendar is one shift a weekday, where it is right.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bench import machine
from bench.catalogue import Options
from bench.own_process import measured
from bench.report import Figure, Report, at_least, at_most, told
from complaints.audit import Entry
from complaints.clocks.alarms import Alarm
from complaints.clocks.calendars import Calendar, Calendars, Version
from complaints.clocks.clock import Clock, Condition
from complaints.clocks.schedule import Schedule
from complaints.clocks.state import read_at, state_at
from dsl.hours import Hours

HISTORIES = 100_000
OPEN = 200_000
EVENTS = 40
PEER = "businesstimedelta==1.0.1"
_NOW = 1_796_000_000.0
_YEAR_S = 365 * 86_400.0
_OFFICE = Hours("Asia/Shanghai", (((540, 1080),),) * 5 + ((), ()))
_CLOCK = Clock(
    name="closure",
    regime="internal",
    unit="business_minutes",
    calendar="office",
    start=Condition({"opened": ()}),
    stop=Condition({"closed": ()}),
    targets={"else": 2_000 * 3600.0},
    pause=Condition({"waiting": ({"for": ("customer",)},)}),
    resume=Condition({"resumed": (), "contact": ()}),
)


def run(options: Options) -> Report:
    """Takes some minutes a core, `quick` ten seconds."""
    tried = _differences(500 if options.quick else HISTORIES, options)
    options.progress(f"differences from the oracle: {tried['differences']}")
    ticks = ticking(5_000 if options.quick else OPEN, 100 if options.quick else 3_600)
    options.progress(f"tick: at most {max(ticks):.3f} ms")
    log = long_log()
    ours_us = _state_us(log, 200 if options.quick else 3_000)
    theirs = _peer(log, 3 if options.quick else 30)
    figures = [
        at_most("differences from the oracle", float(tried["differences"]), "", 0),
        told("histories tried", float(tried["histories"]), ""),
        at_most(f"tick with {OPEN if not options.quick else 5_000:,} open", max(ticks), "ms", 50),
        told("the same, p99", float(np.percentile(ticks, 99)), "ms"),
        *_state_figures(ours_us, theirs, log),
    ]
    notes = [*tried["first"], *([] if theirs else [f"{PEER} could not be had: its figures are missing"])]
    return Report("clocks", {**machine.facts(), "notes": notes}, figures)


def _differences(histories: int, options: Options) -> dict[str, Any]:
    """Shared by processes, one a core; each has seeds of its own."""
    cores = os.cpu_count() or 1
    parts = max(cores, histories // 5_000)
    with ThreadPoolExecutor(cores) as pool:
        done = list(pool.map(lambda part: _part(part, histories // parts, options), range(parts)))
    first = [words for found in done for words in found["first"]]
    return {
        "differences": sum(found["differences"] for found in done),
        "histories": sum(found["histories"] for found in done),
        "first": first[:3],
    }


def _part(part: int, histories: int, options: Options) -> dict[str, Any]:
    found = measured("bench.clock_differences:count", f"clocks-{part}", str(histories))
    options.progress(f"{histories} histories, {found['differences']} differences")
    return found


def ticking(cases: int, seconds: int) -> list[float]:
    """What each second's tick takes in ms, with so many open cases of three alarms each over two days."""
    chance = Random(1)
    schedule = Schedule()
    for number in range(cases):
        schedule.put(str(number), _alarms(chance, _NOW))
    took = []
    for second in range(seconds):
        now = _NOW + second
        for _ in range(20):  # their logs grew
            schedule.put(str(chance.randrange(cases)), _alarms(chance, now))
        began = time.perf_counter()
        schedule.next_deadline()
        schedule.tick(now)
        took.append((time.perf_counter() - began) * 1e3)
    return took


def _alarms(chance: Random, now: float) -> list[Alarm]:
    due = now + chance.random() * 2 * 86_400
    warnings = [Alarm(due - (3 - step) * 1_800, "warning", "closure", 1, step, due) for step in (1, 2)]
    return [*warnings, Alarm(due, "breach", "closure", 1, 0, due)]


def long_log() -> list[Entry]:
    """A case of 40 entries over a year that waits for its customer again and again."""
    step = _YEAR_S / EVENTS
    log = [Entry(1, _NOW - _YEAR_S, "house", "opened", {"grade": "level_2"})]
    for number in range(2, EVENTS + 1):
        kind, fields = (("waiting", {"for": "customer"}), ("resumed", {}))[number % 2]
        log.append(Entry(number, _NOW - _YEAR_S + (number - 1) * step, "li", kind, fields))
    return [*log[:-1], Entry(EVENTS, log[-1].at, "li", "resumed", {})]


def _calendars() -> Calendars:
    return Calendars({"office": Calendar((Version(_OFFICE, "office"),))})


def _state_us(log: list[Entry], rounds: int) -> float:
    calendars = _calendars()
    state_at(_CLOCK, log, calendars, _NOW)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        state_at(_CLOCK, log, calendars, _NOW)
        took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1e6


def _peer(log: list[Entry], rounds: int) -> dict[str, Any] | None:
    """What businesstimedelta found and took; None where it cannot be had."""
    (current,) = read_at(_CLOCK, log, _calendars(), _NOW)
    asked = {
        "spans": [span[:2] for span in current.spans],
        "since": current.running_since,
        "at": _NOW,
        "target": current.limit,
        "rounds": rounds,
        "pairs": pairs(),
    }
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        python = os.environ.get("HOTLINE_BENCH_BUSINESSTIMEDELTA") or _installed(Path(folder))
        if not python:
            return None
        program = Path(__file__).with_name("clock_businesstimedelta.py")
        try:
            done = subprocess.run(
                [python, str(program)], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=300
            )
        except (OSError, subprocess.SubprocessError):
            return None
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # what the program writes


def _installed(folder: Path) -> str:
    """A Python with businesstimedelta, made in `folder`; empty where that fails, as without a network."""
    python = folder / "bin/python"
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", PEER],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=180)
        except (OSError, subprocess.SubprocessError):
            return ""
    return str(python)


def pairs() -> list[tuple[float, float]]:
    """A thousand pairs of instants up to three months apart, in whole minutes."""
    chance = Random(2)
    begins = [_NOW - chance.randrange(365 * 1440) * 60 for _ in range(1_000)]
    return [(begin, begin + chance.randrange(90 * 1440) * 60) for begin in begins]


def _state_figures(ours_us: float, theirs: dict[str, Any] | None, log: list[Entry]) -> list[Figure]:
    calendars = _calendars()
    if theirs is None:
        return [
            at_most("clock state", ours_us, "µs", 100),
            at_least("as many times as fast as businesstimedelta", None, "", 50),
            at_most("differences from businesstimedelta", None, "", 0),
        ]
    office = calendars.working_time("office", _NOW)
    state = state_at(_CLOCK, log, calendars, _NOW)
    wrong = sum(office.between(*pair) != found for pair, found in zip(pairs(), theirs["pairs"], strict=True))
    wrong += (state.used, state.due_at) != (theirs["used"], theirs["due"])
    return [
        at_most("clock state", ours_us, "µs", 100, theirs["state_us"]),
        at_least("as many times as fast as businesstimedelta", theirs["state_us"] / ours_us, "", 50),
        at_most("differences from businesstimedelta", float(wrong), "", 0),
    ]
