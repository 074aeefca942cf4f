"""The reference of `bench understanding`: a linear support vector machine on n-grams of characters and syllables.

Squared hinge, one intent against the rest, by dual coordinate descent (Hsieh et al., "A Dual Coordinate Descent Method
for Large-scale Linear SVM", 2008): what liblinear does. On the kernel of the examples, for they are few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_COST = 1.0
_ROUNDS = 60


def train(likeness: Floats, labels: NDArray[np.int64], classes: int) -> Floats:
    """Weights of the examples by class (examples by classes), of their likeness among themselves."""
    kernel = likeness.astype(np.float64) + 1.0
    diagonal = np.diag(kernel) + 0.5 / _COST
    signs = np.where(labels[:, None] == np.arange(classes)[None, :], 1.0, -1.0)
    weights = np.zeros_like(signs)  # all classes at once: each column is a machine of its own
    pulled = kernel @ weights
    for _ in range(_ROUNDS):
        for row in range(len(labels)):
            slope = signs[row] * pulled[row] - 1.0 + 0.5 / _COST * weights[row] * signs[row]
            moved = np.maximum(weights[row] * signs[row] - slope / diagonal[row], 0.0) * signs[row] - weights[row]
            weights[row] += moved
            pulled += np.outer(kernel[:, row], moved)
    return weights.astype(np.float32)


def scores(likeness: Floats, weights: Floats) -> Floats:
    """Scores of sentences (rows of their likeness to the examples) by class."""
    found: Floats = (likeness + 1.0) @ weights
    return found
