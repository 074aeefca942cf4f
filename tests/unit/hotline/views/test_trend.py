"""The trend of waits: what a point says, and when the next is due."""

from typing import Any

import pytest

from hotline.views import states, wire
from hotline.views.trend import EVERY_S, KEPT, Trend, TrendPoint

pytestmark = pytest.mark.unit


def _forecast(call: str, median: float | None) -> states.CallForecast:
    low, high = (None, None) if median is None else (median / 2, median * 2)
    return states.CallForecast(call, "care", "closed form", "", 1, median, low, high, 0.0)


def _states(queues: list[states.Queue], forecasts: list[states.CallForecast]) -> Any:
    every: dict[str, Any] = {kind: {} for kind in wire._NAMED}
    every["queues"] = {queue.queue: queue for queue in queues}
    every["forecasts"] = {one.call: one for one in forecasts}
    return every


@pytest.mark.parametrize(
    ("queues", "forecasts", "point"),
    [
        ([], [], TrendPoint(100.0, 0, 0.0, None, None, None)),
        ([states.Queue("care", 0, 0, None)], [], TrendPoint(100.0, 0, 0.0, None, None, None)),
        (
            [states.Queue("care", 2, 0, 90.0), states.Queue("loans", 1, 1, 40.0)],
            [_forecast("a", 30.0), _forecast("b", 60.0), _forecast("c", None)],
            TrendPoint(100.0, 3, 60.0, 60.0, 30.0, 120.0),
        ),
        ([states.Queue("care", 1, 0, 90.0)], [_forecast("a", None)], TrendPoint(100.0, 1, 10.0, None, None, None)),
        ([states.Queue("care", 1, 0, 100.5)], [], TrendPoint(100.0, 1, 0.0, None, None, None)),
    ],
)
def test_a_point(queues: list[states.Queue], forecasts: list[states.CallForecast], point: TrendPoint) -> None:
    trend = Trend()
    trend.take(_states(queues, forecasts), 100.0)
    assert list(trend.points) == [point]


def test_a_point_is_due_from_time_to_time_and_so_many_are_kept() -> None:
    trend = Trend()
    assert trend.is_due(0.0)
    for number in range(KEPT + 3):
        trend.take(_states([], []), number * EVERY_S)
    last = (KEPT + 2) * EVERY_S
    assert len(trend.points) == KEPT
    assert trend.points[0].at == 3 * EVERY_S
    assert not trend.is_due(last + EVERY_S - 0.1)
    assert trend.is_due(last + EVERY_S)
    assert trend.is_due(last - 3_600.0), "the clock was set back"
