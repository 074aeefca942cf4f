"""Scheduling of the live tests: what has no module's house in common runs by itself, and what takes longest begins.

xdist's own `--dist loadscope` gives a worker a whole module, those with the most tests first: a module of few tests and
many seconds comes last, and everybody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parents[1]
_ONE_WORKER = ("tests/contract/ledger/",)
"""Folders whose tests share something for the session: a PostgreSQL."""
_TEST_S = 3.0
_SECONDS = {}
"""What takes longest, on two cores with five workers."""


@cache
def unit_of(nodeid: str) -> str:
    """The name of what one worker runs in one go: a folder, a module, or a single test."""
    for folder in _ONE_WORKER:
        if nodeid.startswith(folder):
            return folder
    module = nodeid.partition("::")[0]
    return module if _has_a_house(module) else nodeid


@cache
def _has_a_house(module: str) -> bool:
    """Whether tests of this module have a fixture in common, such as a house that is started once."""
    return 'scope="module"' in (_ROOT / module).read_text(encoding="utf-8")


def seconds_of(unit: str, tests: int) -> float:
    """How long a unit of so many tests takes, about."""
    return max((took for name, took in _SECONDS.items() if unit.startswith(name)), default=tests * _TEST_S)


def longest_first(nodeids: Iterable[str]) -> list[str]:
    """The same tests, by units, those that take longest first."""
    units: dict[str, list[str]] = {}
    for nodeid in nodeids:
        units.setdefault(unit_of(nodeid), []).append(nodeid)
    order = sorted(units, key=lambda unit: -seconds_of(unit, len(units[unit])))
    return [nodeid for unit in order for nodeid in units[unit]]
