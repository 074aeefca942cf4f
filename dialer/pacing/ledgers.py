"""Budget ledgers: one for each regulatory window, all at once; how many abandoned calls each still has room for.

The law looks at a share, abandoned by all answered, over a window. `credit` is how many more could be abandoned now
without the share being above the limit; the least of all windows steers. `room` asks the same of the worst that can
come.
"""

from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from calls.errors import BadInput
from calls.ids import Instant, Seconds
from dialer.pacing.settings import Denominator, Window

_PIECES = 96
"""A rolling window moves along in so many pieces; what is in half a piece counts if it is abandoned, and else not."""


class LedgerState(msgspec.Struct):
    """Of one `Ledger`; `pieces` are (number, answers, abandoned), oldest first."""

    window: str
    of: float
    abandoned: float
    ends_at: Instant | None
    pieces: list[tuple[int, float, float]]


class WindowCount(msgspec.Struct, frozen=True):
    """What one window has counted until now; `ends_at` of one with fixed bounds, on the monotonic line."""

    window: Window
    of: float
    abandoned: float
    ends_at: Instant | None


class Ledger:
    """The count of one window. Fractions count too: a machine is so much of a person as detection errs."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.of = 0.0
        self.abandoned = 0.0
        self.ends_at: Instant | None = None
        self._pieces: deque[tuple[int, float, float]] = deque()
        self._piece_s: Seconds = (window.rolling_s or 0.0) / _PIECES

    def add(self, of: float, abandoned: float, now: Instant) -> None:
        """Count calls."""
        self.of += of
        self.abandoned += abandoned
        if self.window.rolling_s is not None:
            number = int(now // self._piece_s)
            if self._pieces and self._pieces[-1][0] >= number:
                number, before_of, before_abandoned = self._pieces.pop()
                self._pieces.append((number, before_of + of, before_abandoned + abandoned))
            else:
                self._pieces.append((number, of, abandoned))

    def pass_time(self, now: Instant) -> None:
        """Let a rolling window move along."""
        if self.window.rolling_s is None:
            return
        first = int((now - self.window.rolling_s) // self._piece_s)
        while self._pieces and self._pieces[0][0] < first:
            _, of, abandoned = self._pieces.popleft()
            self.of -= of
            self.abandoned -= abandoned
        if not self._pieces:
            self.of = self.abandoned = 0.0

    def roll(self, ends_at: Instant | None) -> None:
        """Begin a fixed window anew."""
        self.of = self.abandoned = 0.0
        self.ends_at = ends_at

    def credit(self, more_of: float, more_abandoned: float, lent: float = 0.0) -> float:
        """How many more calls may be abandoned, if so many more are answered and abandoned."""
        of = self.of + more_of
        if self._pieces and self.window.rolling_s is not None:
            of -= self._pieces[0][1]  # they go next, and by piece: their answers count no more
        return self.window.limit * (of + lent) - self.abandoned - more_abandoned

    @property
    def share(self) -> float:
        """Abandoned by all, from 0 to 1."""
        return self.abandoned / self.of if self.of > 0 else 0.0

    def state(self) -> LedgerState:
        """All of it."""
        return LedgerState(self.window.name, self.of, self.abandoned, self.ends_at, list(self._pieces))

    def restore(self, state: LedgerState) -> None:
        """Go on from there."""
        self.of, self.abandoned, self.ends_at = state.of, state.abandoned, state.ends_at
        self._pieces = deque(state.pieces)


class Ledgers:
    """All windows of a campaign; each call counts in each."""

    def __init__(self, windows: Sequence[Window], denominator: Denominator, machines_wrong: float) -> None:
        if not windows:
            raise BadInput(
                "pacing: windows: there is none, so nothing would bound what is abandoned; name one at least"
            )
        self._denominator = denominator
        self._machines_wrong = machines_wrong
        self.by_window = {window.name: Ledger(window) for window in windows}

    def dialled(self, now: Instant) -> None:
        """Count a call that was placed."""
        self._add(self._denominator == "dialled", 0.0, now)

    def answered(self, now: Instant) -> None:
        """Count an answer by a person."""
        self._add(self._denominator != "dialled", 0.0, now)

    def machine(self, now: Instant, was_counted: bool) -> None:
        """Count an answer by a machine, of which some are people. `was_counted`: as an answer, a moment before."""
        person = self._machines_wrong
        of = {"live": person, "answered": 1.0, "dialled": 0.0}[self._denominator]
        self._add(of - (was_counted and self._denominator != "dialled"), person, now)

    def machine_was_person(self, count: int, now: Instant) -> None:
        """Count calls that were taken for machines and were people: answered, and abandoned."""
        self._add(count if self._denominator == "live" else 0.0, count, now)

    def abandoned(self, now: Instant) -> None:
        """Count a person for whom nobody was there; the answer counts already."""
        self._add(0.0, 1.0, now)

    def _add(self, of: float, abandoned: float, now: Instant) -> None:
        if of or abandoned:
            for ledger in self.by_window.values():
                ledger.add(of, abandoned, now)

    def pass_time(self, now: Instant) -> None:
        """Let rolling windows move along."""
        for ledger in self.by_window.values():
            ledger.pass_time(now)

    def allowance(
        self, answers: float, unserved: float, reserve: float, coming: Callable[[Instant | None], float]
    ) -> float:
        """The share of what is still to come that may be abandoned, the least of all windows, if so many calls that
        ring are answered, so many of them find nobody, and so many shall be left over at the end.

        `coming`: the answers, or calls, to come until a window's end; None where it rolls."""
        more = 0.0 if self._denominator == "dialled" else answers
        return min(
            ledger.window.limit
            + (ledger.credit(more, unserved) - reserve) / coming(None if ledger.window.rolling_s else ledger.ends_at)
            for ledger in self.by_window.values()
        )

    def room(
        self, ringing: int, dials: int, waiting: int, unserved: int, lent: Callable[[Instant | None], float]
    ) -> tuple[float, str]:
        """The least credit left if all that rings and is dialled now were answered at once, and the window that has it.

        `unserved`: how many of them, and of the answered who wait, would find nobody. `lent`: the answers still
        to come that a window of fixed bounds may count on until it ends; one that rolls must hold at every instant.
        """
        more = dials if self._denominator == "dialled" else ringing + dials
        people = (ringing + dials - unserved + waiting) * self._machines_wrong  # those with an agent may be machines
        worst, where = float("inf"), ""
        for name, ledger in self.by_window.items():
            coming = lent(ledger.ends_at) if ledger.window.rolling_s is None else 0.0
            # nobody answers, or all do: what lies between is no worse than the worse of the two
            credit = min(ledger.credit(0.0, waiting, coming), ledger.credit(more, unserved + people, coming))
            if credit < worst:
                worst, where = credit, name
        return worst, where

    def counts(self) -> tuple[WindowCount, ...]:
        """Each window as it stands, as of the last event."""
        return tuple(WindowCount(one.window, one.of, one.abandoned, one.ends_at) for one in self.by_window.values())

    def state(self) -> list[LedgerState]:
        """All of it."""
        return [ledger.state() for ledger in self.by_window.values()]

    def restore(self, state: Sequence[LedgerState]) -> None:
        """Go on from there; what is of no window any more is left out."""
        for one in state:
            if one.window in self.by_window:
                self.by_window[one.window].restore(one)
