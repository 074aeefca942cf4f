"""Kernel ridge regression of each intent against the rest, with the scores that each example had without itself.

With few examples an intent it separates as a support vector machine does, its solution is one linear system (so the
same examples always give the same model), and the leave-one-out scores cost nothing:
`f(-i) = y(i) - a(i) / inverse(i, i)` (Rifkin and Lippert, "Notes on Regularized Least Squares", 2007). The thresholds
are found on those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Regression:
    """Coefficients (examples by classes), and the leave-one-out scores of the examples."""

    coefficients: Floats
    left_out: Floats


def fit(likeness: Floats, labels: NDArray[np.int64], classes: int, trust: Floats, ridge: float) -> Regression:
    """Fit on the likeness of the examples among themselves.

    `labels` are from 0 to `classes` - 1. `trust` weighs each example: half the trust is
    twice the ridge.
    """
    wanted = (labels[:, None] == np.arange(classes)[None, :]).astype(np.float64)
    system = likeness.astype(np.float64) + 1.0 + np.diag(ridge / trust.astype(np.float64))
    inverse = np.linalg.inv(system)
    coefficients = inverse @ wanted
    left_out = wanted - coefficients / np.diag(inverse)[:, None]
    return Regression(coefficients.astype(np.float32), left_out.astype(np.float32))
