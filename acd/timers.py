"""The core's deadlines, earliest first: what is put off or set anew stays in the heap, and counts no more."""

from heapq import heapify, heappop, heappush

from acd.state import NEVER, Timed
from calls.ids import Instant

_KEPT = 256
"""So many entries are not worth a look for those that count no more."""

Timer = tuple[Instant, int, Timed]
"""When, in what order among those of one instant, and what."""


class Timers:
    """One deadline for each thing at most; its `due_at` and `due_seq` say which entry stands for it."""

    def __init__(self) -> None:
        self.count = 0
        """How many were ever set."""
        self._heap: list[Timer] = []
        self._most = _KEPT

    def set(self, timed: Timed, at: Instant) -> None:
        """Look at it again at `at`; NEVER for not at all."""
        if timed.due_at != at:
            timed.due_at = at
            if at < NEVER:
                self.count += 1
                timed.due_seq = self.count
                heappush(self._heap, (at, self.count, timed))
                if len(self._heap) > self._most:
                    self._forget()

    def earliest(self) -> Instant | None:
        """When the next is due."""
        heap = self._heap
        while heap and not _counts(heap[0]):
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, now: Instant) -> Timed | None:
        """What is due by `now`, the earliest first; it has no deadline any more."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            timer = heappop(heap)
            if _counts(timer):
                timed = timer[2]
                timed.due_at = NEVER
                return timed
        return None

    def standing(self) -> list[Timer]:
        """Those that count, in order: for a snapshot."""
        return sorted(filter(_counts, self._heap), key=lambda timer: timer[:2])

    def restore(self, count: int, standing: list[Timer]) -> None:
        """As `count` and `standing()` said."""
        self.count = count
        for at, seq, timed in standing:
            timed.due_at, timed.due_seq = at, seq
        self._heap = standing  # in order, and so a heap

    def _forget(self) -> None:
        """Drop what counts no more, lest a busy day pile it up."""
        self._heap = list(filter(_counts, self._heap))
        heapify(self._heap)
        self._most = max(_KEPT, 4 * len(self._heap))


def _counts(timer: Timer) -> bool:
    """Whether it was not put off, and not set anew."""
    at, seq, timed = timer
    return timed.due_at == at and timed.due_seq == seq
