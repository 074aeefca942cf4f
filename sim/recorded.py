"""Recorded calls: their instants and kinds, and as far as known the talk and the patience of each."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from calls.ids import Seconds
from sim.chance import Draws


class Recorded(msgspec.Struct, frozen=True):
    """Columns, one row a call as they came. `arrivals`: seconds from the start; `kinds`: in the scenario's order.

    `service`: seconds talked, NaN where nobody answered; None: not taken from the log. `waited`: seconds in the queue
    until `abandoned` or answered; None: patience is not taken from the log.
    """

    arrivals: Draws
    kinds: NDArray[np.int64]
    service: Draws | None = None
    waited: Draws | None = None
    abandoned: NDArray[np.bool_] | None = None

    def service_over(self, drawn: Draws) -> Draws:
        """The real talk where there was one, else the one drawn."""
        return drawn if self.service is None else np.where(np.isnan(self.service), drawn, self.service)

    def patience_over(self, drawn: Draws) -> Draws:
        """The patience of each call: the wait of a caller who gave up; of one who was answered, the wait and what is
        drawn on top of it, which is right for exponential patience, for that does not tire."""
        if self.waited is None or self.abandoned is None:
            return drawn
        return np.where(self.abandoned, self.waited, self.waited + drawn)


def mean_patience(waited_s: Draws, abandoned: NDArray[np.bool_]) -> Seconds | None:
    """The mean of exponential patience by maximum likelihood, answers being censored: all waiting over the number of
    those who gave up. None when nobody did."""
    gone = int(abandoned.sum())
    return float(waited_s.sum()) / gone if gone else None
