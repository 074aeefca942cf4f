"""Answers to be expected: how likely a call of a cell is to be answered, and when one that has rung so long will be.

Two things are learned apart, because they change at different speeds. **Curves**: after how many seconds those who
answer do, and after how many the other calls end; slow. **Rates**: the chance of an answer by list, attempt and hour,
shrunk to the list's and to that of all where little is known, times a drift common to all that forgets in minutes.
For a call that has rung for `a` seconds both together are Bayes:

    P(will answer | rings at a) = p·A(a) / (p·A(a) + (1 − p)·B(a))

with A and B the shares of either kind that last longer than a.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from calls.ids import Instant, Seconds
from dialer.pacing.events import Cell
from dialer.pacing.outlook import HORIZON_S, SEGMENT_OF, SEGMENTS, Array

AGES = 61
"""Seconds of ringing told apart; the last stands for all above."""
_CURVE_WEIGHT = 20.0
_CURVE_KEPT = 1 - 1 / 4000
"""How much of a curve's weight stays at each call of its kind: it remembers the last 4,000."""
_CURVE_REFRESH = 50
_RATE_KEPT = 1 - 1 / 3000
_DRIFT_S = 600.0
"""In so long the drift forgets all but 1/e."""
_BLOCK_S = 600.0
"""Of so long a time the answers are compared with those expected, to see how much the rate drifts at all."""
_BLOCKS_KEPT = 0.95
_DRIFT_BELIEVED = 0.02
"""The variance of the drift before any is seen, and by how many expected answers, squared, that is believed."""
_DRIFT_BELIEF = 3000.0
_DRIFT_VARIANCE = (0.004, 0.15)
_SHRINK = (10.0, 30.0, 60.0)
"""Calls that it takes to believe all, a list, a cell by half."""
_HIGHEST = 0.98
_ATTEMPTS = 9


class CurveState(msgspec.Struct):
    """Of `Curves`: weights by age, as they are and as they were when the tables were made."""

    answered: list[float]
    others: list[float]
    used_answered: list[float]
    used_others: list[float]
    unused: int


class Curves:
    """The ages at which calls are answered, or end otherwise."""

    def __init__(self, longest_ring_s: Seconds) -> None:
        ages = np.arange(AGES) + 0.5
        bell = np.exp(-((np.log(ages / 10.0) / 0.6) ** 2) / 2) / ages
        self.answered: Array = _CURVE_WEIGHT * bell / bell.sum()
        flat = (ages < longest_ring_s) / (1.0 + ages / 30.0)
        self.others: Array = _CURVE_WEIGHT * flat / flat.sum()
        self._unused = 0
        self._make_tables(self.answered.copy(), self.others.copy())

    def _make_tables(self, answered: Array, others: Array) -> None:
        self._used = answered, others
        early = answered / answered.sum()
        self._lasting_answered: Array = early[::-1].cumsum()[::-1]
        self._lasting_others: Array = (others / others.sum())[::-1].cumsum()[::-1]
        ahead = np.zeros((AGES, AGES + HORIZON_S))
        ahead[:, :AGES] = early
        when = np.zeros((AGES, SEGMENTS))
        for age in range(AGES):
            seconds = ahead[age, age : age + HORIZON_S] / max(self._lasting_answered[age], 1e-12)
            when[age] = np.bincount(SEGMENT_OF, seconds, SEGMENTS)
        self._when: Array = when

    def ended(self, age_s: Seconds, answered: bool) -> None:
        """Learn of one call."""
        curve = self.answered if answered else self.others
        curve *= _CURVE_KEPT
        curve[min(int(age_s), AGES - 1)] += 1.0
        self._unused += 1
        if self._unused >= _CURVE_REFRESH:
            self._unused = 0
            self._make_tables(self.answered.copy(), self.others.copy())

    def expected(self, ages_s: Array, rates: Array) -> Array:
        """Expected answers by segment, shape (SEGMENTS,), of calls that have rung so long, each with its rate."""
        age: NDArray[np.int64] = np.minimum(ages_s.astype(np.int64), AGES - 1)
        yes = rates * self._lasting_answered[age]
        chance = yes / (yes + (1.0 - rates) * self._lasting_others[age] + 1e-12)
        answers: Array = chance @ self._when[age]
        return answers

    def fresh(self, rate: float) -> Array:
        """The same of one call that is dialled now."""
        answers: Array = rate * self._when[0]
        return answers

    def mean_ring_s(self, rate: float) -> Seconds:
        """How long a call lasts until it is answered or over, in the mean."""
        answered, others = self._used
        ages = np.arange(AGES) + 0.5
        return float(rate * (answered @ ages) / answered.sum() + (1 - rate) * (others @ ages) / others.sum())

    def state(self) -> CurveState:
        """All of it."""
        used = [curve.tolist() for curve in self._used]
        return CurveState(self.answered.tolist(), self.others.tolist(), used[0], used[1], self._unused)

    def restore(self, state: CurveState) -> None:
        """Go on from there."""
        self.answered, self.others = np.array(state.answered), np.array(state.others)
        self._unused = state.unused
        self._make_tables(np.array(state.used_answered), np.array(state.used_others))


class RateState(msgspec.Struct):
    """Of `Rates`: answers and calls, forgotten by the number of calls; and the drift's answers, seen and expected."""

    cells: list[tuple[str, int, int, float, float]]
    lists: dict[str, tuple[float, float]]
    total: tuple[float, float]
    seen: float
    expected: float
    at: Instant
    block: tuple[Instant, float, float]
    spread: tuple[float, float]
    calls: int
    answers: int


class Rates:
    """The chance that a call is answered, by cell."""

    def __init__(self, believed: float) -> None:
        self._believed = believed
        self._cells: dict[tuple[str, int, int], tuple[float, float]] = {}
        self._lists: dict[str, tuple[float, float]] = {}
        self._total = (0.0, 0.0)
        self._seen = self._expected = 0.0
        self._at: Instant = 0.0
        self._block: tuple[Instant, float, float] = (0.0, 0.0, 0.0)
        """Since when, answers seen, answers expected."""
        self._spread = (0.0, 0.0)
        """Sums over blocks: of the squared surprise beyond that of chance, and of the squared expectation."""
        self.calls = self.answers = 0
        """All ever seen."""

    def lasting(self, cell: Cell) -> float:
        """The rate of a cell but for the drift."""
        rate = _shrunk(self._total, self._believed, _SHRINK[0])
        rate = _shrunk(self._lists.get(cell.list, (0.0, 0.0)), rate, _SHRINK[1])
        return min(_HIGHEST, _shrunk(self._cells.get(_key(cell), (0.0, 0.0)), rate, _SHRINK[2]))

    def drift(self, now: Instant) -> float:
        """By how much more is answered now than the lasting rates say.

        The less the rate was seen to drift, beyond what is chance, the more answers it takes to believe that it does.
        """
        kept = self._kept(now)
        variance = (self._spread[0] + _DRIFT_BELIEF * _DRIFT_BELIEVED) / (self._spread[1] + _DRIFT_BELIEF)
        weight = 1.0 / min(_DRIFT_VARIANCE[1], max(_DRIFT_VARIANCE[0], variance))
        return (self._seen * kept + weight) / (self._expected * kept + weight)

    def ended(self, cell: Cell, lasting: float, answered: bool, now: Instant) -> None:
        """Learn of one call, whose lasting rate was this when it was dialled."""
        self.calls += 1
        self.answers += answered
        kept = self._kept(now)
        self._at = max(self._at, now)
        self._seen = self._seen * kept + answered
        self._expected = self._expected * kept + lasting
        self._count_block(lasting, answered, now)
        self._total = _one_more(self._total, answered)
        self._lists[cell.list] = _one_more(self._lists.get(cell.list, (0.0, 0.0)), answered)
        key = _key(cell)
        self._cells[key] = _one_more(self._cells.get(key, (0.0, 0.0)), answered)

    def _count_block(self, lasting: float, answered: bool, now: Instant) -> None:
        since, seen, expected = self._block
        if now - since >= _BLOCK_S:
            surprise = (seen - expected) ** 2 - expected  # of chance alone the square is as large as what is expected
            self._spread = self._spread[0] * _BLOCKS_KEPT + surprise, self._spread[1] * _BLOCKS_KEPT + expected**2
            since, seen, expected = now, 0.0, 0.0
        self._block = since, seen + answered, expected + lasting

    def _kept(self, now: Instant) -> float:
        return float(np.exp(-max(0.0, now - self._at) / _DRIFT_S))

    def state(self) -> RateState:
        """All of it."""
        cells = [(*key, *counts) for key, counts in self._cells.items()]
        return RateState(
            cells,
            dict(self._lists),
            self._total,
            self._seen,
            self._expected,
            self._at,
            self._block,
            self._spread,
            self.calls,
            self.answers,
        )

    def restore(self, state: RateState) -> None:
        """Go on from there."""
        self._cells = {(name, attempt, hour): (yes, all_) for name, attempt, hour, yes, all_ in state.cells}
        self._lists, self._total = dict(state.lists), state.total
        self._seen, self._expected, self._at = state.seen, state.expected, state.at
        self._block, self._spread = state.block, state.spread
        self.calls, self.answers = state.calls, state.answers


def _key(cell: Cell) -> tuple[str, int, int]:
    return cell.list, min(cell.attempt, _ATTEMPTS), cell.hour


def _one_more(counts: tuple[float, float], answered: bool) -> tuple[float, float]:
    return counts[0] * _RATE_KEPT + answered, counts[1] * _RATE_KEPT + 1.0


def _shrunk(counts: tuple[float, float], towards: float, weight: float) -> float:
    return (counts[0] + weight * towards) / (counts[1] + weight)
