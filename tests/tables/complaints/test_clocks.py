"""Clocks stand as the table says."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from complaints.audit import Entry
from complaints.clocks.amounts import amount
from complaints.clocks.book import ClockBook
from complaints.clocks.reading import read_clocks
from complaints.clocks.state import state_at
from dsl.calendars import read_hours
from dsl.tree import Node, parse

pytestmark = pytest.mark.tables

FILE = "tests/tables/complaints/clocks.yaml"
ROOT = parse((Path(__file__).parent / "clocks.yaml").read_text(encoding="utf-8"), FILE)
CASES = [node.plain() for node in ROOT.items["cases"].children]
_LINE = re.compile(r"(\S+ \d\d:\d\d)(?: \((\S+ \d\d:\d\d)\))? (\w+)(.*)")


def at(text: str) -> float:
    """`11-23 10:00` in Shanghai, of 2026 unless another year is written."""
    text = text if len(text) > 11 else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def entries(lines: list[str]) -> list[Entry]:
    log = []
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        assert found, line
        fields: dict[str, Any] = dict(part.split("=") for part in found[4].split())
        replaces = int(fields.pop("replaces", 0))
        written = at(found[2]) if found[2] else None
        log.append(Entry(number, at(found[1]), "li", found[3], fields, written, replaces))
    return log


@pytest.fixture(scope="module")
def book() -> ClockBook:
    hours, problems = read_hours(ROOT.items["hours"], None)
    kept = Node({word: ROOT.items[word] for word in ("calendars", "clocks")}, ROOT.mark)
    read, more = read_clocks(kept, hours)
    assert [*problems, *more] == []
    return read


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_clock(case: dict[str, Any], book: ClockBook) -> None:
    clock = book.clocks[case["clock"]]
    known = at(case["known"]) if "known" in case else None
    state = state_at(clock, entries(case["log"]), book.laid_out(), at(case["at"]), known)
    assert state.word == case["state"]
    assert state.due_at == (at(case["due"]) if "due" in case else None)
    assert state.round == case.get("round", 0 if state.word == "not_started" else 1)
    if "used" in case:
        used = 0.0 if case["used"] == "0 days" else amount(case["used"], in_days=clock.in_days)
        assert state.used == used
