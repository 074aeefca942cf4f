"""Who waits, in the order of service: instant of joining less the head start of the priority."""

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
    """The waiting callers, and the last wait that ended with an agent, in all and by (kind, priority)."""

    def __init__(self, head_starts: HeadStarts) -> None:
        self._head_starts = dict(head_starts)
        self._waiting: dict[CallId, Waiter] = {}
        self._last: dict[tuple[str, int], tuple[Seconds, Instant]] = {}
        self._joined = 0
        self._last_any: tuple[Seconds, Instant] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiter]:
        return iter(self._waiting.values())

    def __contains__(self, call: CallId) -> bool:
        return call in self._waiting

    def join(self, call: CallId, kind: str, priority: int, now: Instant, head_start_s: Seconds | None = None) -> Waiter:
        """Put a caller in; returns the place. Without a head start of its own the caller has the priority's."""
        head = self._head_starts.get(priority, 0.0) if head_start_s is None else head_start_s
        self._joined += 1
        order = (now - head, self._joined)
        waiter = Waiter(call, kind, priority, now, order)
        self._waiting[call] = waiter
        return waiter

    def move(self, call: CallId, kind: str, head_start_s: Seconds) -> None:
        """A caller is of another kind from now on, with the time waited. Nothing for one that does not wait."""
        waiter = self._waiting.get(call)
        if waiter is not None:
            order = (waiter.joined_at - head_start_s, waiter.order[1])
            self._waiting[call] = msgspec.structs.replace(waiter, kind=kind, order=order)

    def find(self, call: CallId) -> Waiter | None:
        """The place of `call`, None when it does not wait."""
        return self._waiting.get(call)

    def gone(self, call: CallId) -> Waiter | None:
        """Take a caller out who hung up; None when it did not wait."""
        return self._waiting.pop(call, None)

    def served(self, call: CallId, now: Instant) -> Waiter | None:
        """Take a caller out who is with an agent; the wait becomes the last to enter service."""
        waiter = self._waiting.pop(call, None)
        if waiter is not None:
            self._last_any = (now - waiter.joined_at, now)
            self._last[waiter.kind, waiter.priority] = self._last_any
        return waiter

    def ahead_of(self, waiter: Waiter) -> list[Waiter]:
        """Callers who are served before `waiter`, of all kinds."""
        return [other for other in self._waiting.values() if other.order < waiter.order]

    def oldest_elapsed(self, now: Instant) -> Seconds | None:
        """How long the caller who joined first waits already."""
        first = next(iter(self._waiting.values()), None)
        return None if first is None else now - first.joined_at

    def last_wait(self, kind: str | None = None, priority: int = 0) -> tuple[Seconds, Instant] | None:
        """(wait, when) of the last caller to enter service: of this kind and priority, or of all when kind is None."""
        return self._last_any if kind is None else self._last.get((kind, priority))
