"""Handle times: when an agent who talks, or does after-call work, will be free; learned by campaign, with forgetting.

Durations are kept as weights in bins that grow by a fifth, so that the chance of an end in the next seconds is smooth
from few talks, and no shape is assumed: short talks of people who hang up at once and long ones stand side by side.
"""

import math

import msgspec
import numpy as np

from calls.ids import Seconds
from dialer.pacing.outlook import HORIZON_S, SEGMENT_OF, SEGMENTS, Array
from dialer.pacing.settings import HandleTimes

_EDGES_S = np.concatenate(([0.0], np.geomspace(1.0, 7200.0, 50)))
_WEIGHT = 25.0
"""Of what the settings believe, in durations seen."""
_KEPT = 1 - 1 / 1500
_REFRESH = 20
_TALKED = 1201
"""Seconds of talk told apart; the last stands for all above."""
_WRAPPED = 181


class DurationState(msgspec.Struct):
    """Of `Durations`."""

    weights: list[float]
    used: list[float]
    unused: int


class Durations:
    """The distribution of one kind of duration."""

    def __init__(self, mean_s: Seconds, cv: float) -> None:
        self.weights: Array = _WEIGHT * np.diff(_lognormal(_EDGES_S, max(mean_s, 0.1), max(cv, 0.05)))
        self.weights[-1] += max(0.0, _WEIGHT - self.weights.sum())
        self.used: Array = self.weights.copy()
        """As the tables have it."""
        self.unused = 0

    def add(self, duration_s: Seconds) -> bool:
        """Learn one; whether the tables are old by now."""
        self.weights *= _KEPT
        self.weights[min(int(np.searchsorted(_EDGES_S, duration_s, "right")) - 1, len(self.weights) - 1)] += 1.0
        self.unused += 1
        return self.unused >= _REFRESH

    def use(self) -> None:
        """Take over for the tables what was learned."""
        self.used, self.unused = self.weights.copy(), 0

    def reached(self, seconds: Array) -> Array:
        """The share that is over after so many seconds."""
        sums = np.concatenate(([0.0], np.cumsum(self.used)))
        reached: Array = np.interp(seconds, _EDGES_S, sums / sums[-1])
        return reached

    def mean_s(self) -> Seconds:
        """The mean."""
        return float(self.used @ (_EDGES_S[:-1] + _EDGES_S[1:]) / 2 / self.used.sum())

    def state(self) -> DurationState:
        """All of it."""
        return DurationState(self.weights.tolist(), self.used.tolist(), self.unused)

    def restore(self, state: DurationState) -> None:
        """Go on from there."""
        self.weights, self.used, self.unused = np.array(state.weights), np.array(state.used), state.unused


class Handling:
    """The talks and after-call work of one campaign or queue, and the tables of who is free when."""

    def __init__(self, believed: HandleTimes, patience_s: Seconds) -> None:
        self.talk = Durations(believed.talk_mean_s, believed.talk_cv)
        self.wrap_up = Durations(believed.wrap_up_mean_s, believed.wrap_up_cv)
        self._patience = math.floor(patience_s)
        self.make_tables()

    def make_tables(self) -> None:
        """Make the tables anew of what the durations use."""
        ahead = HORIZON_S + self._patience
        after: Array = np.diff(self.wrap_up.reached(np.arange(ahead + 1.0)))
        # an agent who is free within the patience of an answer is there for it: so all come that much earlier
        when = np.concatenate((np.zeros(self._patience, dtype=np.int64), SEGMENT_OF))
        turned = np.zeros((ahead, SEGMENTS))
        for ended in range(ahead):
            turned[ended] = np.bincount(when[ended:], after[: ahead - ended], SEGMENTS)
        self._from_talk: Array = _ends(self.talk, _TALKED, ahead) @ turned
        plain = np.zeros((ahead, SEGMENTS))
        plain[np.arange(ahead), when] = 1.0
        self._from_wrap_up: Array = _ends(self.wrap_up, _WRAPPED, ahead) @ plain

    def talked(self, duration_s: Seconds) -> None:
        """Learn of a talk."""
        if self.talk.add(duration_s):
            self._refresh()

    def wrapped_up(self, duration_s: Seconds) -> None:
        """Learn of after-call work; none at all is nought."""
        if self.wrap_up.add(duration_s):
            self._refresh()

    def _refresh(self) -> None:
        self.talk.use()
        self.wrap_up.use()
        self.make_tables()

    def frees(self, talking_s: Array, wrapping_s: Array) -> Array:
        """Expected agents who become free, by segment, of those who talk and wrap up for so long."""
        talks = self._from_talk[np.minimum(talking_s.astype(np.int64), _TALKED - 1)].sum(axis=0)
        wraps = self._from_wrap_up[np.minimum(wrapping_s.astype(np.int64), _WRAPPED - 1)].sum(axis=0)
        frees: Array = talks + wraps
        return frees

    def mean_s(self) -> Seconds:
        """Talk and after-call work together."""
        return self.talk.mean_s() + self.wrap_up.mean_s()


def _ends(durations: Durations, ages: int, ahead: int) -> Array:
    """The chance to end in each of the next `ahead` seconds, by age, shape (ages, ahead)."""
    reached = durations.reached(np.arange(float(ages + ahead)))
    left = 1.0 - reached[:ages]
    ends = np.lib.stride_tricks.sliding_window_view(np.diff(reached), ahead)[:ages]
    known = left > 1e-4
    last = int(np.flatnonzero(known)[-1])
    chances: Array = ends / np.maximum(left, 1e-4)[:, None]
    chances[last + 1 :] = chances[last]
    return chances


def _lognormal(edges: Array, mean: float, cv: float) -> Array:
    """The share below each edge."""
    sigma = math.sqrt(math.log(1 + cv * cv))
    mu = math.log(mean) - sigma * sigma / 2
    return np.array(
        [0.0 if edge <= 0 else 0.5 * math.erfc(-(math.log(edge) - mu) / sigma / math.sqrt(2)) for edge in edges]
    )
