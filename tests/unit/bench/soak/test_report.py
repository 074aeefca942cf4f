"""What a soak tells: the picture of how it went, the verdicts, and the same as JSON; the exit code says it, too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from bench.soak import run
from bench.soak.found import Sample
from bench.soak.judge import Check
from bench.soak.picture import picture, sparkline
from hotline.cli.main import app
from hotline.server import logs

pytestmark = pytest.mark.unit


def soaked(*checks: Check) -> run.Soaked:
    samples = [Sample(10.0 * n, n, n, 0, n, 0, 2 * n, None if n == 2 else 100.0 + n, 80.0) for n in range(1, 5)]
    return run.Soaked(
        {"cores": 2},
        {"rate": 3.0},
        {"talks": 4},
        1,
        [(1_796_000_120.0, 1_796_000_121.5)],
        2,
        list(checks),
        samples,
        104.0,
        79.0,
    )


def test_bars_go_from_the_least_to_the_most_and_leave_out_what_was_away() -> None:
    assert sparkline([1.0, None, 8.0]) == "▁ █"
    assert sparkline([5.0, 5.0]) == "▁▁"
    assert sparkline([]) == ""
    assert sparkline([None]) == ""
    assert len(sparkline([float(value) for value in range(1_000)], width=40)) == 40
    assert sparkline([0.0, 9.0, 0.0, 0.0], width=2) == "█▁", "a peak is not lost"


def test_a_picture_has_least_most_and_last() -> None:
    assert picture(soaked().samples)[0] == "controller MB ▁ ▆█ 101 to 104, at last 104"
    assert picture([]) == []


def test_verdicts_are_told_with_what_was_found() -> None:
    lines = soaked(Check("nobody waits", []), Check("memory is flat", ["it grows"])).lines()
    assert lines[0] == "4 calls, 1 kills of the controller, 2 versions published"
    assert lines[-3:] == ["passed  nobody waits", "FAILED  memory is flat", "        it grows"]


@pytest.mark.parametrize(("found", "code"), [([], 0), (["it grows"], 1)])
def test_the_command_prints_one_json_value_and_ends_with_the_verdict(
    monkeypatch: pytest.MonkeyPatch, found: list[str], code: int
) -> None:
    asked: list[run.Options] = []

    async def instead(options: run.Options) -> run.Soaked:
        asked.append(options)
        return soaked(Check("memory is flat", found))

    quiet: list[bool] = []
    monkeypatch.setattr(run, "run", instead)
    monkeypatch.setattr(logs, "configure", lambda: quiet.append(True))  # the real one is for the whole process
    result = CliRunner().invoke(app, ["soak", "--minutes", "0.5", "--rate", "2", "--kill-every", "0", "--json"])
    assert result.exit_code == code
    assert quiet, "a line of a log would stand in the JSON"
    printed: dict[str, Any] = json.loads(result.stdout)
    assert printed["soak"] == ("failed" if found else "passed")
    assert printed["checks"] == [{"check": "memory is flat", "passed": not found, "found": found}]
    assert len(printed["samples"]) == 4
    (options,) = asked
    assert (options.minutes, options.rate, options.kill_every_s, options.publish_every_s) == (0.5, 2.0, None, 30.0)
