"""hotline sources and govern compare: call records in the ledger, and what the gate says of them, then and now."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.site.site import Site
from tests.ports import free_port
from tests.unit.hotline.governing.gated_site import approve, published

pytestmark = pytest.mark.unit

SETTINGS = (
    "languages: [en]\nzone: Asia/Shanghai\nrefit_at: null\n"
    "sources:\n"
    "  old: {scene: offer, columns: {number: Callee, at: Begin}, words: {PTP: promise}}\n"
    "  gone: {mode: 'off'}\n"
    f"  far: {{mode: enforce, watch: {{host: 127.0.0.1, port: {free_port()}, channels: ['SIP/*']}}}}\n"
)
CALLS = (
    "Uniqueid,Callee,Begin,Talk,Disposition\n"
    "1.1,13800138000,2026-11-23 10:00,60,ANSWERED\n"
    "1.2,13800138000,2026-11-24 10:00,,BUSY\n"
    "1.3,13800138000,2026-11-25 10:00,30,PTP\n"
    "1.4,13900139000,2026-11-25 21:30,,NO ANSWER\n"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = published(tmp_path, hotline=SETTINGS)
    approve(site, "*")
    return site


def run(site: Site, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*words, "--site", str(site.folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def as_json(site: Site, *words: str, code: int = 0) -> Any:
    ended, said, wrong = run(site, *words, "--json")
    assert ended == code, wrong
    return json.loads(said)


def test_call_records_are_counted_judged_and_replayed(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(CALLS, encoding="utf-8")
    assert as_json(site, "sources", "import", "old", str(file))["outcomes"] == {"added": 4}
    assert as_json(site, "sources", "import", "old", str(file))["outcomes"] == {"repeated": 4}
    (old,) = as_json(site, "govern", "compare", "--from", "2026-11-23", "--to", "2026-11-30")
    assert (old["source"], old["mode"], old["calls"], old["unasked"]) == ("old", "shadow", 4, 4)
    assert (old["allowed"], old["against_dialled"], old["refused"]) == (0, 0, 0)
    assert old["rules_today"] == {"house.not_often": 1, "scenes.hours.outbound": 1}
    assert old["against_today"] == 2
    _, said, _ = run(site, "govern", "compare", "--from", "2026-11-23", "--source", "old")
    assert "house.not_often 1" in said
    replayed = as_json(site, "govern", "replay", "--ledger", "--from", "2026-11-23", "--to", "2026-11-30")
    assert (replayed["calls"], replayed["blocked_after"]) == (4, 2)
    assert {rule["rule"] for rule in replayed["rules"]} == {"house.not_often", "scenes.hours.outbound"}
    assert replayed["scenes"][0]["scene"] == "offer"
    found = as_json(site, "ledger", "--source", "old")
    assert [row["result"] for row in found] == ["no_answer", "promise", "busy", ""]
    assert "call records imported" in (site.state / "audit.log").read_text()


def test_a_gate_that_is_asked_knows_the_calls_of_others(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(CALLS, encoding="utf-8")
    run(site, "persons", "tell", "c1", "--number", "13800138000", "--number", "13700137000")
    as_json(site, "sources", "import", "old", str(file))
    (old,) = as_json(site, "govern", "compare", "--from", "2026-11-23", "--to", "2026-11-30")
    assert old["against_today"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "olt", "x.csv"), "did you mean old"),
        (("import", "gone", "x.csv"), "source gone is off"),
        (("import", "old", "none.csv"), "none.csv: No such file"),
        (("check", "old"), "it is not watched"),
        (("check", "far"), "put the secret of manager account hotline there"),
    ],
)
def test_what_cannot_be_is_told(site: Site, words: tuple[str, ...], said: str) -> None:
    code, _, wrong = run(site, "sources", *words)
    assert (code, said in wrong) == (2, True), wrong


def test_an_asterisk_that_is_not_there_and_the_list_of_sources(site: Site) -> None:
    (site.state / "secrets").mkdir(exist_ok=True)
    (site.state / "secrets" / "watch-far").write_text("s3cret\n")
    code, _, wrong = run(site, "sources", "check", "far")
    assert (code, "refused" in wrong.lower() or "connect" in wrong.lower()) == (2, True), wrong
    rows = as_json(site, "sources")
    assert [(row["source"], row["mode"], row["by"]) for row in rows] == [
        ("old", "shadow", "call records"),
        ("gone", "off", "call records"),
        ("far", "enforce", "watched"),
    ]


def test_rows_that_cannot_be_read_refuse_the_file(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(CALLS + "1.5,1.38E+10,2026-11-25 10:00,,BUSY\n", encoding="utf-8")
    code, _, wrong = run(site, "sources", "import", "old", str(file))
    assert code == 1
    assert "calls.csv:6: 1.38E+10" in wrong
    assert not (site.state / "ledger.db").exists()
    assert as_json(site, "sources", "import", "old", str(file), "--load-the-rest", code=1)["calls"] == 4


def test_replay_of_the_ledger_goes_with_no_other_calls(site: Site) -> None:
    code, _, wrong = run(site, "govern", "replay", "--ledger", "--from", "2026-11-23", "--agent-calls", "offer")
    assert (code, "leave --calls" in wrong) == (2, True)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("{'a b': {}}", "is no name"),
        ("{old: {mode: shadw}}", "mode"),
        ("{old: {watch: {host: x, channels: []}}}", "channels"),
        ("{old: {watch: {host: x, channels: [a], number: '('}}}", "no regular expression"),
        ('{old: {watch: {host: x, channels: [a], user: "a\\r\\nAction: Originate"}}}', "one line"),
    ],
)
def test_settings_that_are_none(tmp_path: Path, sources: str, said: str) -> None:
    (tmp_path / "hotline.yaml").write_text(f"sources: {sources}\n")
    code = CliRunner().invoke(app, ["sources", "--site", str(tmp_path)])
    assert (code.exit_code, said in code.stderr) == (2, True), code.stderr
