"""Calibration: from the scores of a regression to how sure it is, and to what is answered, asked back or handed over.

Judged are the examples by their leave-one-out scores, so that the bounds hold for sentences that are not among them.
Two logistic regressions give the chance that the foremost intent is right, and that the right one is among the two
foremost. The first sees the lead alone: how far the foremost is above the second, or above "none of them" where that is
more. An example's own score without itself is low, whatever it is told from, so its height says less of a new sentence.
The other sees the scores of the two and that of none.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from understanding.judgement import Decision

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

MOST_WRONG = 0.07
"""Of the answered examples. Without itself an example lacks more than a new sentence does, to which all examples are
known: of what was tried 4 % were wrong in five-fold, 1 % of another writer's sentences."""
MOST_TAKEN = 0.07
"""Of the sentences that mean none of the intents, answered all the same."""
LEAST_IN_TWO = 0.75
"""Of the examples that are asked back: those with the right one among the two that are named."""

_NONE_SHARE = 0.3  # what all sentences of none weigh together, beside 1 for all others
_RIDGE = 1e-3
_STEPS = 40


class Calibration(msgspec.Struct, frozen=True, array_like=True):
    """Weights of both chances, and the chances from which on it answers, and asks.

    `first` weighs the lead and a constant, `pair` the three scores and a constant.
    """

    first: tuple[float, ...]
    pair: tuple[float, ...]
    answer_at: float
    ask_at: float

    def decide(self, first: float, pair: float) -> Decision:
        """Decide by the chances that the foremost is right, and that one of the two foremost is."""
        if first >= self.answer_at:
            return "answered"
        return "asked" if pair >= self.ask_at else "handed_over"


class Foremost(NamedTuple):
    """Two foremost intents of each row, and the scores of these and of none (three columns)."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    scores: Doubles

    @property
    def lead(self) -> Doubles:
        """How far the foremost is above the second, or above none where that is more: one column."""
        lead: Doubles = self.scores[:, :1] - self.scores[:, 1:].max(axis=1, keepdims=True)
        return lead


def foremost(scores: Floats) -> Foremost:
    """Find them in rows of scores, of which the last column is that of none."""
    order = np.argsort(-scores[:, :-1], axis=1, kind="stable")
    rows = np.arange(len(scores))
    first, second = order[:, 0], order[:, 1]
    columns = (scores[rows, first], scores[rows, second], scores[:, -1])
    return Foremost(first, second, np.stack(columns, axis=1).astype(np.float64))


def chance(columns: Doubles, weights: tuple[float, ...]) -> Doubles:
    """Chance of each row, from 0 to 1."""
    found: Doubles = 1.0 / (1.0 + np.exp(-(_with_constant(columns) @ np.array(weights))))
    return found


def calibrate(left_out: Floats, labels: NDArray[np.int64]) -> Calibration:
    """Calibrate on leave-one-out scores, of which the last column is that of none; label -1 means none of them."""
    found = foremost(left_out)
    meant = labels >= 0
    nones = int((~meant).sum())
    weight = np.where(meant, 1.0, _NONE_SHARE * max(1, int(meant.sum())) / max(1, nones))
    right = found.first == labels
    among = right | (found.second == labels)
    first, pair = _logistic(found.lead, right, weight), _logistic(found.scores, among, weight)
    sure = chance(found.lead, first)
    answer_at = _answering(sure, right, meant)
    ask_at = _asking(chance(found.scores, pair), among, sure >= answer_at)
    return Calibration(first, pair, answer_at, ask_at)


def _logistic(scores: Doubles, truth: NDArray[np.bool_], weight: Doubles) -> tuple[float, ...]:
    """Weights of the likeliest logistic regression, by Newton's steps from nothing."""
    rows = _with_constant(scores)
    weights = np.zeros(rows.shape[1])
    ridge = _RIDGE * len(rows) * np.diag([1.0] * scores.shape[1] + [0.0])
    for _ in range(_STEPS):
        chances = 1.0 / (1.0 + np.exp(-(rows @ weights)))
        slope = rows.T @ (weight * (chances - truth)) + ridge @ weights
        curve = (rows * (weight * np.maximum(chances * (1 - chances), 1e-6))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(curve)), slope)
        weights -= np.clip(step, -5.0, 5.0)
    return tuple(float(round(weight, 9)) for weight in weights)


def _answering(sure: Doubles, right: NDArray[np.bool_], meant: NDArray[np.bool_]) -> float:
    """The least chance by which few of the answered are wrong, and few that mean none are answered."""
    bound_so_far = 1.0
    for bound in np.unique(np.round(sure, 3))[::-1]:
        answered = sure >= bound
        wrong = int((answered & meant & ~right).sum())
        taken = int((answered & ~meant).sum())
        if wrong <= MOST_WRONG * int((answered & meant).sum()) and taken <= MOST_TAKEN * int((~meant).sum()):
            bound_so_far = float(bound)
    return bound_so_far


def _asking(sure: Doubles, among: NDArray[np.bool_], answered: NDArray[np.bool_]) -> float:
    """The least chance at which asking "this, or that?" is worth the caller's time."""
    bound_so_far = 1.0
    for bound in np.unique(np.round(sure[~answered], 2))[::-1]:
        asked = ~answered & (sure >= bound)
        if int((asked & among).sum()) >= LEAST_IN_TWO * int(asked.sum()):
            bound_so_far = float(bound)
    return bound_so_far


def _with_constant(scores: Doubles) -> Doubles:
    return np.concatenate([scores, np.ones((len(scores), 1))], axis=1)
