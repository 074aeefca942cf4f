"""The benches run the whole way on a real Asterisk, and say what they found in the shape of DESIGN.md."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench import asterisk_memory, catalogue, holding, live, offer, restart, start, talk_steps, talks, transfers
from bench.report import Report, as_json
from hotline.cli.main import app

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

_QUICK = catalogue.Options(quick=True, first_port=13_000)


def _by_name(report: Report) -> dict[str, dict[str, object]]:
    figures = as_json(report)["figures"]
    for figure in figures:
        assert set(figure) == {"figure", "value", "unit", "target", "reference", "met"}
    return {figure["figure"]: figure for figure in figures}


async def test_live_measures_calls_from_the_first_sound_to_the_agent():
    report = await live.run(_QUICK)
    figures = _by_name(report)
    assert figures["calls that failed"]["value"] == 0, report.machine["notes"]
    for name in ("INVITE to first audio p95", "digit to next prompt p95", "controller CPU per call"):
        ours, reference = figures[name]["value"], figures[name]["reference"]
        assert isinstance(ours, float)
        assert isinstance(reference, float)
        assert 0 < ours < 2_000
        assert 0 < reference < 2_000
    assert "rate held, ratio of app_queue" in figures
    for rate in (30, 60):
        ratio = figures[f"CPU per call, ratio of app_queue at {rate}/s"]["value"]
        assert isinstance(ratio, float)
        assert ratio > 0
    assert report.machine["asterisk"].startswith("2")


async def test_talks_are_heard_both_ways_or_have_a_trace(tmp_path: Path):
    report = await talks.run(dataclasses.replace(_QUICK, calls=6, keep=tmp_path))
    figures = _by_name(report)
    assert figures["placed"]["value"] == 6
    unheard = figures["not heard both ways"]["value"]
    no_talk = figures["came to no talk"]["value"]
    assert len(os.listdir(tmp_path)) == unheard + no_talk  # type: ignore[operator]  # both are numbers
    heard_ms = figures["from the bridge until both are heard p95"]["value"]
    assert isinstance(heard_ms, float), report.machine["notes"]
    assert heard_ms < 300


async def test_a_talk_that_is_not_heard_is_kept_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(talk_steps, "HEARD_WITHIN_S", -1.0)  # before its bridge nobody is heard
    report = await talks.run(dataclasses.replace(_QUICK, calls=2, keep=tmp_path))
    figures = _by_name(report)
    assert (figures["not heard both ways"]["value"], figures["came to no talk"]["value"]) == (2, 0)
    (first, _) = sorted(os.listdir(tmp_path))
    trace = (tmp_path / first).read_text()
    for line in (
        "SIP →    INVITE sip:9000@",
        "ARI ← ",
        '"StasisStart"',
        "/addChannel?channel=",
        '"ChannelEnteredBridge"',
        "journal  {",
        "SIP ←    INVITE sip:",
        "BYE sip:",
    ):
        assert line in trace, line
    assert "the agent was heard" in trace.splitlines()[0]


async def test_asterisk_s_memory_is_read_after_its_calls():
    figures = _by_name(await asterisk_memory.run(_QUICK))
    for name in ("Asterisk after 10 calls and quiet", "Asterisk before the first call", "Asterisk at most"):
        value = figures[name]["value"]
        assert isinstance(value, float)
        assert 10 < value < 1_000


async def test_holding_keeps_every_caller_and_says_what_they_cost():
    figures = _by_name(await holding.run(_QUICK))
    assert figures["10 callers holding, calls that failed"]["met"] is True
    asterisk = figures["10 callers holding, Asterisk"]["value"]
    assert isinstance(asterisk, float)
    assert asterisk > 0


async def test_transfers_are_timed_by_both_ways():
    report = await transfers.run(_QUICK)
    for name, figure in _by_name(report).items():
        assert isinstance(figure["value"], float), name
        assert 0 < figure["value"] < 2_000, name


async def test_start_is_timed_until_the_controller_is_healthy():
    report = await start.run(_QUICK)
    took = _by_name(report)["start of the controller on 20 flows, 200 prompts"]["value"]
    assert isinstance(took, float)
    assert took > 0.1


async def test_offers_are_timed_at_the_phones_of_agents_and_callers():
    report = await offer.run(_QUICK)
    figures = _by_name(report)
    assert figures["calls that failed"]["value"] == 0, report.machine["notes"]
    assert figures["entries that failed"]["value"] == 0, report.machine["notes"]
    for name in ("agent free to offer p95", "queue entry to agent INVITE p50", "queue entry to agent INVITE p95"):
        took_ms = figures[name]["value"]
        assert isinstance(took_ms, float)
        assert 0 < took_ms < 5_000


async def test_a_killed_controller_costs_no_call_and_no_place():
    report = await restart.run(_QUICK)
    figures = _by_name(report)
    for name in ("calls that failed before", "calls dropped", "calls in silence after", "places changed"):
        assert figures[name]["value"] == 0, name
    assert isinstance(figures["control back"]["value"], float)


def test_a_name_that_is_no_bench_is_answered_with_the_nearest():
    result = CliRunner().invoke(app, ["bench", "lvie"])
    assert result.exit_code == 2
    assert "did you mean live?" in result.stderr


def test_the_command_prints_one_json_value():
    result = CliRunner().invoke(app, ["bench", "sentences", "--quick", "--json"])
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed["bench"] == "sentences"
    assert printed["machine"]["cores"] >= 1
    assert printed["figures"]
