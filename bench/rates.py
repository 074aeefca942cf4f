"""The greatest rate that a system holds: found by short probes, confirmed by a long one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.measuring import Run

HELD_P95_MS = 50.0
FIRST = 20.0
"""Where a search begins of which nothing is known."""
_GROWTH = 1.5
_RESOLUTION = 1.1  # the search ends when the rate that is held and the one that is not are this close
_STEP_DOWN = 0.85
_LEAST = 1.0

Probe = Callable[[float, float], Awaitable[Run]]
"""Runs calls at a rate, for so many seconds."""


@dataclass
class Held:
    """What the search found. `rate` is None when even the lowest was not held."""

    rate: float | None = None
    confirmed: Run | None = None
    runs: list[Run] = field(default_factory=list)

    @property
    def phones_were_the_limit(self) -> bool:
        """Whether what stopped the search was the generator."""
        failed = [run for run in self.runs if not is_held(run)]
        return bool(failed) and min(failed, key=lambda run: run.rate).phones_were_the_limit


def is_held(run: Run) -> bool:
    """No call failed, and callers were heard in time."""
    return run.calls.failed == 0 and run.worst_p95_ms <= HELD_P95_MS


async def search(probe: Probe, probe_s: float, confirm_s: float, first: float = FIRST) -> Held:
    """Probe upwards from `first` by half, between held and not held by their mean, then confirm downwards.

    A probe that fails is taken once more before it counts: on a shared machine one bad second is not the system's.
    """
    held = Held()

    async def holds(rate: float, duration_s: float) -> bool:
        for _ in range(2):
            run = await probe(rate, duration_s)
            held.runs.append(run)
            if is_held(run):
                return True
            if run.calls.failed > run.calls.placed / 10:
                return False  # far beyond: no need to look again
        return False

    low, high, rate = 0.0, 0.0, first
    while not high:
        if await holds(rate, probe_s):
            low, rate = rate, rate * _GROWTH
        else:
            high = rate
    while low < high / _RESOLUTION and high > _LEAST:
        rate = (low + high) / 2
        if await holds(rate, probe_s):
            low = rate
        else:
            high = rate
    while low > _LEAST:
        if await holds(low, confirm_s):
            held.rate, held.confirmed = low, held.runs[-1]
            break
        low *= _STEP_DOWN
    return held
