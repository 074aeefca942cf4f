"""A forest of regression trees for all quantiles, evaluated at once.

All trees of all quantiles stand in flat arrays; one step takes every tree one level down. That is about ten numpy
calls a forecast, whatever fits the trees, and no learning library in the server's own process.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""The levels of every forecast, in this order."""


_WEIGHTS = (0.175, 0.2, 0.25, 0.14, 0.235)


def mean(quantiles_s: Sequence[float]) -> float:
    """The mean of the distribution that has these quantiles at LEVELS, taken as straight between them.

    Below .1 it is flat; above .9 its mean excess is 0.6 of the distance from .75 to .9, between uniform and Pareto.
    """
    return sum(w * q for w, q in zip(_WEIGHTS, quantiles_s, strict=True))


class Quantiles(Protocol):
    """The port to the learned layer: seconds at `LEVELS` from a vector of `features.FEATURES`. Pure."""

    kinds: tuple[str, ...]

    def predict(self, vector: Sequence[float]) -> list[float]:
        """Seconds at each level, not necessarily in rising order."""
        ...


class Tree(msgspec.Struct, frozen=True):
    """One fitted tree in arrays: node i sends x[feature[i]] <= threshold[i] to left[i], else to right[i].

    A leaf points to itself on both sides; `value` is what it adds. `depth` is the longest way from root to leaf.
    """

    feature: Sequence[int]
    threshold: Sequence[float]
    left: Sequence[int]
    right: Sequence[int]
    value: Sequence[float]
    depth: int


class Ensemble:
    """`Quantiles` by trees. `groups[j]` are the trees whose values add up to the quantile at LEVELS[j]."""

    def __init__(self, kinds: Sequence[str], groups: Sequence[Sequence[Tree]]) -> None:
        if len(groups) != len(LEVELS):
            raise ValueError(f"one group of trees a level: {len(LEVELS)}, not {len(groups)}")
        self.kinds = tuple(kinds)
        feature: list[int] = []
        threshold: list[float] = []
        child: list[int] = []
        value: list[float] = []
        roots: list[int] = []
        starts: list[int] = []
        self.depth = 0
        for group in groups:
            starts.append(len(roots))
            for tree in group:
                base = len(feature)
                roots.append(base)
                feature.extend(tree.feature)
                threshold.extend(tree.threshold)
                value.extend(tree.value)
                for left, right in zip(tree.left, tree.right, strict=True):
                    child.extend((base + right, base + left))
                self.depth = max(self.depth, tree.depth)
        self._feature = np.array(feature, dtype=np.intp)
        self._threshold = np.array(threshold, dtype=np.float64)
        self._child = np.array(child, dtype=np.intp)
        self._value = np.array(value, dtype=np.float64)
        self._roots = np.array(roots, dtype=np.intp)
        self._starts = np.array(starts, dtype=np.intp)

    def predict(self, vector: Sequence[float]) -> list[float]:
        """All quantiles of one vector, in seconds."""
        x = np.array(vector, dtype=np.float64)
        node = self._roots
        for _ in range(self.depth):
            goes_left = x.take(self._feature.take(node)) <= self._threshold.take(node)
            node = self._child.take(2 * node + goes_left)
        sums: NDArray[np.float64] = np.add.reduceat(self._value.take(node), self._starts)
        return [float(s) for s in sums]

    def to_arrays(self) -> dict[str, NDArray[np.float64] | NDArray[np.intp]]:
        """The flat arrays, for a file."""
        return {
            "feature": self._feature,
            "threshold": self._threshold,
            "child": self._child,
            "value": self._value,
            "roots": self._roots,
            "starts": self._starts,
            "depth": np.array([self.depth], dtype=np.intp),
        }

    @classmethod
    def from_arrays(cls, kinds: Sequence[str], arrays: dict[str, NDArray[np.float64]]) -> "Ensemble":
        """The inverse of `to_arrays`. Raises KeyError or ValueError for arrays that are no forest."""
        self = cls.__new__(cls)
        self.kinds = tuple(kinds)
        self._feature = arrays["feature"].astype(np.intp)
        self._threshold = arrays["threshold"].astype(np.float64)
        self._child = arrays["child"].astype(np.intp)
        self._value = arrays["value"].astype(np.float64)
        self._roots = arrays["roots"].astype(np.intp)
        self._starts = arrays["starts"].astype(np.intp)
        self.depth = int(arrays["depth"][0])
        nodes = len(self._feature)
        if len(self._starts) != len(LEVELS) or len(self._child) != 2 * nodes or self._child.max(initial=0) >= nodes:
            raise ValueError("the arrays do not fit together")
        return self
