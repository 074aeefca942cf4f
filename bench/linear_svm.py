"""The reference of `bench understanding`: a linear support vector machine on n-grams of characters and syllables.

Squared hinge, one intent against the rest, by Newton's method on the kernel of the examples (O. Chapelle, "Training a
Support Vector Machine in the Primal", 2007): the optimum that liblinear comes to, in a few linear systems a class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_COST = 1.0
_STEPS = 20


def train(likeness: Floats, labels: NDArray[np.int64], classes: int) -> Floats:
    """Weights of the examples by class (examples by classes), of their likeness among themselves."""
    kernel = likeness.astype(np.float64) + 1.0  # the constant is the bias
    weights = np.zeros((len(labels), classes))
    for label in range(classes):
        signs = np.where(labels == label, 1.0, -1.0)
        inside = np.ones(len(labels), np.bool_)
        for _ in range(_STEPS):
            rows = np.flatnonzero(inside)
            system = kernel[np.ix_(rows, rows)] + np.eye(len(rows)) / (2 * _COST)
            weights[:, label] = 0.0
            weights[rows, label] = np.linalg.solve(system, signs[rows])
            now_inside = signs * (kernel @ weights[:, label]) < 1.0
            if (now_inside == inside).all():
                break
            inside = now_inside
    return weights.astype(np.float32)


def scores(likeness: Floats, weights: Floats) -> Floats:
    """Scores of sentences (rows of their likeness to the examples) by class."""
    return np.asarray((likeness + 1.0) @ weights, np.float32)
