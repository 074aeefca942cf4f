"""A call log as the events that a live forecaster would have taken, in the order in which they became known."""

from collections.abc import Iterator

from acd.forecast.events import CallGone, CallJoined, CallServed, ForecastEvent, TalkOver
from calls.ids import AgentId, CallId
from hotline.learning.calllog import LoggedCall

_JOINED, _OVER, _LEFT, _OVER_AT_ONCE = range(4)


def facts(calls: list[LoggedCall]) -> Iterator[tuple[float, ForecastEvent, int]]:
    """(instant, event, index of the call) in order of time.

    A log has whole seconds. Of one second joining comes first: a forecast at entry knows nothing of what left the
    queue, or of who became free, in that same second. Then talks end, then callers are served or give up. The wait
    ends when the queue says so (`left_at`); a talk begins there, or at the answer for a caller who was taken at once,
    and ends at `ended_at`.
    """
    order: list[tuple[float, int, int]] = []
    for index, call in enumerate(calls):
        if call.queued_at is not None and call.left_at is not None:
            order.append((call.queued_at, _JOINED, index))
            order.append((call.left_at, _LEFT, index))
        elif call.answered_at is not None:
            order.append((call.answered_at, _LEFT, index))
        if call.answered:
            begun = call.left_at if call.queued_at is not None else call.answered_at
            order.append((call.ended_at, _OVER_AT_ONCE if call.ended_at == begun else _OVER, index))
    order.sort()
    for at, what, index in order:
        call = calls[index]
        call_id = CallId(str(index))
        if what == _JOINED:
            yield at, CallJoined(call_id, call.kind, call.priority), index
        elif what in (_OVER, _OVER_AT_ONCE):
            yield at, TalkOver(call_id), index
        elif call.answered:
            yield at, CallServed(call_id, call.kind, AgentId(call.agent)), index
        else:
            yield at, CallGone(call_id), index
