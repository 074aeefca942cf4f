"""What `hotline tune` says of the weights that it writes."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dsl.tree import parse
from hotline.cli.main import app
from hotline.cli.simulate import SMOKE, load
from sim.scenario import Seeds
from sim.tuning import Objective, trial

pytestmark = pytest.mark.unit


def test_what_is_printed_is_the_value_of_what_is_written_on_seeds_of_its_own(tmp_path: Path) -> None:
    scenario, policy = tmp_path / "smoke.yaml", tmp_path / "policy.yaml"
    scenario.write_text(SMOKE.replace("calls: 2000", "calls: 300"))
    ran = CliRunner().invoke(app, ["tune", str(scenario), "--generations", "1", "--seeds", "1", "--to", str(policy)])
    assert ran.exit_code == 0, ran.output
    said = re.search(r"value (\S+) \(score (\S+) .* on\s+seeds 101 to 104", ran.stdout.replace("\n", " "))
    assert said is not None, ran.stdout
    text = policy.read_text()
    assert said[0].replace("  ", " ") in " ".join(text.split())
    again = load(parse(scenario.read_text(), "smoke.yaml"), parse(text, "policy.yaml"))
    weights = again.configuration.weights
    assert weights is not None
    result = trial(again, weights, Seeds(101, 4))
    assert f"{Objective().value(result):.2f}" == said[1]
    assert f"{result.score.mean:.2f}" == said[2], "without a limit it is the score"


def test_for_machines_it_says_the_same(tmp_path: Path) -> None:
    scenario, policy = tmp_path / "smoke.yaml", tmp_path / "policy.yaml"
    scenario.write_text(SMOKE.replace("calls: 2000", "calls: 300"))
    options = ["--generations", "1", "--seeds", "1", "--to", str(policy), "--json"]
    ran = CliRunner().invoke(app, ["tune", str(scenario), *options])
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.stdout)
    assert said["policy"] == str(policy)
    assert said["measured"]["seeds"] == {"first": 101, "count": 4}
    assert f"value {said['value']:.2f} " in policy.read_text()
    assert said["queues"].keys() == parse(policy.read_text(), "policy.yaml").plain()["queues"].keys()
