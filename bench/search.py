"""What a search costs in a call log of a million calls, as HTTP and `hotline calls` ask: a page of fifty.

Each search is asked some times, and the longest counts. Among them are those that find nothing, for which an index that
does not fit means a walk through the whole log, and pages deep in the past.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine
from bench.catalogue import Options
from bench.report import Report, at_most, told
from hotline.store import opening
from hotline.store.searches import CallSearch, Cursor
from hotline.store.searching import search

CALLS = 1_000_000
_PAGE = 50
_TURNS = 5
_BEGAN = 1_700_000_000.0
_EVERY_S = 30.0
_AGENTS = [f"{8_000 + number}" for number in range(200)]
_QUEUES = ("care", "loans", "cards", "front_desk")
_OUTCOMES = {"answered": 700, "abandoned": 150, "self_service": 100, "left_in_menu": 49, "lost": 1}


async def run(options: Options) -> Report:
    """Takes a minute, `quick` a second."""
    calls = 20_000 if options.quick else CALLS
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        path = Path(folder) / "hotline.db"
        options.progress(f"{calls} calls are written")
        await asyncio.to_thread(_fill, path, calls)
        known = (await search(path, CallSearch(), 1)).rows[0]["caller"]
        figures = []
        for name, wanted in _searches(known, _BEGAN + calls * _EVERY_S):
            taken_ms = [await _taken_ms(path, wanted) for _ in range(_TURNS)]
            figures.append(at_most(f"{name}, longest of {_TURNS}", max(taken_ms), "ms", 100))
        size = path.stat().st_size / 1e6
    return Report("search", machine.facts(), [*figures, told(f"the store with {calls} calls", size, "MB")])


def _searches(number: str, last: float) -> Iterator[tuple[str, CallSearch]]:
    half = (_BEGAN + last) / 2
    yield "the newest", CallSearch()
    yield "a page from the middle on", CallSearch(after=Cursor(half, ""))
    yield "by number", CallSearch(number=number)
    yield "by a number that never called", CallSearch(number="+8613999999999")
    yield "by agent", CallSearch(agent=_AGENTS[7])
    yield "by agent, from the middle on", CallSearch(agent=_AGENTS[7], after=Cursor(half, ""))
    yield "by agent and an outcome that no agent has", CallSearch(agent=_AGENTS[7], outcome="lost")
    yield "by agent and direction, nothing found", CallSearch(agent=_AGENTS[7], direction="out")
    yield "by queue", CallSearch(queue="care")
    yield "by queue and a rare outcome", CallSearch(queue="care", outcome="lost")
    yield "by an outcome that never was", CallSearch(outcome="refused")
    yield "by queue and direction, nothing found", CallSearch(queue="care", direction="out")
    yield "by direction", CallSearch(direction="in")
    yield "by time, queue and outcome", CallSearch(since=_BEGAN, until=half, queue="care", outcome="lost")
    yield "by number, queue and outcome, nothing found", CallSearch(number=number, queue="care", outcome="refused")


async def _taken_ms(path: Path, wanted: CallSearch) -> float:
    began = time.perf_counter()
    await search(path, wanted, _PAGE)
    return (time.perf_counter() - began) * 1e3


def _fill(path: Path, calls: int) -> None:
    opening.migrate(path)
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        marks = ", ".join("?" * 15)
        store.executemany(f"INSERT INTO calls VALUES ({marks})", _rows(calls))
        store.execute(
            "INSERT INTO talks "
            "SELECT call, 1, 'agent', agent, agent, queue, call, answered_at, ended_at, 'normal', 0, 0, 0, 0 "
            "FROM calls WHERE agent IS NOT NULL"
        )
        store.execute(
            "INSERT INTO call_agents SELECT agent, arrived_at, call, queue, outcome, direction FROM calls "
            "WHERE agent IS NOT NULL"
        )


def _rows(calls: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(1)
    names, weights = list(_OUTCOMES), list(_OUTCOMES.values())
    for number in range(calls):
        at = _BEGAN + number * _EVERY_S + chance.random()
        outcome = chance.choices(names, weights)[0]
        answered = outcome == "answered"
        yield (
            *(f"switch-1@{at:.6f}.{number}", f"+8613{chance.randrange(200_000):09d}", "95183", "v", "zh-CN"),
            *(at, at + 5.0, at + 20.0 if answered else None, at + 200.0, chance.choice(_QUEUES)),
            *(chance.choice(_AGENTS) if answered else None, outcome, "normal", "", "in"),
        )
