"""Two systems in turn, A B A B, at the same rate within the same minutes, compared pair by pair.

The headline is processor time a call, of the switch and of what drives it: a busy neighbour makes latencies and held
rates worse, and moves that least. The rate held is searched in turn, too. Where others used the machine, there is no
verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.measuring import Rig, Run
from bench.rates import Held
from bench.report import NO_VERDICT, Figure, at_least, at_most, unjudged

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


@dataclass(frozen=True)
class HeldPair:
    """The rates that both held, one search after the other."""

    ours: Held
    reference: Held

    @property
    def ratio(self) -> float | None:
        """Ours of the reference's; None where one of them held no rate."""
        return self.ours.rate / self.reference.rate if self.ours.rate and self.reference.rate else None

    def __str__(self) -> str:
        names = [held.runs[0].system for held in (self.ours, self.reference)]
        rates = [f"{held.rate or 0:.1f}" for held in (self.ours, self.reference)]
        ratio = "no ratio" if self.ratio is None else f"{self.ratio:.2f}"
        return f"held: {rates[0]} calls/s ({names[0]}) and {rates[1]} ({names[1]}): {ratio}"


def figure(name: str, pairs: Sequence[Pair], target: float) -> Figure:
    """The median of the pairs' ratios; no verdict where others used the machine."""
    return judged(at_most(name, median(pair.ratio for pair in pairs), "", target, 1.0), _runs(pairs))


def held_figure(name: str, pairs: Sequence[HeldPair], target: float) -> Figure:
    """The median of the ratios of rates held, if there is one of each pair; no verdict as of the others."""
    ratios = [pair.ratio for pair in pairs if pair.ratio is not None]
    value = median(ratios) if len(ratios) == len(pairs) else None
    return judged(at_least(name, value, "", target, 1.0), _searched(pairs))


def judged(figure: Figure, runs: Sequence[Run]) -> Figure:
    """The figure, without a verdict where others took so much of the machine in any of `runs` that it says nothing."""
    return unjudged(figure) if is_busy(runs) else figure


def notes(pairs: Sequence[Pair]) -> list[str]:
    """Each pair, their spread, and whether the machine was ours."""
    return [*map(str, pairs), spread([pair.ratio for pair in pairs]), *busy_note(_runs(pairs))]


def held_notes(pairs: Sequence[HeldPair]) -> list[str]:
    """The same of rates held."""
    ratios = [pair.ratio for pair in pairs if pair.ratio is not None]
    spreads = [spread(ratios)] if ratios else []
    return [*map(str, pairs), *spreads, *busy_note(_searched(pairs))]


def spread(ratios: Sequence[float]) -> str:
    """Median, least and greatest."""
    return f"median {median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}"


def busy_note(runs: Sequence[Run]) -> list[str]:
    """A line where others used too much of the machine in any of the runs."""
    if not is_busy(runs):
        return []
    used = max(map(_others, runs))
    return [f"{NO_VERDICT}: others used up to {used:.2f} of a core; run it on a quiet machine"]


def is_busy(runs: Sequence[Run]) -> bool:
    """Whether others took so much of the machine in any run that what it measured says nothing."""
    return any(_others(run) > OTHERS_MAY_USE for run in runs)


def _runs(pairs: Sequence[Pair]) -> list[Run]:
    return [run for pair in pairs for run in (pair.ours, pair.reference)]


def _searched(pairs: Sequence[HeldPair]) -> list[Run]:
    return [run for pair in pairs for held in (pair.ours, pair.reference) for run in held.runs]


def _others(run: Run) -> float:
    return run.load.others_s / run.load.took_s


def _cpu_a_call_ms(run: Run) -> float:
    return run.cpu_a_call_ms + run.switch_a_call_ms
