"""Deadlines of one kind, the earliest first: asked for after every event, however many there are.

The things that are due keep their instants themselves, for a snapshot; here is a heap of them. An entry whose thing is
due at another instant by now, or never, or is no more, counts for nothing and goes once it comes to the top.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from calls.ids import Instant

Name = TypeVar("Name", bound=str)


class Deadlines(Generic[Name]):
    """`due_at` says when the thing of a name is due as things are; None: never, or there is none.

    Whoever changes that looks at the name again. To be due never, or no more to be, need not be told.
    """

    def __init__(self, due_at: Callable[[Name], Instant | None]) -> None:
        self._due_at = due_at
        self._heap: list[tuple[Instant, Name]] = []

    def look(self, name: Name) -> None:
        """Note when this is due now."""
        due_at = self._due_at(name)
        if due_at is not None:
            heappush(self._heap, (due_at, name))

    def earliest(self) -> Instant | None:
        """The instant of the first that is due, None for none."""
        heap = self._heap
        while heap:
            due_at, name = heap[0]
            if self._due_at(name) == due_at:
                return due_at
            heappop(heap)
        return None

    def are_due(self, now: Instant) -> bool:
        """Whether anything is due by `now`."""
        first = self.earliest()
        return first is not None and first <= now

    def begin(self, names: Iterable[Name]) -> None:
        """Begin anew with these things: the register is another one."""
        found = ((self._due_at(name), name) for name in names)
        self._heap = [(due_at, name) for due_at, name in found if due_at is not None]
        heapify(self._heap)
