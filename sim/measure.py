"""The figures of runs, by seed, with their mean and its 95 % interval."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from calls.ids import Seconds
from sim.world import Calls, Centre

_T_975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
_T_975_FAR = ((20, 2.086), (30, 2.042), (60, 2.000))
"""Student's t at 97.5 % for 1, 2, … degrees of freedom, then up to so many; 1.96 beyond."""


class Estimate(NamedTuple):
    """A mean over seeds, and half the width of its 95 % interval (NaN with a single seed)."""

    mean: float
    half: float

    def covers(self, value: float) -> bool:
        """Whether the interval holds the value."""
        return abs(self.mean - value) <= self.half


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and interval of independent runs."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Estimate(mean, math.nan)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return Estimate(mean, t_quantile(count - 1) * math.sqrt(variance / count))


def t_quantile(freedom: int) -> float:
    """Student's t, two-sided 95 %."""
    if freedom <= len(_T_975):
        return _T_975[freedom - 1]
    return next((value for most, value in _T_975_FAR if freedom <= most), 1.960)


class Figures(msgspec.Struct):
    """One kind in one run, or all kinds together. Shares are of all arrivals."""

    offered: int
    answered: int
    abandoned: int
    released: int
    wait_mean_s: Seconds
    wait_p50_s: Seconds
    wait_p95_s: Seconds
    delayed: float
    within_goal: float


def figures(
    centre: Centre, calls: Calls, kind: int | None, goal_s: Seconds | Sequence[Seconds], drop: int = 0
) -> Figures:
    """The figures of one kind (None: all), without the first `drop` calls; `goal_s` one for all or one for each kind.
    Waits are of those answered."""
    chosen = np.ones(len(calls.arrivals), bool) if kind is None else calls.kinds == kind
    chosen[:drop] = False
    waits = np.asarray(centre.answered_at)[chosen] - calls.arrivals[chosen]
    left = np.asarray(centre.left_at)[chosen]
    goals = np.broadcast_to(np.asarray(goal_s, float), (1,)) if np.ndim(goal_s) == 0 else np.asarray(goal_s)
    goal = goals[calls.kinds[chosen]] if goals.size > 1 else goals[0]
    answered = ~np.isnan(waits)
    gone = ~np.isnan(left)
    turned_away = np.asarray(centre.was_released)[chosen]
    took = waits[answered]
    offered = int(chosen.sum())
    quantiles = np.percentile(took, (50, 95)) if took.size else (math.nan, math.nan)
    return Figures(
        offered,
        int(answered.sum()),
        int((gone & ~turned_away).sum()),
        int(turned_away.sum()),
        float(took.mean()) if took.size else math.nan,
        float(quantiles[0]),
        float(quantiles[1]),
        float((took > 1e-9).sum() / max(1, offered)),
        float((waits <= goal)[answered].sum() / max(1, offered)),
    )
