"""The controller's two clocks: a line that never goes back, over restarts too, and the wall's offset to it."""

import time

from calls.events import ClockSet
from calls.ids import Instant

_JUMP_S = 0.5


class Clock:
    """`now()` is the monotonic line. It starts at 0 with the journal and goes on where the last controller left it."""

    def __init__(self, last: Instant = 0.0, last_offset_s: float | None = None) -> None:
        """`last` is the journal's last instant and `last_offset_s` the offset of that time, if there is a journal.

        The pause between two controllers is taken from the wall clock; if that was set back meanwhile, the pause
        counts as none, because the line must not go back.
        """
        pause = 0.0 if last_offset_s is None else max(0.0, time.time() - (last + last_offset_s))
        self._base = last + pause - time.monotonic()
        self._offset_s: float | None = None

    def now(self) -> Instant:
        """Seconds on the line."""
        return self._base + time.monotonic()

    def jumped(self) -> ClockSet | None:
        """The event to take when the wall clock is not where it was (always at the first call), else None."""
        offset_s = time.time() - self.now()
        if self._offset_s is not None and abs(offset_s - self._offset_s) < _JUMP_S:
            return None
        self._offset_s = offset_s
        return ClockSet(offset_s)
