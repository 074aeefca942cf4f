"""Scenarios as written: what is wrong is named at its place, and nothing is half read."""

from typing import Any

import numpy as np
import pytest

from calls.errors import BadInput
from dsl.tree import parse
from hotline.cli.simulate import SMOKE, load, policy_file
from sim.chance import Distribution, Streams, poisson_by_interval
from sim.running import draw, run
from sim.tuning import decode, minimise

pytestmark = pytest.mark.unit

PROBLEMS = [
    ("queue: care\n", "queue: caer\n", ":8:", "did you mean `care`?"),
    ("per_hour: 60", "per_hour: -60", ":10:", "not negative"),
    ("care>=2", "care>=9", ":9:", "levels go from 1 to 5"),
    ("[care>=2]", "[caree]", ":9:", "did you mean `care`?"),
    ("sigma: 0.8", "sigm: 0.8", ":11:", "did you mean `sigma`?"),
    ("exponential: 180", "exponentail: 180", ":6:", "did you mean `exponential`?"),
    ("calls: 2000", "call: 2000", ":3:", "did you mean `calls`?"),
    ("lower: 1", "lowr: 1", ":18:", "did you mean `lower`?"),
    ("lower: 1", "overflow: care", ":18:", "overflows go in a circle"),
    ("count: 5, queues", "count: -5, queues", ":14:", "a count is not negative"),
    ("service: {exponential: 180}", "service: {exponential: 180}, goal: {percent: 180}", ":6:", "0 to 100 percent"),
    ("first: 1", "frist: 1", ":4:", "did you mean `first`?"),
    ("queues: [loans]", "queues: [loan]", ":14:", "did you mean `loans`?"),
]


@pytest.mark.parametrize(("right", "wrong", "place", "hint"), PROBLEMS)
def test_what_is_wrong_is_named_where_it_stands(right: str, wrong: str, place: str, hint: str) -> None:
    assert right in SMOKE
    with pytest.raises(BadInput) as caught:
        load(parse(SMOKE.replace(right, wrong, 1), "monday.yaml"))
    assert f"monday.yaml{place}" in str(caught.value)
    assert hint in str(caught.value)


def test_a_policy_file_is_read_back_as_it_was_written() -> None:
    scenario = load(parse(SMOKE, "smoke"))
    goals = {kind.queue: kind.goal.within_s for kind in scenario.kinds.values()}
    weights = decode(np.linspace(-1, 1, 12), goals)
    again = load(parse(SMOKE, "smoke"), parse(policy_file(weights, "a test"), "policy.yaml"))
    assert again.configuration.weights is not None
    for queue, one in weights.items():
        assert again.configuration.weights[queue].reserve == pytest.approx(one.reserve, rel=1e-3)


def test_rates_by_interval_and_shifts_shape_the_day() -> None:
    document: dict[str, Any] = {
        "scenario": "day",
        "interval_s": 3600,
        "seeds": {"count": 1},
        "kinds": {
            "a": {"queue": "q", "per_hour": [0, 600, 60], "service": {"constant": 10}, "wrap_up": {"constant": 5}}
        },
        "groups": [{"count": 3}, {"count": 2, "shift": {"from_s": 3600, "to_s": 7200}}],
        "queues": {"q": {}},
        "answer": {"constant": 2},
    }
    import yaml

    scenario = load(parse(yaml.safe_dump(document), "day"))
    calls = draw(scenario, 1)
    assert calls.arrivals[0] > 3600
    assert 500 < np.sum(calls.arrivals < 7200) < 700
    done = run(scenario, 1)
    assert done.everybody.answered == done.everybody.offered
    assert done.everybody.wait_mean_s >= 2.0, "a phone rings two seconds"
    assert all(0 < share < 1 for share in done.occupancy.values())


def test_streams_of_one_purpose_do_not_disturb_those_of_another() -> None:
    assert Streams(1).of("patience").random() == Streams(1).of("patience").random()
    assert Streams(1).of("patience").random() != Streams(1).of("service").random()
    assert Streams(1).of("patience").random() != Streams(2).of("patience").random()


@pytest.mark.parametrize(
    "distribution",
    [
        Distribution("exponential", 100.0),
        Distribution("lognormal", 100.0, sigma=0.8),
        Distribution("gamma", 100.0, shape=3.0),
        Distribution("constant", 100.0),
        Distribution("measured", values=(50.0, 150.0)),
    ],
)
def test_the_mean_is_what_is_written(distribution: Distribution) -> None:
    drawn = distribution.draw(Streams(3).of("test"), 200_000)
    assert drawn.mean() == pytest.approx(100.0, rel=0.02)
    assert distribution.average() == pytest.approx(100.0)


def test_poisson_by_interval_keeps_to_its_intervals() -> None:
    times = poisson_by_interval(Streams(1).of("t"), np.array([0.0, 10.0, 20.0]), np.array([0.0, 36_000.0]))
    assert times.min() >= 10.0
    assert times.max() <= 20.0
    assert (np.diff(times) >= 0).all()


def test_the_search_finds_the_bottom_of_a_bowl() -> None:
    def bowl(point: np.ndarray) -> float:
        return float(((point - 3.0) ** 2).sum())

    *_, (mean, best) = minimise(bowl, np.zeros(4), 60, np.random.default_rng(1))
    assert best < 0.01
    assert mean == pytest.approx(np.full(4, 3.0), abs=0.2)
