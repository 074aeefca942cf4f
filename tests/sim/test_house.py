"""The whole house with flows that only queue: the same callers as with the queues alone, and the formulas besides."""

import math

import numpy as np
import pytest

from acd.config import AgentConfig, Configuration, QueueConfig
from bench.routing import b2
from calls.ids import AgentId, QueueName
from sim.chance import NEVER, Distribution
from sim.house.running import of_queues, summary
from sim.house.running import run as run_house
from sim.house.tally import HouseRun
from sim.measure import estimate
from sim.running import run
from sim.scenario import Goal, Kind, Scenario, Seeds, Shift, read_scenario
from sim.theory import erlang_a, erlang_c

pytestmark = pytest.mark.sim

SERVICE_S, GOAL_S, SEEDS = 200.0, 20.0, range(1, 7)
DESK = QueueName("desk")
AGENTS = 10


def one_queue(per_s: float, patience_s: float = math.inf) -> Scenario:
    """One queue of ten agents; 1,500 calls, of which 200 are warm-up."""
    people = {AgentId(str(number)): AgentConfig() for number in range(AGENTS)}
    patience = NEVER if math.isinf(patience_s) else Distribution("exponential", patience_s)
    return Scenario(
        "theory",
        {"calls": Kind(DESK, {}, per_s * 3600, goal=Goal(80, GOAL_S))},
        (Distribution("exponential", SERVICE_S),),
        None,
        (patience,),
        dict.fromkeys(people, Shift()),
        Configuration({DESK: QueueConfig()}, people),
        1_500,
        200,
        0.0,
        Seeds(),
    )


def lived(scenario: Scenario) -> list[HouseRun]:
    dialplan, of = of_queues(scenario)
    done = [run_house(dialplan, of, seed, warm_up_calls=scenario.warm_up_calls) for seed in SEEDS]
    assert all(one.left_over == 0 for one in done)
    return done


def test_erlang_c() -> None:
    load = 6.5
    queues = [one.queues[DESK] for one in lived(one_queue(load / SERVICE_S))]
    theory = erlang_c(AGENTS, load, SERVICE_S, GOAL_S)
    assert estimate([one.wait_mean_s for one in queues]).covers(theory.wait_s)
    assert estimate([one.within_goal for one in queues]).covers(theory.within)
    assert all(one.answered == one.offered == 1_300 for one in queues)


def test_erlang_a() -> None:
    per_s, patience_s = 11.0 / SERVICE_S, 120.0
    done = lived(one_queue(per_s, patience_s))
    theory = erlang_a(AGENTS, per_s, SERVICE_S, patience_s)
    lost = estimate([one.queues[DESK].abandoned / one.queues[DESK].offered for one in done])
    assert lost.covers(theory.lost)
    assert lost.half < 0.03
    busy = 100 * per_s * (1 - theory.lost) * SERVICE_S / AGENTS
    assert summary(done).occupancy.mean == pytest.approx(busy, abs=4.0), "an empty house to begin and to end with"


def test_each_caller_waits_as_long_as_with_the_queues_alone() -> None:
    """By skills and classes, with agents who write up, and callers who give up."""
    scenario = b2(None, calls=1500, seeds=1)
    alone = run(scenario, 3)
    house = run_house(*of_queues(scenario), 3)
    for number, (name, kind) in enumerate(scenario.kinds.items()):
        assert house.waits[kind.queue] == pytest.approx(alone.waits[alone.kind_of == number], abs=1e-6, nan_ok=True)
        assert house.queues[kind.queue].abandoned == alone.kinds[name].abandoned
    busy = np.array([alone.occupancy[agent] for agent in house.occupancy])
    assert np.array(list(house.occupancy.values())) == pytest.approx(busy, abs=0.01)


def test_the_weighted_policy_holds_back_for_a_second_longer_at_most() -> None:
    """It looks again once a second at most, and each forecast is a look: so a caller whom it holds may wait a little
    longer in the house than with the queues alone."""
    scenario = b2("b2-goals", calls=1500, seeds=1)
    alone = run(scenario, 3)
    house = run_house(*of_queues(scenario), 3)
    for number, kind in enumerate(scenario.kinds.values()):
        later_s = house.waits[kind.queue] - alone.waits[alone.kind_of == number]
        assert np.nanmax(np.abs(later_s)) < 1.0
        assert np.mean(np.abs(later_s) > 1e-6) < 0.05


def test_with_wrap_up_and_ringing_phones_too() -> None:
    scenario, problems = read_scenario(
        {
            "scenario": "ringing",
            "calls": 600,
            "kinds": {
                "care": {
                    "queue": "care",
                    "per_hour": 100,
                    "service": {"lognormal": 240, "sigma": 0.8},
                    "wrap_up": {"exponential": 30},
                    "patience": {"exponential": 200},
                    "language": "en",
                    "priority": 3,
                }
            },
            "groups": [{"count": 8}, {"count": 2, "shift": {"from_s": 1000, "to_s": 9000}}],
            "queues": {"care": {"steps": [{"after_s": 60, "lower": 1}]}},
            "answer": {"exponential": 3},
        }
    )
    assert scenario is not None, problems
    alone = run(scenario, 2)
    house = run_house(*of_queues(scenario), 2)
    figures = house.queues["care"]
    assert (figures.answered, figures.abandoned) == (alone.everybody.answered, alone.everybody.abandoned)
    assert house.waits["care"] == pytest.approx(alone.waits, abs=1e-6, nan_ok=True)
