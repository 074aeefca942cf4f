"""hotline calls: the same search as over HTTP, the same refusals, the same audit."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.versions.store import Versions
from tests.unit.hotline.served import new_site, publish
from tests.unit.hotline.web.logged import NOON, NUMBER, OTHER, Logged

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    site = new_site(tmp_path)
    publish(Versions(site.versions), 1)
    with (tmp_path / "hotline.yaml").open("a") as settings:
        settings.write("zone: Asia/Shanghai\n")
    house = Logged(site.state)
    house.log("a", NOON, NUMBER, agents=("01",))
    house.log("b", NOON + 3_600, OTHER, queue="loans", agents=("02",))
    house.log("c", NOON + 86_400, NUMBER, outcome="abandoned", agents=())
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["calls", "--site", str(folder), *words])


def found(folder: Path, *words: str) -> list[str]:
    result = run(folder, "--json", *words)
    assert result.exit_code == 0, result.output
    return [row["call"] for row in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ([], ["c", "b", "a"]),
        (["--number", "138 0013 8000"], ["c", "a"]),
        (["--agent", "02"], ["b"]),
        (["--queue", "loans"], ["b"]),
        (["--since", "2026-11-29 13:00", "--until", "2026-11-29"], ["b"]),
        (["--since", "2026-11-30"], ["c"]),
        (["--outcome", "abandoned", "--number", NUMBER], ["c"]),
        (["--direction", "out"], []),
        (["--agent", "01", "--outcome", "abandoned"], []),
    ],
)
def test_each_filter(folder: Path, words: list[str], calls: list[str]) -> None:
    assert found(folder, *words) == calls


def test_pages_are_led_on_by_standard_error(folder: Path) -> None:
    seen: list[str] = []
    after: list[str] = []
    while True:
        result = run(folder, "--json", "-n", "1", *after)
        seen += [row["call"] for row in json.loads(result.stdout)]
        if "--after" not in result.stderr:
            break
        after = ["--after", result.stderr.split("--after")[1].strip()]
    assert seen == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--outcome", "abandonned"], "no outcome abandonned (did you mean abandoned?)"),
        (["--direction", "intern"], "no direction intern (did you mean internal?)"),
        (["--queue", "caer"], "no queue caer (did you mean care?)"),
        (["--agent", "011"], "no agent 011 (did you mean 01?)"),
        (["--outcom", "lost"], "--outcome"),
        (["--since", "yesterday"], "'yesterday' is no time"),
        (["--after", "guessed"], "is no cursor"),
        (["--number", "abc"], "abc is no telephone number"),
        (["-n", "0"], "greater than or equal to 1"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest_word(folder: Path, words: list[str], told: str) -> None:
    result = run(folder, *words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())


def test_a_number_that_was_looked_up_is_written_down(folder: Path) -> None:
    found(folder, "--queue", "loans")
    assert not (folder / "var/audit.log").exists()
    found(folder, "--number", "13800138000")
    (line,) = (folder / "var/audit.log").read_text().splitlines()
    row: dict[str, Any] = json.loads(line)
    assert (row["what"], row["about"]) == ("number looked up", f"calls of {NUMBER}")
    assert {"at", "who", "uid"} <= set(row)
