"""How a clock stands at an instant, by the log as it was known then or at any later instant.

`state_at` asks the audit log and nothing else. With `known` left out it tells what was known at the instant itself;
with a later one, what is right by what was entered and put right until then, calendars too.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from complaints.audit import Entry, known_at
from complaints.clocks.calendars import Calendars
from complaints.clocks.clock import Clock, Unit
from complaints.clocks.rounds import Round, rounds_of

Word = Literal["not_started", "not_for_it", "running", "paused", "overdue", "met", "missed", "dropped"]


class State(msgspec.Struct, frozen=True):
    """One round at an instant. `used`, `limit`: seconds, or days where the unit is days.

    `due_at`: when it reaches its limit, or did; None while it is paused short of it, and where it never does.
    `running`: before its deadline. `paused`: it waits, and is not overdue. `overdue`: past its deadline, and not
    finished. `met`, `missed`: stopped before or after it. `dropped`: the case ended before it was due.
    """

    clock: str
    word: Word
    unit: Unit
    round: int = 0
    started_at: float | None = None
    due_at: float | None = None
    finished_at: float | None = None
    used: float = 0.0
    limit: float | None = None

    @property
    def left(self) -> float | None:
        """What is left of its limit; negative when it is past it."""
        return None if self.limit is None else self.limit - self.used


def state_at(clock: Clock, log: Sequence[Entry], calendars: Calendars, at: float, known: float | None = None) -> State:
    """The last round of a clock at `at`, as it was known at `known`, which is `at` itself if left out."""
    rounds = read_at(clock, log, calendars, at, known)
    return state_of(clock, rounds[-1], at) if rounds else State(clock.name, "not_started", clock.unit)


def read_at(
    clock: Clock, log: Sequence[Entry], calendars: Calendars, at: float, known: float | None = None
) -> list[Round]:
    """All rounds of a clock that had begun by `at`."""
    known = at if known is None else known
    entries = [entry for entry in known_at(log, known) if entry.at <= at]
    return rounds_of(clock, entries, calendars, known)


def state_of(clock: Clock, current: Round, at: float) -> State:
    """How a round stands at `at`, by entries up to then."""
    due = current.reached_at()
    return State(
        clock.name,
        _word(current, due, at),
        clock.unit,
        current.number,
        current.started_at,
        due,
        current.finished_at,
        current.used_until(at),
        current.limit,
    )


def _word(current: Round, due: float | None, at: float) -> Word:
    if current.limit is None:
        return "not_for_it"
    finished = current.finished_at
    if finished is None:
        if due is not None and at >= due:
            return "overdue"
        return "paused" if current.running_since is None else "running"
    if current.finish == "stopped":
        return "met" if due is None or finished <= due else "missed"
    return "dropped" if due is None or finished <= due else "missed"
