"""Calibration: from the scores of a regression to shares of belief, and to what is answered, asked back or handed over.

Judged are the examples by their leave-one-out scores, so that the bounds hold for sentences that are not among them.
The belief in an intent is a softmax of all scores and of one bar, which stands for "none of these".
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Decision = Literal["answered", "asked", "handed_over"]

MOST_WRONG = 0.04
"""Of the answered examples. Callers word things otherwise than those who write examples: 5 % are promised."""
MOST_TAKEN = 0.06
"""Of the sentences that mean none of the intents, answered all the same."""
LEAST_IN_TWO = 0.8
"""Of the examples that are asked back: those with the right one among the two that are named."""

_WARMTH = tuple(round(0.02 * 1.25**step, 4) for step in range(14))
_BARS = tuple(round(-0.1 + 0.05 * step, 2) for step in range(16))
_MARGINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45)
_NONE_SHARE = 0.3


class Calibration(msgspec.Struct, frozen=True, array_like=True):
    """Bounds of a model. `answer_at` and `margin` are of the belief in the first and its lead over the second;
    `ask_at` is of both together."""

    warmth: float
    bar: float
    answer_at: float
    margin: float
    ask_at: float

    def beliefs(self, scores: Floats) -> Floats:
        """Beliefs of each intent (rows of scores, or one); what they lack to 1 is the belief in none."""
        scores = np.atleast_2d(scores)
        most = np.maximum(scores.max(axis=1), self.bar)[:, None]
        powers = np.exp((scores - most) / self.warmth)
        none = np.exp((self.bar - most) / self.warmth)
        shares: Floats = powers / (powers.sum(axis=1, keepdims=True) + none)
        return shares

    def decide(self, first: float, second: float) -> Decision:
        """Decide by the beliefs in the two foremost intents."""
        if first >= self.answer_at and first - second >= self.margin:
            return "answered"
        return "asked" if first + second >= self.ask_at else "handed_over"


def calibrate(left_out: Floats, labels: NDArray[np.int64]) -> Calibration:
    """Calibrate on leave-one-out scores (examples by intents); label -1 means none of them."""
    meant = labels >= 0
    warmth, bar = _softness(left_out, labels, meant)
    rough = Calibration(warmth, bar, 1.0, 0.0, 1.0)
    beliefs = rough.beliefs(left_out)
    order = np.sort(beliefs, axis=1)[:, ::-1]
    first, second = order[:, 0], order[:, 1] if order.shape[1] > 1 else np.zeros(len(order), np.float32)
    right = beliefs.argmax(axis=1) == labels
    answer_at, margin = _answering(first, second, right, meant)
    answered = (first >= answer_at) & (first - second >= margin)
    ask_at = _asking(left_out, labels, first + second, answered, meant)
    return Calibration(warmth, bar, answer_at, margin, ask_at)


def _softness(left_out: Floats, labels: NDArray[np.int64], meant: NDArray[np.bool_]) -> tuple[float, float]:
    """The warmth and the bar under which the truth is likeliest."""
    nones = int((~meant).sum())
    weight = np.where(meant, 1.0, _NONE_SHARE * max(1, int(meant.sum())) / max(1, nones))
    best = (np.inf, _WARMTH[0], _BARS[0])
    for warmth in _WARMTH:
        for bar in _BARS if nones else (0.2,):
            shares = Calibration(warmth, bar, 1.0, 0.0, 1.0).beliefs(left_out)
            truth = np.where(
                meant, shares[np.arange(len(labels)), np.maximum(labels, 0)], 1.0 - shares.sum(axis=1)
            )
            loss = float(-(weight * np.log(np.maximum(truth, 1e-6))).sum())
            if loss < best[0]:
                best = (loss, warmth, bar)
    return best[1], best[2]


def _answering(
    first: Floats, second: Floats, right: NDArray[np.bool_], meant: NDArray[np.bool_]
) -> tuple[float, float]:
    """The bounds by which most are answered, few of them wrong, and few that mean none."""
    best = (-1, 1.0, 0.0)
    for margin in _MARGINS:
        clear = first - second >= margin
        for bound in np.unique(np.round(first[clear & meant], 3)):
            taken = clear & (first >= bound)
            answered = int((taken & meant).sum())
            wrong = int((taken & meant & ~right).sum())
            strays = int((taken & ~meant).sum())
            fits = wrong <= MOST_WRONG * answered and strays <= MOST_TAKEN * max(1, int((~meant).sum()))
            if fits and answered > best[0]:
                best = (answered, float(bound), margin)
    return best[1], best[2]


def _asking(
    left_out: Floats,
    labels: NDArray[np.int64],
    both: Floats,
    answered: NDArray[np.bool_],
    meant: NDArray[np.bool_],
) -> float:
    """The least belief in two at which asking "this, or that?" is worth the caller's time."""
    two = np.argsort(-left_out, axis=1, kind="stable")[:, :2]
    among = (two == labels[:, None]).any(axis=1)
    bound_so_far = 1.0
    for bound in np.unique(np.round(both[~answered], 2))[::-1]:
        asked = ~answered & (both >= bound)
        if int((asked & among).sum()) < LEAST_IN_TWO * int(asked.sum()):
            break
        bound_so_far = float(bound)
    return bound_so_far
