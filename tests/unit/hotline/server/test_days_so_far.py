"""The day so far over a restart: no call is forgotten, and none is counted twice."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.ids import AgentId, CallId
from control.messages import log_commands
from control.register.register import Register
from hotline.server import days_so_far
from hotline.server.days_so_far import DaysSoFar
from hotline.store.writer import Writer
from hotline.views.days import Days
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

UTC = ZoneInfo("UTC")


def _ended(call: str, arrived: float, ended: float) -> log_commands.LogCall:
    times = (arrived, arrived, arrived + 5, ended)
    return log_commands.LogCall(CallId(call), "", "", "v", "en", *times, "care", AgentId("01"), "answered", "normal")


@pytest.mark.parametrize("at_once", [1, 2, 1_000])
async def test_calls_of_before_the_start_are_read_and_those_since_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    noon = 1_795_910_400.0 + 12 * 3_600.0  # of a day in UTC
    monkeypatch.setattr(days_so_far, "_AT_ONCE", at_once)
    monkeypatch.setattr(days_so_far.time, "time", lambda: noon)
    house = Logged(tmp_path)
    house.log("yesterday", noon - 13 * 3_600.0)
    house.log("this morning", noon - 3_600.0)
    house.log("in the same instant", noon - 3_600.0)
    house.log("an agent's own", noon - 3_000.0, direction="out")
    house.log("in both", noon - 30.0)  # it ends a minute after it came: after our start, so it is told
    days = DaysSoFar(Days(20.0), house.database)
    days.days.look(Register(), noon, UTC)
    days.watch(_ended("a call of the journal", noon - 600.0, noon - 500.0))  # it is in the log, or will be
    days.watch(_ended("in both", noon - 30.0, noon + 30.0))
    writer = Writer(house.database, lambda trouble: None)
    await days.begin(writer)
    await writer.close()
    day = days.days.look(Register(), noon + 60.0, UTC)["care"]
    assert (day.offered, day.answered) == (3, 3)


async def test_a_log_that_cannot_be_read_costs_the_morning_and_nothing_else(tmp_path: Path) -> None:
    house = Logged(tmp_path)
    days = DaysSoFar(Days(20.0), tmp_path / "elsewhere" / "hotline.db")
    days.days.look(Register(), time.time(), UTC)
    writer = Writer(house.database, lambda trouble: None)
    await days.begin(writer)
    await writer.close()
    assert days.days.look(Register(), time.time(), UTC) == {}
