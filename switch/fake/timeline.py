"""The timeline of the fake is a heap of (instant, sequence), moved by a test or by the event loop."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from calls.ids import Instant, Seconds


class Due:
    """Something that is to happen; may be cancelled until then."""

    __slots__ = ("what",)

    def __init__(self, what: Callable[[], None]) -> None:
        self.what: Callable[[], None] | None = what

    def cancel(self) -> None:
        """It will not happen."""
        self.what = None


class Timeline:
    """Virtual time, from 0 on. Nothing happens but within `advance`."""

    def __init__(self) -> None:
        self._now: Instant = 0.0
        self._due: list[tuple[Instant, int, Due]] = []
        self._sequence = 0

    def now(self) -> Instant:
        """Seconds."""
        return self._now

    def after(self, delay_s: Seconds, what: Callable[[], None]) -> Due:
        """Let something happen, never before the code that runs now has returned; equal instants in the order given."""
        self._sequence += 1
        due = Due(what)
        heapq.heappush(self._due, (self.now() + delay_s, self._sequence, due))
        return due

    def next_at(self) -> Instant | None:
        """When the next thing happens; None for never."""
        while self._due and self._due[0][2].what is None:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def advance(self, duration_s: Seconds = 0.0) -> None:
        """Let that much time pass, and all that is due in it happen."""
        until = self._now + duration_s
        while (at := self.next_at()) is not None and at <= until:
            self._happen(at)
        self._now = until

    def step(self) -> None:
        """Let the next thing happen, at its instant. Only after `next_at` has said that there is one."""
        self._happen(self._due[0][0])

    def move_to(self, at: Instant) -> None:
        """Let it be `at`, before which nothing is left to happen here: for who keeps deadlines of their own beside."""
        self._now = max(self._now, at)

    def _happen(self, at: Instant) -> None:
        if at > self._now:
            self._now = at
        due = heapq.heappop(self._due)[2]
        what, due.what = due.what, None
        if what is not None:
            what()


class LoopTimeline(Timeline):
    """Real time: things happen on the running event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> Instant:
        """Seconds on the loop's clock."""
        return self._loop.time()

    def after(self, delay_s: Seconds, what: Callable[[], None]) -> Due:
        """As `Timeline.after`."""
        due = super().after(delay_s, what)
        self._arm()
        return due

    def advance(self, duration_s: Seconds = 0.0) -> None:
        """Time passes by itself here."""
        raise RuntimeError("this timeline follows the event loop")

    def close(self) -> None:
        """Nothing happens any more."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self.next_at()
        self._timer = self._loop.call_at(at, self._run) if at is not None else None

    def _run(self) -> None:
        now = self._loop.time()
        while (at := self.next_at()) is not None and at <= now:
            self._happen(at)
        self._arm()
