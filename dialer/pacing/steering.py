"""Steering: the chance θ to be abandoned that the next answer may be exposed to, so that the budget is used up evenly.

The same θ at all times gets the most talk out of a budget: a saved call is worth as much in the morning as at night,
and what is abandoned grows faster than θ. So θ is the one that, kept until the window ends, would spend just what is
left:

    θ = (limit + (credit − reserve) / answers still to come) / r        0 ≤ θ ≤ `boldest`

of the tightest window. r is how many are abandoned of those who were exposed to a θ of one, and is learned: whole
calls are dialled or none, so most answers are exposed to less than θ. The reserve is what the guard will ask for at the
end, when nothing is lent any more and it supposes that all that rings is answered at once; it is saved over the whole
day, or the last hour would go by progressively.
"""

import math

import msgspec

_SPENT, _EXPOSED = 6.0, 10.0
"""What is believed of r before any is seen: abandoned calls, and the sum of the θ that answers were exposed to."""
_KEPT = 1 - 1 / 4000
"""Of what was learned stays so much at each answer."""
_RESERVE = 0.8, 0.2
"""Calls that are kept back, and by root of the number of agents: a window shall end under its limit, not at it."""
_RINGING = 0.4
"""Calls that are kept back by call that rings."""


class SteeringState(msgspec.Struct):
    """Of `Steering`; a release that steered otherwise wrote none of these."""

    spent: float = _SPENT
    exposed: float = _EXPOSED
    theta: float = 0.0


class Steering:
    """θ, and what it has learned."""

    def __init__(self, boldest: float) -> None:
        self._boldest = boldest
        self._spent, self._exposed = _SPENT, _EXPOSED
        self.theta = 0.0
        """That of the last decision."""

    def aim(self, allowance: float) -> float:
        """θ for the next answer, where this share of all that are still to come may be abandoned."""
        self.theta = min(self._boldest, max(0.0, allowance * self._exposed / self._spent))
        return self.theta

    def answered(self) -> None:
        """Learn that a call was answered: it was exposed to the last θ."""
        self._exposed = self._exposed * _KEPT + self.theta
        self._spent *= _KEPT

    def abandoned(self) -> None:
        """Learn that nobody was there for one."""
        self._spent += 1.0

    def state(self) -> SteeringState:
        """All of it."""
        return SteeringState(self._spent, self._exposed, self.theta)

    def restore(self, state: SteeringState) -> None:
        """Go on from there."""
        self._spent, self._exposed, self.theta = state.spent, state.exposed, state.theta


def reserve(present: int, ringing: int) -> float:
    """The calls that a window shall have left at its end, with so many agents and so many calls that ring."""
    fixed, by_root = _RESERVE
    return fixed + by_root * math.sqrt(present) + _RINGING * ringing
