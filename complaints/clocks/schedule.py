"""The alarms of all open cases by time. A tick touches what is due and nothing else.

`put` takes a case's alarms whenever its log, its clocks or a calendar changed, in place of those that it had. An old
alarm stays in the heap until its turn, and is passed over then; or until the heap is made anew, as most of it is old.
"""

import heapq
from collections.abc import Sequence

import msgspec

from complaints.clocks.alarms import Alarm

AT_MOST = 1_000
_LEAST = 1_024


class _Turn(msgspec.Struct, frozen=True, order=True, gc=False):
    # no object here holds another that the garbage collector must look at: 200,000 of them cost it nothing
    at: float
    serial: int
    case: str


class _Case(msgspec.Struct, gc=False):
    serial: int
    alarms: tuple[Alarm, ...]


class Told(msgspec.Struct, frozen=True):
    """An alarm of a case that is due now."""

    case: str
    alarm: Alarm


class Schedule:
    """See the module's first lines. Instants are UTC epoch seconds."""

    def __init__(self) -> None:
        self._cases: dict[str, _Case] = {}
        self._turns: list[_Turn] = []
        self._serial = 0

    def __len__(self) -> int:
        """The cases that have an alarm to come."""
        return len(self._cases)

    def put(self, case: str, alarms: Sequence[Alarm]) -> None:
        """Take the alarms of a case, which are in the order of time, in place of those that it had."""
        if not alarms:
            self._cases.pop(case, None)
            return
        self._serial += 1
        self._cases[case] = _Case(self._serial, tuple(alarms))
        heapq.heappush(self._turns, _Turn(alarms[0].at, self._serial, case))
        if len(self._turns) > 2 * len(self._cases) + _LEAST:
            self._turns = [_Turn(held.alarms[0].at, held.serial, name) for name, held in self._cases.items()]
            heapq.heapify(self._turns)

    def next_deadline(self) -> float | None:
        """The instant of the next alarm."""
        while self._turns and not self._stands(self._turns[0]):
            heapq.heappop(self._turns)
        return self._turns[0].at if self._turns else None

    def tick(self, now: float, at_most: int = AT_MOST) -> list[Told]:
        """The alarms that are due by `now`, by time. Not more than `at_most`: then the next deadline has passed, and
        the next tick goes on.
        """
        told: list[Told] = []
        while self._turns and self._turns[0].at <= now and len(told) < at_most:
            turn = heapq.heappop(self._turns)
            if not self._stands(turn):
                continue
            held = self._cases[turn.case]
            told.append(Told(turn.case, held.alarms[0]))
            held.alarms = held.alarms[1:]
            if held.alarms:
                heapq.heappush(self._turns, _Turn(held.alarms[0].at, held.serial, turn.case))
            else:
                del self._cases[turn.case]
        return told

    def _stands(self, turn: _Turn) -> bool:
        held = self._cases.get(turn.case)
        return held is not None and held.serial == turn.serial
