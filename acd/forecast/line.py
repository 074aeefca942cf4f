"""The waiting callers, in the order of service: instant of joining less the head start of the priority."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping

import msgspec

from calls.ids import CallId, Instant, Seconds

HeadStarts = Mapping[int, Seconds]
"""Seconds that a priority counts as waited at entry. A priority not named has none."""


class Waiter(msgspec.Struct, frozen=True):
    """One waiting caller. The least `order` is first: instant of joining less the head start, then who came first."""

    call: CallId
    kind: str
    priority: int
    joined_at: Instant
    order: tuple[Instant, int]


class Line:
    """The waiting callers, and the last wait that ended with an agent, in all and by (kind, priority).

    The places of each kind are kept in order, so those ahead are counted without a look at everybody.
    """

    def __init__(self, head_starts: HeadStarts) -> None:
        self._head_starts = dict(head_starts)
        self._waiting: dict[CallId, Waiter] = {}
        self._last: dict[tuple[str, int], tuple[Seconds, Instant]] = {}
        self._joined = 0
        self._last_any: tuple[Seconds, Instant] | None = None
        self._places: dict[str, list[tuple[Instant, int, Instant]]] = {}  # by kind: order, and when they joined

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiter]:
        return iter(self._waiting.values())

    def __contains__(self, call: CallId) -> bool:
        return call in self._waiting

    def join(self, call: CallId, kind: str, priority: int, now: Instant, head_start_s: Seconds | None = None) -> Waiter:
        """Add a caller. Returns their place. `head_start_s` None: that of the priority."""
        head = self._head_starts.get(priority, 0.0) if head_start_s is None else head_start_s
        self._joined += 1
        order = (now - head, self._joined)
        waiter = Waiter(call, kind, priority, now, order)
        self._waiting[call] = waiter
        self._stand(waiter)
        return waiter

    def move(self, call: CallId, kind: str, head_start_s: Seconds) -> None:
        """Move a caller to another kind, with the time waited. Nothing for one who does not wait."""
        waiter = self._waiting.get(call)
        if waiter is not None:
            order = (waiter.joined_at - head_start_s, waiter.order[1])
            self._step_out(waiter)
            moved = self._waiting[call] = msgspec.structs.replace(waiter, kind=kind, order=order)
            self._stand(moved)

    def find(self, call: CallId) -> Waiter | None:
        """The place of a call, None when it does not wait."""
        return self._waiting.get(call)

    def gone(self, call: CallId) -> Waiter | None:
        """Take out a caller who hung up; None when they did not wait."""
        waiter = self._waiting.pop(call, None)
        if waiter is not None:
            self._step_out(waiter)
        return waiter

    def served(self, call: CallId, now: Instant) -> Waiter | None:
        """Take out a caller who is with an agent; their wait becomes the last to enter service."""
        waiter = self.gone(call)
        if waiter is not None:
            self._last_any = (now - waiter.joined_at, now)
            self._last[waiter.kind, waiter.priority] = self._last_any
        return waiter

    def ahead_of(self, waiter: Waiter) -> list[Waiter]:
        """The callers who are served before `waiter`, of all kinds."""
        return [other for other in self._waiting.values() if other.order < waiter.order]

    def ahead_by_kind(self, waiter: Waiter) -> dict[str, int]:
        """The number of each kind who are served before `waiter`; kinds with nobody ahead are left out."""
        counts = {kind: bisect_left(places, waiter.order) for kind, places in self._places.items()}
        return {kind: count for kind, count in counts.items() if count}

    def kinds_before(self, order: Instant, joined_before: Instant) -> set[str]:
        """The kinds of the callers before the place `order` who joined before the instant `joined_before`."""
        found = set()
        for kind, places in self._places.items():
            for place in places:
                if place[0] >= order:
                    break
                if place[2] < joined_before:
                    found.add(kind)
                    break
        return found

    def restored(self) -> None:
        """Sort the waiting callers of a snapshot into their places."""
        self._places = {}
        for waiter in self._waiting.values():
            self._stand(waiter)

    def _stand(self, waiter: Waiter) -> None:
        insort(self._places.setdefault(waiter.kind, []), (*waiter.order, waiter.joined_at))

    def _step_out(self, waiter: Waiter) -> None:
        places = self._places[waiter.kind]
        del places[bisect_left(places, waiter.order)]
        if not places:
            del self._places[waiter.kind]

    def last_wait(self, kind: str | None = None, priority: int = 0) -> tuple[Seconds, Instant] | None:
        """(wait, when) of the last caller to enter service: of this kind and priority, or of all when kind is None."""
        return self._last_any if kind is None else self._last.get((kind, priority))
