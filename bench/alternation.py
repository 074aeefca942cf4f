"""Two systems in turn, A B A B, at the same rate within the same minutes, compared pair by pair.

The headline is processor time a call, of the switch and of what drives it: a busy neighbour makes latencies and held
rates worse, and moves that least. Where others used the machine, there is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.measuring import Rig, Run
from bench.report import Figure, at_most, told

OTHERS_MAY_USE = 0.15
"""Of a core: what a desktop does beside a bench. With more, pairs differ by the neighbour, not by the system."""


@dataclass(frozen=True)
class Pair:
    """One run of each, one after the other."""

    ours: Run
    reference: Run

    @property
    def ratio(self) -> float:
        """Processor time a call, ours of the reference's."""
        return _cpu_a_call_ms(self.ours) / _cpu_a_call_ms(self.reference)

    def __str__(self) -> str:
        ours, reference = _cpu_a_call_ms(self.ours), _cpu_a_call_ms(self.reference)
        return (
            f"at {self.ours.rate:g}/s: {ours:.1f} ms a call ({self.ours.cpu_a_call_ms:.1f} of it {self.ours.system}) "
            f"and {reference:.1f} ({self.reference.system}): {self.ratio:.2f}"
        )


async def alternate(ours: Rig, reference: Rig, rate: float, calls: int, pairs: int) -> list[Pair]:
    """`pairs` runs of each in turn, `calls` at `rate` a second in each."""
    return [Pair(await ours.run(rate, calls), await reference.run(rate, calls)) for _ in range(pairs)]


def figure(name: str, pairs: Sequence[Pair], target: float) -> Figure:
    """The median of the pairs' ratios; without a target where others used the machine."""
    ratio = median(pair.ratio for pair in pairs)
    return told(name, ratio, "", 1.0) if is_busy(pairs) else at_most(name, ratio, "", target, 1.0)


def notes(pairs: Sequence[Pair]) -> list[str]:
    """Each pair, their spread, and whether the machine was ours."""
    ratios = sorted(pair.ratio for pair in pairs)
    lines = [*map(str, pairs), f"median {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f}"]
    if is_busy(pairs):
        used = max(map(_others, _runs(pairs)))
        lines.append(f"no verdict: others used up to {used:.2f} of a core; run it on a quiet machine")
    return lines


def is_busy(pairs: Sequence[Pair]) -> bool:
    """Whether others took so much of the machine in any run that the ratios say nothing."""
    return any(_others(run) > OTHERS_MAY_USE for run in _runs(pairs))


def _runs(pairs: Sequence[Pair]) -> list[Run]:
    return [run for pair in pairs for run in (pair.ours, pair.reference)]


def _others(run: Run) -> float:
    return run.load.others_s / run.load.took_s


def _cpu_a_call_ms(run: Run) -> float:
    return run.cpu_a_call_ms + run.switch_a_call_ms
