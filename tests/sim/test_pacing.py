"""A campaign in virtual time: progressive dialling against theory, ours against it, drift, blending, few agents."""

import msgspec
import pytest

from bench import pacing as bench_pacing
from bench.catalogue import BENCHES, Options
from dialer.pacing.core import Pacing
from dialer.pacing.settings import PacingSettings
from sim.pacing.methods import AdaptiveLevel, LevelSettings, Progressive
from sim.pacing.world import Answering, Scene, World

pytestmark = pytest.mark.sim

HOUR = Scene(10, Answering(0.25), warm_up_s=1800.0, measured_s=3600.0)


def test_progressive_dialling_is_as_busy_as_renewal_theory_says():
    scene = msgspec.structs.replace(HOUR, measured_s=6 * 3600.0)
    outcome = World(scene, Progressive(), seed=1).run()
    # an agent waits for 1 / p calls, each as long as it rings: of the others 5.5, 15 and 25 s in the mean
    answered, others = 11.2, 0.2 * 5.5 + 0.3 * 15.0 + 0.5 * 25.0
    rate = 0.25 * 0.95  # one in twenty would answer after 25 s
    cycle_s = 135.0 + answered + (1 - rate) / rate * others
    assert outcome.minutes == pytest.approx(60 * 135.0 / cycle_s, rel=0.05)
    assert outcome.abandoned == 0


def test_ours_is_busier_than_progressive_within_the_limit():
    ours = World(HOUR, Pacing(PacingSettings()), seed=3).run()
    assert ours.minutes > World(HOUR, Progressive(), seed=3).run().minutes + 4
    assert ours.abandoned_percent <= 3.0


def test_ours_is_the_same_twice():
    scene = msgspec.structs.replace(HOUR, warm_up_s=300.0, measured_s=900.0)
    one, other = (World(scene, Pacing(PacingSettings()), seed=3).run() for _ in range(2))
    assert one == other


@pytest.mark.parametrize("seed", [1, 2])
def test_a_drifting_rate_keeps_within_the_limit(seed):
    scene = msgspec.structs.replace(HOUR, drift=(0.5, 1.6), drift_every_s=900.0)
    assert World(scene, Pacing(PacingSettings()), seed).run().abandoned_percent <= 3.0


def test_four_agents_are_never_over_dialled():
    scene = msgspec.structs.replace(HOUR, agents=4)
    assert World(scene, Pacing(PacingSettings()), seed=1).run().abandoned == 0


def test_nothing_lent_is_never_above_the_limit_at_any_instant():
    outcome = World(HOUR, Pacing(PacingSettings(lent=0.0)), seed=1).run()
    assert outcome.worst <= 3.0
    assert outcome.abandoned_percent <= 3.0


def test_the_adaptive_level_stays_near_its_limit_and_follows_its_target():
    shy, bold = (
        World(HOUR, AdaptiveLevel(LevelSettings(difference_target=target)), seed=1).run() for target in (5.0, 0.0)
    )
    assert bold.minutes > shy.minutes
    assert bold.abandoned_percent < 12.0


def test_the_bench_runs_the_whole_way(monkeypatch):
    monkeypatch.setattr(bench_pacing, "QUICK_S", 120.0)
    monkeypatch.setattr(bench_pacing, "QUICK_AGENTS", 5)
    report = bench_pacing.run(Options(quick=True))
    names = [figure.figure for figure in report.figures]
    assert {"5 agents, .25", "5 agents, .10", "10 agents, drift", "worst abandonment"} <= set(names)
    assert BENCHES["pacing"].module == "pacing"
    assert all(figure.value is not None for figure in report.figures)
    assert [f"{agents} agents, {rate:.2f}".replace(" 0.", " .") for agents, rate in bench_pacing.TARGETS][:1] == [
        "5 agents, .25"
    ]
