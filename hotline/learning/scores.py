"""Scores of forecasts, in seconds: error of one figure, pinball loss of quantiles, coverage of the interval."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from acd.forecast.ensemble import LEVELS

Floats = NDArray[np.float64]


class Score(msgspec.Struct, frozen=True):
    """One predictor on one set of answered callers. `coverage` is the share of waits within [.1, .9], 0 to 1."""

    mae_s: float
    rmse_s: float
    pinball_s: float
    coverage: float


def score(
    waits_s: Floats, median_s: Floats, mean_s: Floats, quantiles_s: Floats, weights: Floats | None = None
) -> Score:
    """MAE of `median_s`, RMSE of `mean_s`, mean pinball over LEVELS of `quantiles_s` (a row a caller)."""

    def average(values: Floats) -> float:
        return float(np.average(values, weights=weights))

    levels = np.array(LEVELS)
    over = waits_s[:, None] - quantiles_s
    pinball = np.maximum(levels * over, (levels - 1) * over).mean(axis=1)
    inside = (waits_s >= quantiles_s[:, 0]) & (waits_s <= quantiles_s[:, -1])
    return Score(
        average(np.abs(median_s - waits_s)),
        average((mean_s - waits_s) ** 2) ** 0.5,
        average(pinball),
        average(inside.astype(np.float64)),
    )


def ratio_quantiles(waits_s: Floats, forecasts_s: Floats) -> Floats:
    """Quantiles at LEVELS of wait over forecast: what makes quantiles of a predictor that says one figure.

    A forecast below a second counts as one second.
    """
    return np.quantile(waits_s / np.maximum(forecasts_s, 1.0), LEVELS)


def coverage_by_cell(
    cells: Sequence[tuple[str, int]], waits_s: Floats, low_s: Floats, high_s: Floats
) -> Mapping[tuple[str, int], tuple[int, float]]:
    """(callers, share of waits within the interval) by kind and priority."""
    found: dict[tuple[str, int], list[bool]] = {}
    inside = (waits_s >= low_s) & (waits_s <= high_s)
    for cell, within in zip(cells, inside, strict=True):
        found.setdefault(cell, []).append(bool(within))
    return {cell: (len(of), sum(of) / len(of)) for cell, of in sorted(found.items())}


def censoring_weights(waits_s: Floats, gave_up: NDArray[np.bool_]) -> Floats:
    """Weight of each answered caller that makes up for like ones who gave up: 1 / P(patience > wait), Kaplan & Meier.

    `waits_s` are all callers'; entries for those who gave up are 0. The weight is cut at 10, where few are left.
    """
    order = np.lexsort((~gave_up, waits_s))
    at_risk = len(waits_s) - np.arange(len(waits_s))
    survival = np.cumprod(1.0 - gave_up[order] / at_risk)
    stays = np.empty(len(waits_s))
    stays[order] = survival
    weights = 1.0 / np.maximum(stays, 0.1)
    weights[gave_up] = 0.0
    return weights
