"""Arrivals that really came, in place of drawn ones."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.cli.simulate import load, read_yaml
from sim.recorded import Recorded, mean_patience
from sim.running import draw, run

pytestmark = pytest.mark.unit

SCENARIO = """
scenario: march
arrivals: {log: march.csv, date: 1999-03-02}
seeds: {first: 1, count: 2}
kinds:
  PS: {queue: desk, service: {constant: 60}, patience: {exponential: 300}}
  NW: {queue: desk, service: {constant: 90}}
groups: [{count: 1}]
queues: {desk: {}}
"""
HEAD = "arrived_at,queued_at,left_queue_at,answered_at,ended_at,outcome,kind,priority,agent\n"
LOG = HEAD + (
    "1999-03-01T09:00:00,1999-03-01T09:00:05,1999-03-01T09:00:09,1999-03-01T09:00:09,1999-03-01T09:02:00,answered,PS,0,ANA\n"
    "1999-03-02T08:00:00,,,,1999-03-02T08:00:20,left_in_menu,PS,0,\n"
    "1999-03-02T08:01:00,1999-03-02T08:01:05,1999-03-02T08:01:09,1999-03-02T08:01:09,1999-03-02T08:02:00,answered,PS,0,ANA\n"
    "1999-03-02T08:01:10,1999-03-02T08:01:12,1999-03-02T08:01:40,,1999-03-02T08:01:40,abandoned,NW,0,\n"
)


def _folder(folder: Path, log: str = LOG, scenario: str = SCENARIO) -> Path:
    (folder / "march.csv").write_text(log)
    (folder / "march.yaml").write_text(scenario)
    return folder / "march.yaml"


def test_calls_come_as_they_came_that_day_whatever_the_seed(tmp_path: Path) -> None:
    scenario = load(read_yaml(_folder(tmp_path)))
    for seed in (1, 2):
        calls = draw(scenario, seed)
        assert calls.arrivals.tolist() == [8 * 3600 + 65, 8 * 3600 + 72], "of the queue, and only those who came to it"
        assert calls.kinds.tolist() == [0, 1]
        assert calls.service.tolist() == [60, 90], "as the scenario says"
    done = run(scenario, 1)
    assert (done.everybody.offered, done.everybody.answered) == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("date: 1999-03-02", "date: 1999-03-09", "nobody waited"),
        ("date: 1999-03-02", "date: someday", "is no date"),
        ("  NW: {queue: desk, service: {constant: 90}}\n", "", "kinds that the scenario does not: NW"),
        ("seeds:", "calls: 5\nseeds:", "leave `calls` and `per_hour` out"),
        ("march.csv", "april.csv", "april.csv"),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    path = _folder(tmp_path, scenario=SCENARIO.replace(wrong, right))
    told = CliRunner().invoke(app, ["simulate", str(path)])
    assert told.exit_code == 2
    assert said in told.output.replace("\n", " ")


def test_real_talks_and_patience_go_before_drawn_ones() -> None:
    recorded = Recorded(
        np.array([0.0, 1.0]),
        np.array([0, 0]),
        np.array([40.0, np.nan]),
        np.array([5.0, 30.0]),
        np.array([False, True]),
    )
    assert recorded.service_over(np.array([7.0, 8.0])).tolist() == [40.0, 8.0]
    assert recorded.patience_over(np.array([100.0, 100.0])).tolist() == [105.0, 30.0]


def test_patience_is_estimated_with_the_answered_as_censored() -> None:
    stream = np.random.default_rng(5)
    patience, offered = stream.exponential(200.0, 50_000), stream.exponential(100.0, 50_000)
    mean_s = mean_patience(np.minimum(patience, offered), patience < offered)
    assert mean_s == pytest.approx(200.0, rel=0.03)
    assert mean_patience(np.array([3.0]), np.array([False])) is None
