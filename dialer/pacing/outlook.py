"""The outlook over the next seconds: how many answers find nobody, and what one more would cost, by when it comes.

The time ahead is cut into segments. Within one, answers and agents who become free are Poisson; the number of free
agents walks along, and what would take it below nought is an answer that finds nobody:

    idle(j + 1) = max(0, idle(j) + frees(j) − answers(j))        unserved(j) = max(0, answers(j) − idle(j) − frees(j))

A pass forward gives the distribution of free agents before each segment, and the sum of all unserved. A pass backward
gives the value V(j, i): the unserved still to come with i free. One more answer in segment j costs, in expectation over
i, the difference between going into it with one agent fewer and as it is: it may find nobody itself, or take the agent
whom a later answer would have had. That marginal cost is what a number dialled now is judged by.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGES_S = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 26)
"""The bounds of the segments, in seconds from now: fine where calls that ring already answer."""
SEGMENTS = len(EDGES_S) - 1
HORIZON_S = EDGES_S[-1]
SEGMENT_OF = np.repeat(np.arange(SEGMENTS), np.diff(EDGES_S))
"""The segment of each whole second ahead."""
_WIDTHS = (7, 12, 20, 36, 64)
"""Of how many answers, or frees, in one segment the probabilities are told apart; the last stands for all above."""
_ROOM = 12
"""How many more free agents than now are told apart."""


class Outlook(NamedTuple):
    """What is to be expected. `marginal` has one value a segment."""

    unserved: float
    marginal: Array


def outlook(idle: Array, answers: Array, frees: Array) -> Outlook:
    """Look ahead. `idle`: the chance of each number of free agents now, from 0. `answers`, `frees`: expected numbers by
    segment, shape (SEGMENTS,); an answer that waits for an agent is reckoned in by whoever shifts `frees` earlier."""
    most = _capacity(len(idle) - 1)
    steps = _steps(most, _width(answers), _width(frees))
    net = (_poisson(answers, steps.many)[:, :, None] * _poisson(frees, steps.free)[:, None, :]).reshape(SEGMENTS, -1)
    net = net @ steps.fold
    moves = (net @ steps.moves).reshape(SEGMENTS, most + 2, most + 1)
    losses = net @ steps.losses  # (SEGMENTS, most + 2): unserved in this segment, from one fewer than none upwards
    now = np.zeros(most + 1)
    now[: len(idle)] = idle
    before = np.empty((SEGMENTS, most + 1))
    for segment in range(SEGMENTS):
        before[segment] = now
        now = now @ moves[segment, 1:]
    unserved = float((before * losses[:, 1:]).sum())
    value = np.zeros(most + 1)
    marginal = np.empty(SEGMENTS)
    for segment in range(SEGMENTS - 1, -1, -1):
        whole = losses[segment] + moves[segment] @ value
        marginal[segment] = before[segment] @ (whole[:-1] - whole[1:])
        value = whole[1:]
    return Outlook(unserved, marginal)


class _Steps(NamedTuple):
    """What depends on sizes only: how a net change moves each number of free agents."""

    many: int
    free: int
    fold: Array
    """(many × free, net changes): which net change a number of answers and of frees makes."""
    moves: Array
    """(net changes, (most + 2) × (most + 1)): from how many free agents, -1 upwards, to how many."""
    losses: Array
    """(net changes, most + 2): how many answers find nobody."""


@lru_cache(maxsize=64)
def _steps(most: int, many: int, free: int) -> _Steps:
    changes = np.arange(-(many - 1), free)
    fold = np.zeros((many, free, len(changes)))
    for answers in range(many):
        for frees in range(free):
            fold[answers, frees, frees - answers + many - 1] = 1.0
    start = np.arange(-1, most + 1)
    end = start[None, :] + changes[:, None]
    moves = np.zeros((len(changes), most + 2, most + 1))
    kept = np.clip(end, 0, most)
    rows, columns = np.indices(end.shape)
    moves[rows, columns, kept] = 1.0
    return _Steps(
        many,
        free,
        fold.reshape(-1, len(changes)),
        moves.reshape(len(changes), -1),
        np.maximum(0, -end).astype(np.float64),
    )


def _capacity(free_now: int) -> int:
    """The most free agents told apart; few sizes, so that few tables are made."""
    most = free_now + _ROOM
    return most if most < 24 else -(-most // 8) * 8


def _width(expected: Array) -> int:
    most = float(expected.max())
    needed = most + 5.0 * most**0.5 + 4.0
    return next((width for width in _WIDTHS if width >= needed), _WIDTHS[-1])


@lru_cache(maxsize=8)
def _factorials(width: int) -> Array:
    return np.concatenate(([1.0], np.cumprod(1.0 / np.arange(1, width))))


@lru_cache(maxsize=8)
def _exponents(width: int) -> Array:
    return np.arange(width, dtype=np.float64)


def _poisson(expected: Array, width: int) -> Array:
    """Probabilities of 0 … width - 1, shape (segments, width)."""
    chances: Array = np.exp(-expected)[:, None] * expected[:, None] ** _exponents(width) * _factorials(width)
    chances[:, -1] += np.maximum(0.0, 1.0 - chances.sum(axis=1))
    return chances
