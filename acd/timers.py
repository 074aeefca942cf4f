"""The core's deadlines, earliest first. One that was put off or set anew stays in the heap and counts no more."""

from heapq import heapify, heappop, heappush

from acd.state import NEVER, Timed
from calls.ids import Instant

_KEPT = 256
"""The number of entries below which the heap is not searched for those that count no more."""

Timer = tuple[Instant, int, Timed]
"""The instant, the order among those of one instant, and the thing that is due."""


class Timers:
    """The deadlines, at most one for each thing, whose `due_at` and `due_seq` say which entry counts for it."""

    def __init__(self) -> None:
        self.count = 0
        """The number of deadlines ever set."""
        self._heap: list[Timer] = []
        self._most = _KEPT

    def set(self, timed: Timed, at: Instant) -> None:
        """Set the deadline of a thing; NEVER for none."""
        if timed.due_at != at:
            timed.due_at = at
            if at < NEVER:
                self.count += 1
                timed.due_seq = self.count
                heappush(self._heap, (at, self.count, timed))
                if len(self._heap) > self._most:
                    self._forget()

    def earliest(self) -> Instant | None:
        """The instant of the next deadline, None for none."""
        heap = self._heap
        while heap and not _counts(heap[0]):
            heappop(heap)
        return heap[0][0] if heap else None

    def pop(self, now: Instant) -> Timed | None:
        """The earliest thing that is due by `now`, which has no deadline any more; None for none."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            timer = heappop(heap)
            if _counts(timer):
                timed = timer[2]
                timed.due_at = NEVER
                return timed
        return None

    def standing(self) -> list[Timer]:
        """The deadlines that count, in order, for a snapshot."""
        return sorted(filter(_counts, self._heap), key=lambda timer: timer[:2])

    def restore(self, count: int, standing: list[Timer]) -> None:
        """Take over `count` and `standing()` of a snapshot."""
        self.count = count
        for at, seq, timed in standing:
            timed.due_at, timed.due_seq = at, seq
        self._heap = standing  # in order, and so a heap

    def _forget(self) -> None:
        """Drop the entries that count no more, which a busy day piles up."""
        self._heap = list(filter(_counts, self._heap))
        heapify(self._heap)
        self._most = max(_KEPT, 4 * len(self._heap))


def _counts(timer: Timer) -> bool:
    """Whether a deadline was neither put off nor set anew."""
    at, seq, timed = timer
    return timed.due_at == at and timed.due_seq == seq
