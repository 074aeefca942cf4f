"""The forecaster inside the house: told with each command, kept over a restart, silent with a reason."""

from collections.abc import Sequence

import pytest

from acd.forecast.features import FEATURES
from calls import events as door
from calls.causes import Cause
from calls.ids import CallId, LegId
from control.messages import commands, events, log_commands
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

ENOUGH_TALKS = 30


def waiting(house: ControlHarness) -> CallId:
    call = house.arrive()
    house.press(call, "1")
    return call


def a_busy_day(house: ControlHarness) -> None:
    """So many talks that the forecaster has something to go on; both agents are talking at the end."""
    for _ in range(ENOUGH_TALKS + 2):
        house.talk(waiting(house), for_s=60.0)
    house.take(waiting(house))
    house.take(waiting(house))


def test_silence_has_its_reason_and_figures_follow_talks() -> None:
    house = ControlHarness()
    waiting(house)
    first = house.last(commands.ForecastMade)
    assert (first.queue, first.forecast.layer) == ("care", "silent")
    assert "0 talks seen" in first.forecast.reason
    house = ControlHarness("01", "02")
    a_busy_day(house)
    call = waiting(house)
    made = house.last(commands.ForecastMade)
    assert made.call == call
    assert made.forecast.layer == "closed form"
    assert 0 <= made.forecast.low_s < made.forecast.median_s < made.forecast.high_s


def test_a_forecast_every_fifteen_seconds_while_a_caller_waits() -> None:
    house = ControlHarness()
    call = waiting(house)
    house.wait(46.0)
    assert [made.call for made in house.given(commands.ForecastMade)] == [call] * 4
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    house.wait(60.0)
    assert len(house.given(commands.ForecastMade)) == 4


def test_a_restart_and_a_replay_forecast_alike() -> None:
    house = ControlHarness("01", "02")
    a_busy_day(house)
    waiting(house)
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    before = len(house.commands)
    for one in (house, heir):
        one.wait(40.0)
    assert house.commands[before:] == heir.commands
    assert any(isinstance(command, commands.ForecastMade) for command in heir.commands)
    again = house.empty()
    assert [command for at, event in house.journal for command in again.router.handle(event, at)] == house.commands
    assert again.router.snapshot() == house.router.snapshot()


class Fixed:
    """A fit that says one thing."""

    kinds = ("care",)

    def predict(self, vector: Sequence[float]) -> list[float]:
        return [10.0, 20.0, 30.0, 40.0, 50.0]


def test_a_wait_that_ended_with_an_agent_is_logged_for_the_next_fit_and_one_taken_at_once_is_not() -> None:
    house = ControlHarness("01", "02")
    a_busy_day(house)
    assert house.given(log_commands.LogWait) == []
    call = waiting(house)
    began = house.now
    house.wait(25.0)
    for leg in [leg.leg for leg in house.router.register.legs.values() if leg.role == "agent"]:
        house.tell(door.CallEnded(leg, Cause.NORMAL))
    house.wait(10.0)  # wrap-up
    house.take(call)
    (row,) = house.given(log_commands.LogWait)
    assert (row.call, row.queue, row.priority) == (call, "care", 0)
    assert row.joined_at == pytest.approx(began + house.router.register.offset_s, abs=0.2)
    assert row.wait_s == pytest.approx(house.now - began, abs=0.3)
    assert len(row.vector) == len(FEATURES)


def test_a_fit_is_taken_up_by_an_event_and_a_replay_and_a_restart_speak_with_it() -> None:
    house = ControlHarness("01", "02", models=lambda name: Fixed() if name == "a" else None)
    a_busy_day(house)
    house.tell(events.WaitModelFitted("a"))
    queue_view = house.router.hub.queue_view
    assert queue_view._feed._forecaster.model is not None
    heir, again = house.empty(), house.empty()
    heir.router.restore(house.router.snapshot())
    assert heir.router.register.wait_model == "a"
    assert heir.router.hub.queue_view._feed._forecaster.model is not None
    for at, event in house.journal:
        again.router.handle(event, at)
    assert again.router.snapshot() == house.router.snapshot() == heir.router.snapshot()
    house.tell(events.WaitModelFitted("gone"))
    assert queue_view._feed._forecaster.model is None, "the closed form speaks where a fit cannot be read"


def test_board_and_metrics_show_figures_or_why_there_are_none() -> None:
    house, board, metrics = ControlHarness("01", "02"), Board(), Metrics()
    a_busy_day(house)
    call = waiting(house)
    for command in house.commands:
        board.watch(command, 0.0)
        metrics.watch(command)
    rows = board.view(house.router.register, house.now)["calls"]
    shown = next(row for row in rows if row["call"] == call)
    assert shown["forecast"]["layer"] == "closed form"
    figures = {
        sample.labels["figure"]: sample.value
        for metric in metrics.registry.collect()
        if metric.name == "hotline_forecast_seconds"
        for sample in metric.samples
    }
    assert figures["median"] == shown["forecast"]["median_s"]
