"""Steering: the chance θ to be abandoned that the next answer may be exposed to, so that the budget is used up evenly.

The same θ at all times gets the most talk out of a budget: a saved call is worth as much in the morning as at night. So
θ is nearly constant. It follows the credit of the tightest window by a little at once, and by the integral of it within
the hour, which finds the level that this list and these agents need:

    θ = base + α·(credit − reserve)        d base / dt = α·(credit − reserve) / 1 h        0 ≤ θ ≤ `boldest`

α falls with the root of the number of agents, as the credit of many swings more.
"""

import math

import msgspec

from calls.ids import Instant, Seconds

_INTEGRAL_S = 3600.0
_LONGEST_STEP_S: Seconds = 5.0
"""After a gap, as of a night, the integral does not leap."""
_FIRST = 0.04
_RESERVE = 0.8, 0.2
"""Calls that are kept back, and by root of the number of agents: a window shall end under its limit, not at it."""


class SteeringState(msgspec.Struct):
    """Of `Steering`."""

    base: float
    at: Instant


class Steering:
    """θ, and what it has learned."""

    def __init__(self, urgency: float, boldest: float) -> None:
        self._urgency = urgency
        self._boldest = boldest
        self.base = _FIRST
        self._at: Instant = 0.0

    def theta(self, credit: float, present: int) -> float:
        """For the next answer, with this credit left after all that is expected of calls that ring."""
        wanted = self.base + self._gain(present) * (credit - _reserve(present))
        return min(self._boldest, max(0.0, wanted))

    def learn(self, credit: float, present: int, now: Instant) -> None:
        """Move the base; once a decision, with what is expected before anything is dialled."""
        step_s = min(_LONGEST_STEP_S, max(0.0, now - self._at))
        self._at = now
        moved = self.base + self._gain(present) * (credit - _reserve(present)) * step_s / _INTEGRAL_S
        self.base = min(self._boldest, max(0.0, moved))

    def _gain(self, present: int) -> float:
        return self._urgency / math.sqrt(max(1, present))

    def state(self) -> SteeringState:
        """All of it."""
        return SteeringState(self.base, self._at)

    def restore(self, state: SteeringState) -> None:
        """Go on from there."""
        self.base, self._at = state.base, state.at


def _reserve(present: int) -> float:
    fixed, by_root = _RESERVE
    return fixed + by_root * math.sqrt(present)
