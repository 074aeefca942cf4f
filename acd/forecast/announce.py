"""The announcement of the wait: a band of whole minutes that rises only with a cause, or nothing, for a reason."""

import msgspec

from acd.forecast.forecaster import Forecast
from calls.ids import Seconds

GRID_MIN = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60)
"""The whole minutes that are said. They are wider apart where the forecast is wider."""
FEWER_AGENTS = 0.8
LONGER_TALKS = 1.1


class Band(msgspec.Struct, frozen=True):
    """Between two numbers of minutes. `low_min` 0: less than `high_min`; `high_min` None: more than `low_min`."""

    low_min: int
    high_min: int | None

    @property
    def phrase(self) -> str:
        """The key of the phrase in prompts/ that says it, with the places `low` and `high`."""
        if self.high_min is None:
            return "wait_more_than"
        return "wait_less_than" if self.low_min == 0 else "wait_between"

    def higher_than(self, other: "Band") -> bool:
        """Whether its upper end, or with equal ones its lower end, is later."""
        mine = (float("inf") if self.high_min is None else self.high_min, self.low_min)
        return mine > (float("inf") if other.high_min is None else other.high_min, other.low_min)


def band(median_s: Seconds, three_quarters_s: Seconds) -> Band:
    """The tightest band of GRID_MIN around the half of callers between the median and the third quartile.

    Of callers told "two to four minutes", one in two waits less than the two or so, one in four more than the four.
    """
    low = max(minute for minute in GRID_MIN if minute * 60 <= median_s)
    above = [minute for minute in GRID_MIN if minute > low and minute * 60 >= three_quarters_s]
    return Band(low, above[0] if above else None)


class Said(msgspec.Struct, frozen=True):
    """Tell the caller `band`. `cause` says why it is higher than before; empty when it is not."""

    band: Band
    cause: str = ""


class Unsaid(msgspec.Struct, frozen=True):
    """Tell nothing about the wait, and log the reason."""

    reason: str


class Announcer:
    """The announcements to one caller. `last`: the band said last, and the forecast that it came from."""

    def __init__(self) -> None:
        self.last: tuple[Band, Forecast] | None = None

    def decide(self, forecast: Forecast, only_if_improved: bool = False) -> Said | Unsaid:
        """The band to tell now, or the reason to tell none. A rising band needs a cause that shows in the queue."""
        if forecast.layer == "silent":
            return Unsaid(forecast.reason)
        now = band(forecast.median_s, forecast.quantiles_s[3])
        if self.last is None:
            return self._say(now, forecast, "")
        before, earlier = self.last
        if now.higher_than(before):
            cause = cause_of_rise(earlier, forecast)
            if not cause:
                return Unsaid(f"the band would rise from {_text(before)} to {_text(now)} without a cause")
            return self._say(now, forecast, cause)
        if now == before and only_if_improved:
            return Unsaid(f"still {_text(now)}")
        return self._say(now, forecast, "")

    def _say(self, now: Band, forecast: Forecast, cause: str) -> Said:
        self.last = (now, forecast)
        return Said(now, cause)


def cause_of_rise(earlier: Forecast, later: Forecast) -> str:
    """The changes for the worse between two forecasts of one caller; empty for none that can be named."""
    causes = []
    if later.position > earlier.position:
        causes.append(f"{later.position - earlier.position} more ahead, by their priority")
    if later.eligible < FEWER_AGENTS * earlier.eligible:
        causes.append(f"agents who can answer fell from {earlier.eligible:.1f} to {later.eligible:.1f}")
    if later.handle_s > LONGER_TALKS * earlier.handle_s:
        causes.append(f"talks take {later.handle_s:.0f} s, not {earlier.handle_s:.0f} s")
    return "; ".join(causes)


def _text(of: Band) -> str:
    if of.high_min is None:
        return f"more than {of.low_min} min"
    return f"{of.low_min} to {of.high_min} min"
