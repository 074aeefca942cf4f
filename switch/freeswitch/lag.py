"""The reader's lag tells whether we read slower than the switch writes.

A switch keeps up to 100,000 events for a reader that does not take them. Then it throws events away, and after 500
lost ones it cuts the reader off. Nothing on the wire warns of it: but each event says when it was made, and the time
from there to its reading grows long before the end.
"""

import msgspec

_WINDOW_S = 60.0


class ReaderLag(msgspec.Struct, frozen=True):
    """How far behind we are: in seconds, and about how many events wait in the switch or on the way."""

    lag_s: float
    waiting: int


class LagMeter:
    """Takes the switch's time and ours of events, tells the lag.

    The two clocks need not agree: the smallest difference of the last one or two minutes counts as no lag.
    """

    def __init__(self) -> None:
        self._smallest = float("inf")
        self._smallest_before = float("inf")
        self._window_ends_at = 0.0
        self._counted = 0
        self._counted_from = 0.0
        self._rate = 0.0

    def measure(self, made_at: float, read_at: float, events: int) -> ReaderLag:
        """`made_at` on the switch's clock, `read_at` on ours, both in seconds; `events` read since the last measure."""
        if read_at >= self._window_ends_at:
            self._smallest_before, self._smallest = self._smallest, float("inf")
            self._window_ends_at = read_at + _WINDOW_S
        difference = read_at - made_at
        self._smallest = min(self._smallest, difference)
        lag_s = difference - min(self._smallest, self._smallest_before)
        self._counted += events
        # The rate of making is seen on the switch's clock, so that a burst read late does not look like a high rate.
        elapsed = made_at - self._counted_from
        if elapsed < 0 or self._counted_from == 0:
            self._counted, self._counted_from = 0, made_at
        elif elapsed >= 1:
            self._rate, self._counted, self._counted_from = self._counted / elapsed, 0, made_at
        return ReaderLag(lag_s, int(lag_s * self._rate))
