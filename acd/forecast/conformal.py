"""The conformal correction: it keeps 80 % at 80 % for every kind and priority, however the site drifts.

Each quantile of a forecast is moved by a number of *spreads* (the raw distance from the .1 to the .9 quantile). The
number belongs to one cell (kind, priority) and one level, and follows the waits that end: a wait below the corrected
quantile moves it down by step × (1 − level), one above moves it up by step × level. So in every cell the share below
the quantile at level q tends to q with an error of order 1 / (step × n), whatever the forecasts were (Gibbs & Candès
2021; Angelopoulos, Candès & Tibshirani 2023, quantile tracking). A cell starts from where all cells together stand,
with steps four times as large that shrink over its first hundred waits. The step is small on purpose: on the bank's
log 0.02 follows its own noise and costs 0.8 % of the pinball loss, 0.005 costs nothing and still covers.
"""

from collections.abc import Sequence

import msgspec

from acd.forecast.ensemble import LEVELS
from calls.ids import Seconds

Cell = tuple[str, int]

FLOOR_S = 5.0
"""The least spread, so that a very narrow forecast can still be corrected."""


class Said(msgspec.Struct, frozen=True):
    """A raw forecast at entry and the spread it had, kept until the caller leaves the queue."""

    cell: Cell
    raw: tuple[Seconds, ...]
    spread_s: Seconds


class Correction:
    """Offsets in spreads, by cell and level."""

    def __init__(self, step: float = 0.005, step_all: float = 0.002) -> None:
        self._step = step
        self._step_all = step_all
        self._all = [0.0] * len(LEVELS)
        self._cells: dict[Cell, list[float]] = {}
        self._waits: dict[Cell, int] = {}

    def say(self, cell: Cell, raw: Sequence[Seconds]) -> Said:
        """A raw forecast with its spread, to be corrected now and learned from later."""
        ordered = sorted(raw)
        return Said(cell, tuple(ordered), max(FLOOR_S, ordered[-1] - ordered[0]))

    def corrected(self, said: Said) -> tuple[Seconds, ...]:
        """The corrected quantiles: not negative, in rising order."""
        offsets = self._cells.get(said.cell, self._all)
        return tuple(sorted(max(0.0, q + o * said.spread_s) for q, o in zip(said.raw, offsets, strict=True)))

    def learn(self, said: Said, wait_s: Seconds) -> None:
        """Learn from a caller who was answered after `wait_s`. Who gave up teaches nothing: the wait is not known."""
        cell = self._cells.get(said.cell)
        if cell is None:
            cell = self._cells[said.cell] = list(self._all)
        waits = self._waits[said.cell] = self._waits.get(said.cell, 0) + 1
        first = self._step * max(1.0, 4.0 - waits / 33.0)
        for offsets, step in ((cell, first), (self._all, self._step_all)):
            for index, level in enumerate(LEVELS):
                below = wait_s <= said.raw[index] + offsets[index] * said.spread_s
                offsets[index] += step * (level - below)
