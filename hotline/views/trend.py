"""The trend of waits: half an hour of points, one every five seconds, for a page that was opened just now."""

from collections import deque
from typing import cast

import msgspec

from calls.ids import Seconds
from hotline.views import states
from hotline.views.live_states import States

EVERY_S = 5.0
KEPT = 360


class TrendPoint(msgspec.Struct, frozen=True):
    """The queues together at one instant (UTC epoch seconds); no figures where no forecast has any."""

    at: float
    waiting: int
    longest_s: Seconds
    median_s: Seconds | None
    """Of the longest forecast there was, with its interval."""
    low_s: Seconds | None
    high_s: Seconds | None


class Trend:
    """The last points."""

    def __init__(self) -> None:
        self.points: deque[TrendPoint] = deque(maxlen=KEPT)

    def is_due(self, utc: float) -> bool:
        """Whether it is time for another point."""
        return not self.points or not 0 <= utc - self.points[-1].at < EVERY_S

    def take(self, now: States, utc: float) -> None:
        """Note the states at `utc`."""
        queues = [cast(states.Queue, queue) for queue in now["queues"].values()]
        forecasts = [cast(states.CallForecast, one) for one in now["forecasts"].values()]
        since = min((queue.longest_since for queue in queues if queue.longest_since is not None), default=utc)
        longest = max(
            (one for one in forecasts if one.median_s is not None), key=lambda one: one.median_s or 0.0, default=None
        )
        figures = (None, None, None) if longest is None else (longest.median_s, longest.low_s, longest.high_s)
        waiting = sum(queue.waiting for queue in queues)
        self.points.append(TrendPoint(utc, waiting, max(0.0, utc - since), *figures))
