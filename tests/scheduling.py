"""Scheduling of the live tests: what shares no house runs by itself, and what takes longest begins.

xdist's own `--dist loadscope` gives a worker a whole module, and begins with those of the most tests: a module of few
tests and many seconds comes last, and everybody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

_ROOT = Path(__file__).parents[1]
_TOGETHER = (
    "tests/contract/ledger/",  # short ones, and a worker's first one starts a PostgreSQL
    "tests/contract/mail",  # and mailboxes: so with a Dovecot
    "tests/live/test_bench_smoke.py",  # one bench at a time, or none has the machine that it measures
)
"""Modules that share no house and stay together all the same."""
_HOUSE_S, _TEST_S = 8.0, 3.0
_LONG_S = {
    "tests/live/test_bench_smoke.py": 160.0,
    "tests/live/test_soak.py": 80.0,
    "tests/live/test_campaigns.py": 100.0,
    "tests/live/test_faults.py": 110.0,
    "tests/live/test_late_parts.py": 60.0,
    "tests/live/test_killed.py": 80.0,
    "tests/live/test_strangers_phones.py": 100.0,
    "tests/live/test_killed_recordings.py": 50.0,
    "tests/live/test_sample_callbacks.py": 50.0,
}
"""Seconds of what does not take what its number of tests says."""


@cache
def unit_of(nodeid: str) -> str:
    """The name of what one worker runs in one go: a module, or a single test."""
    module = nodeid.partition("::")[0]
    return module if module.startswith(_TOGETHER) or _has_a_house(module) else nodeid


@cache
def _has_a_house(module: str) -> bool:
    """Whether the tests of a module have a fixture in common, such as a house that is started once."""
    return 'scope="module"' in (_ROOT / module).read_text(encoding="utf-8").replace('loop_scope="module"', "")


def longest_first(nodeids: Iterable[str]) -> list[str]:
    """The same ids, those of one unit together, units that take longest first."""
    units: dict[str, list[str]] = {}
    for nodeid in nodeids:
        units.setdefault(unit_of(nodeid), []).append(nodeid)

    def seconds(unit: str) -> float:
        begins = 0.0 if "::" in unit else _HOUSE_S
        return _LONG_S.get(unit.partition("::")[0], begins + len(units[unit]) * _TEST_S)

    return [nodeid for unit in sorted(units, key=seconds, reverse=True) for nodeid in units[unit]]


class Scheduling(LoadScopeScheduling):
    """`--dist loadscope` by these units, in the order in which they were collected."""

    def schedule(self) -> None:
        self.config.option.loadscopereorder = False
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
