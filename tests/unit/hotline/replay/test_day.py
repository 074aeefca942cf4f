"""A day from the journal, lived again."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from acd.events import AgentPaused, AgentResumed
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from calls.errors import BadInput
from calls.ids import AgentId, LegId
from hotline.cli.main import app
from hotline.replay import day as yesterday
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from sim.running import run
from sim.scenario import Goal, Seeds
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, configuration

pytestmark = pytest.mark.unit

TALK_S = 30.0


def _talk(house: ControlHarness) -> str:
    """A caller whom the free agent answers after two seconds, and who talks."""
    call = house.arrive()
    house.press(call, "1")
    leg = house.last(Originate).leg
    house.tell(door.CallAnswered(leg, house.last(Originate).attempt), after_s=2.0)
    house.tell(door.PlaybackFinished(leg, house.last(Play).attempt, Outcome.FINISHED))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=TALK_S)
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    house.wait(20.0)
    return call


def _day(folder: Path) -> tuple[Site, ControlHarness]:
    """Three talks; then a pause, in which somebody gives up after forty seconds."""
    house = ControlHarness("01")
    for _ in range(3):
        _talk(house)
    house.tell(AgentPaused(AgentId("01"), "lunch"))
    left = house.arrive()
    house.press(left, "1")
    house.tell(door.CallEnded(LegId(left), Cause.NORMAL), after_s=40.0)
    house.tell(AgentResumed(AgentId("01")), after_s=5.0)
    site = Site.open(folder)
    site.prepare()
    versions = Versions(site.versions)
    # the house of the tests whispers: a replay must whisper too, or its attempts are others
    phrases = {"en": {**PROGRAM.phrases["en"], "whisper": "{queue}: {reason}"}}
    program = msgspec.structs.replace(PROGRAM, phrases=phrases)
    versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), program, RoutingConfiguration(configuration(), {}, {}), [])
    opening.migrate(site.database)
    with sqlite3.connect(site.database) as connection:
        rows = [(seq, at, msgspec.json.encode(event)) for seq, (at, event) in enumerate(house.journal, 1)]
        connection.executemany(statements.JOURNAL, rows)
    connection.close()
    return site, house


def _bounds(house: ControlHarness) -> tuple[float, float]:
    offset_s = house.router.register.offset_s
    return 100.0 + offset_s, house.now + offset_s + 1.0


def test_the_day_is_read_from_the_journal(tmp_path: Path) -> None:
    site, house = _day(tmp_path)
    day = yesterday.read(site, *_bounds(house))
    assert [row.outcome for row in day.rows] == ["answered"] * 3 + ["abandoned"]
    assert {told.skills for told in day.told.values()} == {("care",)}
    assert [presence for _, presence in day.presence[AgentId("01")]][-3:] == ["there", "paused", "there"]
    rings_s = day.connecting_s()
    assert len(rings_s) == 3
    assert all(2.1 < ring_s < 2.5 for ring_s in rings_s), "two seconds until the phone is picked up, then the whisper"


def test_the_day_lived_again_is_the_day(tmp_path: Path) -> None:
    site, house = _day(tmp_path)
    day = yesterday.read(site, *_bounds(house))
    scenario = yesterday.scenario(day, configuration(), Seeds(1, 2), Goal())
    again = run(scenario, 1)
    assert (again.everybody.offered, again.everybody.answered, again.everybody.abandoned) == (4, 3, 1)
    real_s = [row.answered_at - row.queued_at for row in day.rows if row.answered_at and row.queued_at]
    assert again.everybody.wait_mean_s == pytest.approx(sum(real_s) / 3, abs=1.0)
    assert 0 < again.occupancy[AgentId("01")] <= 1


def test_a_day_that_the_journal_does_not_hold_is_refused(tmp_path: Path) -> None:
    site, house = _day(tmp_path)
    first, last = _bounds(house)
    with pytest.raises(BadInput, match="no call of that day"):
        yesterday.read(site, first + 1e6, last + 1e6)


def test_the_command_says_what_it_assumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, house = _day(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    when = datetime.fromtimestamp(house.router.register.offset_s + 100.0, UTC).date().isoformat()
    policy = tmp_path / "policy.yaml"
    policy.write_text("policy: weighted\nqueues: {care: {goal_s: 20}}\n")
    ran = CliRunner().invoke(
        app, ["whatif", when, "--policy", str(policy), "--site", str(site.folder), "--seeds", "2", "--json", "--steps"]
    )
    assert ran.exit_code == 0, ran.output
    steps = [json.loads(line) for line in ran.stderr.splitlines()]
    assert {step["step"] for step in steps} == {"journal", "simulated", "with the policy"}
    assert steps[-1]["percent"] == 100
    told = json.loads(ran.stdout)
    assert told["real"]["calls"] == 4
    assert told["simulated"]["abandoned"]["mean"] == 25.0
    assert "with the policy" in told
    assert len(told["assumptions"]) >= 5
    assert [row["name"] for row in told["table"]] == ["what happened", "simulated", "with the policy"]
    assert {len(curve) for curve in told["curves"].values()} == {len(told["edges_s"])}
    assert told["curves"]["simulated"] == sorted(told["curves"]["simulated"])
    picture = tmp_path / "day.html"
    drawn = CliRunner().invoke(
        app,
        ["whatif", when, "--policy", str(policy), "--site", str(site.folder), "--seeds", "1", "--plot", str(picture)],
    )
    assert drawn.exit_code == 0, drawn.output
    assert "<svg" in picture.read_text()
    policy.write_text("policy: weighted\nqueues: {caer: {goal_s: 20}}\n")
    near = CliRunner().invoke(app, ["whatif", when, "--policy", str(policy), "--site", str(site.folder)])
    assert "did you mean `care`?" in near.output.replace("\n", " ")
    wrong = CliRunner().invoke(app, ["whatif", "soon", "--policy", str(policy), "--site", str(site.folder)])
    assert wrong.exit_code == 2


def test_a_survey_after_the_talk_keeps_no_agent_in_the_day_lived_again(tmp_path: Path) -> None:
    site, house = _day(tmp_path)
    call = house.arrive()
    house.press(call, "1")
    leg = house.take(call)
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=12.0)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=25.0)
    with sqlite3.connect(site.database) as connection:
        rows = [(seq, at, msgspec.json.encode(event)) for seq, (at, event) in enumerate(house.journal, 1)]
        connection.executemany(statements.JOURNAL, rows)
    connection.close()
    day = yesterday.read(site, *_bounds(house))
    (service,) = yesterday.scenario(day, configuration(), Seeds(1, 2), Goal()).service
    assert [round(talk_s) for talk_s in service.values] == [30, 30, 30, 12]
