"""The predictors that ours is measured against, each fed with the same events and asked at the same instants."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from acd.forecast.closed import HoldTime, MedianTable, hol, les, ql, qlm
from acd.forecast.events import CallGone, CallJoined, CallServed, ForecastEvent
from acd.forecast.forecaster import Forecaster
from acd.forecast.line import HeadStarts, Line
from calls.ids import CallId, Instant, Seconds
from hotline.learning.calllog import LoggedCall

WRITTEN_HEAD_STARTS: HeadStarts = {2: 90.0}
"""The rule as the log's README writes it: what QL and QLm count their position by."""
WINDOWS_S = (0.0, 60.0, 120.0, 300.0, 600.0)
"""An agent serves who talks, or talked at most so long ago. Which one QL and QLm use, the training part decides."""
MEDIANS = "table of medians"


class References:
    """LES, HOL, QL, QLm and the hold time of app_queue. Handle time, patience and agents seen are the forecaster's."""

    names = ("app_queue holdtime", "LES", "HOL", *(f"{form} {w:.0f}" for form in ("QL", "QLm") for w in WINDOWS_S))

    def __init__(self, forecaster: Forecaster) -> None:
        self._from = forecaster
        self._line = Line(WRITTEN_HEAD_STARTS)
        self._hold = HoldTime()

    def observe(self, fact: ForecastEvent, now: Instant) -> None:
        """Take one event, after the forecaster did."""
        match fact:
            case CallJoined(call, kind, priority):
                self._line.join(call, kind, priority, now)
            case CallServed(call):
                waiter = self._line.served(call, now)
                self._hold.answered(0.0 if waiter is None else now - waiter.joined_at)
            case CallGone(call):
                self._line.gone(call)

    def at_entry(self, call: CallId, now: Instant) -> list[Seconds]:
        """The forecast of each of `names` for a caller who has just joined."""
        me = self._line.find(call)
        if me is None:
            raise KeyError(call)
        own = [w for w in self._line if w.kind == me.kind and w.priority == me.priority and w.call != call]
        last = self._line.last_wait(me.kind, me.priority) or self._line.last_wait()
        ahead = len(self._line.ahead_of(me))
        handle_s, patience_s = self._from.handle.mean_s, self._from.patience.mean_s
        servers = [max(1, self._from.servers.seen_within(window, now)) for window in WINDOWS_S]
        return [
            float(self._hold.seconds),
            les(None if last is None else last[0]),
            hol(now - own[0].joined_at if own else None),
            *(ql(ahead, s, handle_s) for s in servers),
            *(qlm(ahead, s, handle_s, patience_s) for s in servers),
        ]


def median_table(origin: datetime, calls: Iterable[LoggedCall]) -> MedianTable:
    """Medians of the waits of answered callers, by weekday, hour, kind and priority."""
    return MedianTable(
        (median_keys(origin, call), call.left_at - call.queued_at)
        for call in calls
        if call.answered and call.queued_at is not None and call.left_at is not None
    )


def median_keys(origin: datetime, call: LoggedCall) -> tuple[tuple[int | str, ...], ...]:
    """The cells of one call, from the finest."""
    joined = origin + timedelta(seconds=call.queued_at or 0.0)
    cell = (call.kind, call.priority)
    return ((joined.weekday(), joined.hour, *cell), (joined.hour, *cell), cell)
