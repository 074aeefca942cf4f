"""Why a call was matched as it was, from the journal that is on disk."""

import sqlite3
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause
from calls.commands import Originate
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events, log_commands
from control.routing.assembly import make_router
from hotline.cli.main import app
from hotline.journal import reading
from hotline.replay import explaining
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, Directory, configuration

pytestmark = pytest.mark.unit


def _site(folder: Path) -> Site:
    site = Site.open(folder)
    site.prepare()
    versions = Versions(site.versions)
    versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), PROGRAM, RoutingConfiguration(configuration(), {}, {}), [])
    versions.activate(VERSION)
    opening.migrate(site.database)
    return site


def _keep(site: Site, house: ControlHarness, snapshots: list[tuple[int, float, float, bytes]]) -> None:
    """Write down what the live driver would have written."""
    journal = [(seq, at, msgspec.json.encode(event)) for seq, (at, event) in enumerate(house.journal, 1)]
    rows = [command for command in house.commands if isinstance(command, log_commands.LogCall)]
    connection = sqlite3.connect(site.database)
    with connection:
        connection.executemany(statements.JOURNAL, journal)
        connection.executemany(statements.SNAPSHOT, snapshots)
        connection.executemany(statements.CALL, [msgspec.structs.astuple(row) for row in rows])
    connection.close()


def _snapshot(house: ControlHarness) -> tuple[int, float, float, bytes]:
    return len(house.journal), house.now, house.now + house.router.register.offset_s, house.router.snapshot()


def _queued(house: ControlHarness) -> CallId:
    call = house.arrive()
    house.press(call, "1")
    return call


def _missed_then_second(house: ControlHarness) -> CallId:
    """Agent 01 does not answer, agent 02 is then rung; the caller gives up."""
    call = _queued(house)
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.NO_ANSWER), after_s=10.0)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=3.0)
    return call


def test_a_replay_of_the_stored_journal_gives_the_same_commands(tmp_path: Path) -> None:
    house = ControlHarness("01", "02")
    _missed_then_second(house)
    _queued(house)
    house.wait(60.0)
    site = _site(tmp_path)
    _keep(site, house, [])
    left = reading.read(site.database)
    again = make_router({VERSION: PROGRAM}, lambda version: configuration(), Directory(house.habits))
    given = [command for entry in left.entries for command in again.handle(entry.event, entry.at)]
    assert len(left.entries) == len(house.journal)
    assert given == house.commands


def test_each_offer_has_its_reasons_and_the_wall_clocks_time(tmp_path: Path) -> None:
    house = ControlHarness("01", "02")
    call = _missed_then_second(house)
    site = _site(tmp_path)
    _keep(site, house, [])
    told = explaining.explain(site, call)
    assert told is not None
    assert told.call is None, "it has ended"
    first, second = (seen.decision for seen in told.decisions)
    assert (first.agent, second.agent) == ("01", "02")
    assert {one.agent: one.verdict for one in first.standings} == {"01": "chosen", "02": "ranked_lower"}
    assert {one.agent: (one.verdict, one.detail) for one in second.standings} == {
        "01": ("paused", "no_answer"),
        "02": ("chosen", ""),
    }
    (row,) = house.given(log_commands.LogCall)
    assert row.arrived_at <= told.decisions[0].utc <= row.ended_at
    assert "offered to agent 02" in explaining.sentence(second)
    assert explaining.reasons(second)[0].startswith("agent 02: chosen, score ")


def test_the_replay_begins_at_the_nearest_snapshot(tmp_path: Path) -> None:
    house = ControlHarness("01", "02")
    _missed_then_second(house)
    house.tell(AgentPaused(AgentId("02"), "lunch"), after_s=60.0)
    snapshot = _snapshot(house)
    call = _missed_then_second(house)
    later = _snapshot(house)
    site = _site(tmp_path)
    _keep(site, house, [snapshot, later])
    whole = explaining.explain(site, call)
    with sqlite3.connect(site.database) as connection:
        connection.execute("DELETE FROM journal WHERE seq <= ?", (snapshot[0],))
    connection.close()
    arrived_at = house.given(log_commands.LogCall)[-1].arrived_at
    assert explaining.explain(site, call, arrived_at) == whole
    assert whole is not None
    chosen, waits = (seen.decision for seen in whole.decisions)
    assert (chosen.agent, waits.agent) == ("01", None)
    assert {one.agent: one.detail for one in waits.standings} == {"01": "no_answer", "02": "lunch"}


def test_a_snapshot_of_another_release_costs_time_and_no_reason(tmp_path: Path) -> None:
    house = ControlHarness("01", "02")
    _missed_then_second(house)
    seq, at, utc, _ = _snapshot(house)
    call = _missed_then_second(house)
    site = _site(tmp_path)
    _keep(site, house, [])
    whole = explaining.explain(site, call)
    assert whole is not None
    assert len(whole.decisions) == 2
    with sqlite3.connect(site.database) as connection:
        connection.execute(statements.SNAPSHOT, (seq, at, utc, b"of another release"))
    connection.close()
    arrived_at = house.given(log_commands.LogCall)[-1].arrived_at
    assert explaining.explain(site, call, arrived_at) == whole


def test_a_clock_that_was_set_back_does_not_hide_the_call(tmp_path: Path) -> None:
    house = ControlHarness("01")
    call = _queued(house)
    at, utc = house.now, house.now + house.router.register.offset_s
    late = len(house.journal), at, utc - 3600.0, house.router.snapshot()
    site = _site(tmp_path)
    _keep(site, house, [late])
    told = explaining.explain(site, call, utc)
    assert told is not None
    assert [seen.decision.agent for seen in told.decisions] == ["01"]


def test_the_command_shows_a_call_that_goes_on_and_one_that_ended(tmp_path: Path) -> None:
    house = ControlHarness("01")
    ended = _missed_then_second(house)
    waits = _queued(house)
    site = _site(tmp_path)
    _keep(site, house, [])
    run = CliRunner()
    story = run.invoke(app, ["why", ended, "--site", str(tmp_path), "--json"])
    decisions = msgspec.json.decode(story.stdout)["decisions"]
    assert [one["decision"]["agent"] for one in decisions] == ["01", None]
    shown = run.invoke(app, ["why", waits, "--site", str(tmp_path)])
    assert "goes on: waiting" in shown.stdout
    assert "agent 01: paused (no_answer)" in shown.stdout
    assert "13800138000" not in shown.stdout
    unknown = run.invoke(app, ["why", "no-such-call", "--site", str(tmp_path)])
    assert unknown.exit_code == 1


def test_what_the_gate_said_of_a_call_outside_is_told_with_its_rule(tmp_path: Path) -> None:
    house = ControlHarness("01")
    house.tell(door.CallArrived(LegId("desk"), "8001", "13900139000", device="8001"))
    asked = house.last(commands.AskGate)
    no = events.GateAnswered(
        asked.call, asked.attempt, "deny", rule="house.a_day", clause="article 12", reason="2 of 2 attempts"
    )
    house.tell(no)
    house.tell(door.CallEnded(LegId("desk"), Cause.BLOCKED))
    site = _site(tmp_path)
    _keep(site, house, [])
    told = explaining.explain(site, asked.call)
    assert told is not None
    assert [one.answer for one in told.answers] == [no]
    result = CliRunner().invoke(app, ["why", asked.call, "--site", str(tmp_path)])
    assert "the gate denies a call outside: house.a_day: 2 of 2 attempts [article 12]" in result.output
    allowed = events.GateAnswered(asked.call, asked.attempt, "allow", 4711)
    assert explaining.gate_sentence(allowed) == "the gate lets a call outside pass, attempt 4711 of the ledger"
