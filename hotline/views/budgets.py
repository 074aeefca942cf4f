"""Budgets of abandoned calls as a page draws them: what each window has room for now, and had at the end of each step.

The windows count by themselves, as calls are answered; steps are of tries that are over. So a window's past is found
backwards from what it has now, less what each later step has brought.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Counted(Protocol):
    """A step of time: so many calls, so many of them abandoned."""

    @property
    def at(self) -> float:
        """Its beginning, UTC epoch seconds."""
        ...

    @property
    def of(self) -> float:
        """Calls."""
        ...

    @property
    def abandoned(self) -> float:
        """Calls for whom nobody was there."""
        ...


class Budget(msgspec.Struct, frozen=True):
    """One window: of `of` calls at most the share `limit` may be abandoned. Instants are UTC epoch seconds."""

    window: str
    limit: float
    of: float
    abandoned: float
    began_at: float | None
    ends_at: float | None
    steers: bool
    """The pacing counts it, and dials by it; else it is counted here, of tries that are over."""

    @property
    def room(self) -> float:
        """How many more calls may be abandoned; below 0: so many too many were."""
        return self.limit * self.of - self.abandoned

    @property
    def share(self) -> float | None:
        """Abandoned by all, from 0 to 1; None of no calls."""
        return self.abandoned / self.of if self.of > 0 else None


def rooms(budget: Budget, steps: Sequence[Counted]) -> list[float | None]:
    """The room at the end of each step, the last one's is that of now; None before the window began."""
    of, abandoned = budget.of, budget.abandoned
    found: list[float | None] = []
    for step in reversed(steps):
        began = budget.began_at
        inside = began is None or step.at >= began
        found.append(round(budget.limit * max(of, 0.0) - max(abandoned, 0.0), 3) if inside else None)
        of -= step.of
        abandoned -= step.abandoned
    return found[::-1]


def as_data(budget: Budget, steps: Sequence[Counted]) -> dict[str, object]:
    """A budget for machines, with its `room` and `share` now, and its `rooms`."""
    return {
        **msgspec.structs.asdict(budget),
        "of": round(budget.of, 2),
        "abandoned": round(budget.abandoned, 2),
        "room": round(budget.room, 3),
        "share": None if budget.share is None else round(budget.share, 5),
        "rooms": rooms(budget, steps),
    }
