"""hotline lint, try, call, schema: what they print, and how they end."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli import records
from hotline.cli.flows import app

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The sample, to be spoilt."""
    for name in ("dialplans", "prompts"):
        shutil.copytree(_ROOT / name, tmp_path / name)
    return tmp_path


def _run(*arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def _spoil(site: Path, file: str, old: str, new: str) -> None:
    path = site / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_lint_of_the_sample_is_clean(site: Path) -> None:
    code, output = _run("lint", "--site", str(site))
    assert code == 0
    assert "clean" in output


def test_lint_names_flows_queues_and_cases(site: Path) -> None:
    _spoil(site, "dialplans/flows/main.yaml", "then: office", "then: offise")
    _spoil(site, "dialplans/queues.yaml", "ring_s: 20", "rings_s: 20")
    code, output = _run("lint", "--site", str(site), "--json")
    assert code == 1
    problems = json.loads(output)["problems"]
    found = {(problem["file"], problem["rule"]) for problem in problems}
    assert ("dialplans/flows/main.yaml", "unknown-step") in found
    assert any(problem["file"] == "dialplans/queues.yaml" and "ring_s" in problem["message"] for problem in problems)


def test_lint_reads_the_test_cases_too(site: Path) -> None:
    _spoil(site, "dialplans/tests/main.yaml", "- hears: welcome", "- hears: welcom")
    code, output = _run("lint", "--site", str(site))
    assert code == 1
    assert "dialplans/tests/main.yaml:7:" in output
    assert "did you mean welcome?" in output


def test_try_all_and_one(site: Path) -> None:
    code, output = _run("try", "--site", str(site), "--json")
    assert code == 0
    assert len(json.loads(output)["cases"]) >= 15
    code, output = _run("try", "complaint lands", "--site", str(site), "--verbose")
    assert code == 0
    assert "1 calls went as expected" in output


def test_try_tells_what_went_another_way(site: Path) -> None:
    _spoil(site, "dialplans/flows/reception.yaml", "class: urgent\n  agent: last", "class: general\n  agent: last")
    code, output = _run("try", "--site", str(site))
    assert code == 1
    assert "expected to wait with class 'urgent', but it has 'general'" in output


def test_try_of_a_case_that_is_not_there(site: Path) -> None:
    assert _run("try", "nonsense", "--site", str(site))[0] == 2


def test_a_call_in_the_terminal(site: Path) -> None:
    typed = "\n\n1\n3\n\n\nserved 8004\n5\n\n\n"
    code, output = _run("call", "--flow", "main", "--at", "2026-11-23 10:00", "--site", str(site), typed=typed)
    assert code == 0
    assert "waits in care complaints>=3 (urgent)" in output
    assert "the call is over: hung_up" in output


def test_a_call_ends_with_its_input(site: Path) -> None:
    code, output = _run("call", "--dial", "4000195183", "--site", str(site), typed="")
    assert code == 0
    assert "the call is over: caller_left" in output


@pytest.mark.parametrize("arguments", [("--flow", "mian"), ("--at", "soon")])
def test_a_call_that_cannot_be(site: Path, arguments: tuple[str, str]) -> None:
    assert _run("call", *arguments, "--site", str(site))[0] == 2


@pytest.mark.parametrize(
    "name", ["flow", "defaults", "entry", "hours", "skills", "tests", "queues", "agents", "policies"]
)
def test_schemas(name: str) -> None:
    code, output = _run("schema", name)
    assert code == 0
    assert json.loads(output)["title"] == f"hotline: {name}"


def test_no_such_schema() -> None:
    assert _run("schema", "flwo")[0] == 2


def test_an_outcome_that_is_none_is_told_and_not_an_empty_table(site: Path) -> None:
    result = CliRunner().invoke(records.app, ["calls", "--outcome", "abandond", "--site", str(site)])
    assert result.exit_code == 2
    assert "did you mean abandoned?" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("languages: [en]\nswich: {}\n", "hotline.yaml:2:1: swich is no setting (did you mean switch?)"),
        ("web:\n  prot: 8780\n", "hotline.yaml:2:3: web.prot is no setting (did you mean port?)"),
        ("switch:\n  kind: freswitch\n", "hotline.yaml:2:9: switch.kind: "),
        ("switch:\n  kind: freswitch\n", "(did you mean freeswitch?)"),
        ("web:\n  port: eighty\n", "hotline.yaml:2:9: web.port: "),
        ("web: {port: 1\n", "hotline.yaml:1:6: "),
        ("languages: [en]\nregion: Deutschland\n", "hotline.yaml:2:9: region: "),
        (
            "region: Deutschland\n",
            "'Deutschland' is no region: two letters of ISO 3166, as DE for Germany; did you mean DE?",
        ),
        ("region: de\n", "did you mean DE?"),
        ("region: [DE]\n", "hotline.yaml:1:9: region: "),
        ("\t:\n", "hotline.yaml:1:1: "),
        ("- web\n", "hotline.yaml: the file: "),
        (b"\xff\xfe", "hotline.yaml: not UTF-8"),
    ],
)
def test_settings_that_are_wrong_are_told_with_their_place(site: Path, settings: str | bytes, told: str) -> None:
    (site / "hotline.yaml").write_bytes(settings if isinstance(settings, bytes) else settings.encode())
    code, output = _run("lint", "--site", str(site))
    assert code == 2
    assert told in " ".join(output.split())
