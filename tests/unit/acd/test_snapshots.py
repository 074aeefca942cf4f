"""Snapshots that earlier code wrote are read, and what follows is what followed there.

`data/snapshots_before_the_rooms.json` was recorded with the code of commit 47380d2: two queues cores with their
forecasters, in the middle of a day (callers with each kind of skill expression, widened or asking for one agent or
keeping a place; agents in every state, one of them unpublished and still talking), then events, and the commands and
forecasts that these led to. The commands were written anew when two rules were mended. Callers who overflowed from
`care` to `desk`, which has no `max_wait_s`, are no longer released by the limit of `care`: each difference was read. An
offer of which nothing more is heard is no fault of the agent, who is not paused for three of these: the differences
were too many to be read one by one, so from there on the file says that nothing changed since, not that it was right.
"""

import base64
import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from acd.commands import AgentState
from acd.config import Configuration, read
from acd.core import Acd
from acd.events import AcdEvent
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Forecast, Forecaster
from acd.forecast.routing_view import AcdRoutingView
from acd.forecast.wrapper import Forecasting

pytestmark = pytest.mark.unit

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "snapshots_before_the_rooms.json").read_text(encoding="utf-8")
)
RUNS: list[dict[str, Any]] = RECORDED["runs"]


def configurations(version: str) -> Configuration:
    configuration, problems = read(
        {"queues": RECORDED["versions"][version]["queues"]},
        {"agents": RECORDED["versions"][version]["agents"]},
        ["trainee"],
    )
    assert problems == []
    return configuration


class Restored:
    """Queues with their forecaster, from a recorded snapshot."""

    def __init__(self, snapshot: bytes) -> None:
        self.queues = Acd(configurations)
        self.made: list[Forecast] = []
        feed = Feed(Forecaster({}), AcdRoutingView(self.queues))
        self.both = Forecasting(self.queues, feed, self.made.append)
        self.both.restore(snapshot)

    def __call__(self, event: AcdEvent, now: float) -> list[list[Any]]:
        """Each command as a row, its class name first: field names are no matter of snapshots."""
        said = []
        while (at := self.both.next_deadline()) is not None and at <= now:
            said += self.both.tick(at)
        said += self.both.handle(event, now)
        return [[type(command).__name__, *msgspec.structs.astuple(command)] for command in said]


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["version"])
def test_a_snapshot_of_earlier_code_is_read_whole_and_written_the_same(run: dict[str, Any]) -> None:
    snapshot = base64.b64decode(run["snapshot"])
    restored = Restored(snapshot)
    assert restored.both.snapshot() == snapshot
    assert len(restored.queues.callers.by_call) == 7


def test_the_snapshots_hold_agents_in_every_state() -> None:
    cores = [Restored(base64.b64decode(run["snapshot"])).queues for run in RUNS]
    assert {agent.state for core in cores for agent in core.agents.by_id.values()} == set(get_args(AgentState))


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["version"])
def test_what_follows_is_what_followed_there(run: dict[str, Any]) -> None:
    restored = Restored(base64.b64decode(run["snapshot"]))
    until = run["forecasts"][-1][1]
    for (at, event), commands in zip(run["then"], run["commands"], strict=True):
        said = restored(msgspec.convert(event, AcdEvent), at)
        assert json.loads(json.dumps(said)) == commands
    told = [[one.call, one.at, one.layer, one.reason, one.position] for one in restored.made if one.at <= until]
    assert told == [row[:5] for row in run["forecasts"]]
    medians = [one.median_s for one in restored.made if one.at <= until]
    assert medians == pytest.approx([row[5] for row in run["forecasts"]])


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run["version"])
def test_a_snapshot_of_queues_without_a_forecaster_is_read(run: dict[str, Any]) -> None:
    alone = base64.b64decode(run["queues_alone"])
    assert Restored(alone).queues.snapshot() == alone
