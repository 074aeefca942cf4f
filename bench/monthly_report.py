"""The report of a month of two million calls, as a page: how long it takes, and how much memory at most.

The store has the calls of the month with their steps, talks, recordings and answers, and a week of as many a day before
and after it, which the report reads for repeat calls. `hotline report` is measured as it is, in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine, own_process
from bench.catalogue import Options
from bench.report import Report, at_most, told
from hotline.store import opening, statements

CALLS = 2_000_000
_DAYS, _AROUND = 30, 7
_MONTH = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
_DAY_S = 86_400.0
_QUEUES = ("front_desk", "loans", "cards", "care", "fraud", "vip")
_AGENTS = [f"{8_000 + number}" for number in range(600)]
_FATES = {"answered": 760, "abandoned": 120, "timed_out": 15, "9": 30, "no_agents": 10, "callback": 25, "menu": 40}
_AT_ONCE = 20_000
_UNUSED = (
    "calls_by_caller", "calls_by_queue", "calls_by_outcome", "calls_by_queue_and_outcome", "agents_calls_by_time",
    "agents_calls_by_queue", "agents_calls_by_called", "recordings_by_box",
)  # fmt: skip
"""Indexes that searches and retention need, and a report does not: without them the store fills twice as fast."""
_SETTINGS = "languages: [zh-CN]\nzone: UTC\n"

Rows = dict[str, list[tuple[Any, ...]]]


async def run(options: Options) -> Report:
    """Takes some minutes and three gigabytes of disk, `quick` seconds."""
    calls = 20_000 if options.quick else CALLS
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        site = Path(folder)
        (site / "hotline.yaml").write_text(_SETTINGS, encoding="utf-8")
        database = site / "var" / "hotline.db"
        options.progress(f"{calls} calls of a month are written, and those of a week before and after")
        await asyncio.to_thread(_fill, database, calls)
        options.progress("hotline report monthly")
        found = await asyncio.to_thread(own_process.measured, "bench.monthly_report:one_report", str(site))
        size_mb = database.stat().st_size / 1e6
    offered = found["offered"]
    if not offered or found["calls"] != calls:
        raise ValueError(f"the report counts {found['calls']} calls of {calls}, {offered} offered")
    figures = [
        at_most("seconds", found["seconds"], "s", 60),
        at_most("peak MB", found["peak_mb"], "MB", 1_000),
        told("calls of the month", calls, "calls"),
        told("calls read, those around it included", calls * (_DAYS + 2 * _AROUND) / _DAYS, "calls"),
        told("the store", size_mb, "MB"),
    ]
    return Report("report", machine.facts(), figures)


def one_report(folder: str) -> dict[str, Any]:
    """Make the page of the month by the command, and say what it took; called in a process of its own."""
    import json
    import resource

    site = Path(folder)
    words = ["report", "monthly", "--date", "2026-06-01", "--format", "html", "--format", "json", "--folder", folder]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hotline", *words, "--site", folder], check=True)
    seconds = time.perf_counter() - began
    report = json.loads((site / "monthly-2026-06.json").read_text(encoding="utf-8"))
    return {
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "calls": sum(report["calls"].values()),
        "offered": report["house"]["waits"]["offered"],
    }


def _fill(path: Path, calls: int) -> None:
    opening.migrate(path)
    chance = random.Random(19)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous=OFF")  # whatever is lost with this machine's power is made anew
        for index in _UNUSED:
            store.execute(f"DROP INDEX {index}")
        for rows in _batches(chance, calls):
            store.execute("BEGIN")
            for statement, values in rows.items():
                store.executemany(statement, values)
            store.execute("COMMIT")


def _batches(chance: random.Random, calls: int) -> Iterator[Rows]:
    """Rows by statement: calls of the month, and of a week before and after, evenly."""
    around = calls * _AROUND // _DAYS
    every_s, persons = _DAYS * _DAY_S / calls, max(1, calls // 4)
    rows: Rows = {}
    for number in range(-around, calls + around):
        _call(rows, chance, number, _MONTH + (number + 0.5) * every_s, persons)
        if (number + around) % _AT_ONCE == _AT_ONCE - 1:
            yield rows
            rows = {}
    yield rows


def _call(rows: Rows, chance: random.Random, number: int, at: float, persons: int) -> None:
    fate = chance.choices(list(_FATES), list(_FATES.values()))[0]
    call, queue, caller = (
        f"switch-1@{at:.3f}.{number}",
        chance.choice(_QUEUES),
        f"+86138{chance.randrange(persons):08d}",
    )
    waits_s, queued_at = chance.expovariate(1 / 60), at + 20
    begins, agent = queued_at + waits_s, chance.choice(_AGENTS)
    answered = fate == "answered" or (fate == "callback" and chance.random() < 0.8)
    ended_at = begins
    steps = [("main", "greet", "say"), ("main", "choose", "menu")]
    if answered:
        for talk in range(1, 3 if chance.random() < 0.1 else 2):
            talk_s = chance.expovariate(1 / 200)
            row = (call, talk, "agent", agent, agent, queue, f"{call}-{talk}", ended_at, ended_at + talk_s)
            rows.setdefault(statements.TALK, []).append((*row, "normal", 0, 0.0, 0, 0.0))
            rows.setdefault(statements.RECORDING, []).append((f"{call}-{talk}.wav", call, talk_s, "talk", "", talk))
            ended_at += talk_s
        steps.append(("survey", "ask", "survey"))
        if chance.random() < 0.3:
            rows.setdefault(statements.SURVEY, []).append((call, "satisfaction", chance.randint(1, 5)))
    for place, (flow, step, kind) in enumerate(steps, 1):
        rows.setdefault(statements.STEP, []).append((call, place, flow, step, kind, at, at + 5, "", "1"))
    if fate != "menu":
        left = "served" if answered else fate
        entry = (call, len(steps) + 1, "main", "care", "queue", queued_at, begins, "", left)
        rows.setdefault(statements.STEP, []).append(entry)
    if fate == "callback":
        booked = (call, caller, queue, queued_at, begins, begins, 1, "reached" if answered else "unreached")
        rows.setdefault(statements.CALLBACK, []).append((*booked, agent, ""))
    outcome = "answered" if answered else {"abandoned": "abandoned", "menu": "self_service"}.get(fate, "refused")
    instants = (at, None if fate == "menu" else queued_at, begins if answered else None, ended_at)
    rows.setdefault(statements.CALL, []).append(
        (
            call,
            caller,
            "95183",
            "v",
            "zh-CN",
            *instants,
            queue,
            agent if answered else None,
            outcome,
            "normal",
            "",
            "in",
        )
    )
