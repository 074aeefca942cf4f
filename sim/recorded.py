"""Calls that really came: their instants and kinds, and what is known of how long each talked and would have waited."""

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
        """Who gave up did so after just so long. Who was answered had waited so long, and would have waited for what
        is drawn besides: right for exponential patience, which does not tire."""
        if self.waited is None or self.abandoned is None:
            return drawn
        return np.where(self.abandoned, self.waited, self.waited + drawn)


def mean_patience(waited_s: Draws, abandoned: NDArray[np.bool_]) -> Seconds | None:
    """The mean of exponential patience by maximum likelihood, answers being censored: all waiting over the number of
    those who gave up. None when nobody did."""
    gone = int(abandoned.sum())
    return float(waited_s.sum()) / gone if gone else None
