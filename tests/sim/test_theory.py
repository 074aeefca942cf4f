"""The core in virtual time against queues that have a formula: each figure within its 95 % interval.

Seeds are fixed, so a test passes always or never; the interval is the simulation's own, over independent runs.
"""

import math

import pytest

from acd.config import AgentConfig, Configuration, QueueConfig
from calls.ids import AgentId, QueueName
from sim.chance import NEVER, Distribution
from sim.measure import estimate
from sim.running import Run, run
from sim.scenario import Goal, Kind, Scenario, Seeds, Shift
from sim.theory import erlang_a, erlang_c, mmsk

pytestmark = pytest.mark.sim

SERVICE_S, GOAL_S, SEEDS = 200.0, 20.0, range(1, 9)
DESK = QueueName("desk")


def one_queue(agents: int, per_s: float, patience_s: float = math.inf, places: int = 0) -> list[Run]:
    """Eight runs of 16,000 calls, 2,000 of them warm-up."""
    people = {AgentId(str(number)): AgentConfig() for number in range(agents)}
    patience = NEVER if math.isinf(patience_s) else Distribution("exponential", patience_s)
    queue = QueueConfig(ring_s=0.0, max_length=places)
    scenario = Scenario(
        "theory",
        {"calls": Kind(DESK, {}, per_s * 3600, goal=Goal(80, GOAL_S))},
        (Distribution("exponential", SERVICE_S),),
        None,
        (patience,),
        dict.fromkeys(people, Shift()),
        Configuration({DESK: queue}, people),
        16_000,
        2_000,
        0.0,
        Seeds(),
    )
    return [run(scenario, seed) for seed in SEEDS]


def test_erlang_c() -> None:
    agents, load = 10, 8.0
    done = one_queue(agents, load / SERVICE_S)
    theory = erlang_c(agents, load, SERVICE_S, GOAL_S)
    assert estimate([one.everybody.delayed for one in done]).covers(theory.delayed)
    assert estimate([one.everybody.wait_mean_s for one in done]).covers(theory.wait_s)
    assert estimate([one.everybody.within_goal for one in done]).covers(theory.within)
    assert all(one.everybody.answered == one.everybody.offered for one in done)


def test_erlang_a() -> None:
    agents, per_s, patience_s = 10, 11.0 / SERVICE_S, 120.0
    done = one_queue(agents, per_s, patience_s)
    theory = erlang_a(agents, per_s, SERVICE_S, patience_s)
    lost = estimate([one.everybody.abandoned / one.everybody.offered for one in done])
    assert lost.covers(theory.lost)
    assert lost.half < 0.01
    busy = estimate([sum(one.occupancy.values()) / agents for one in done])
    assert busy.covers(per_s * (1 - theory.lost) * SERVICE_S / agents)


def test_a_queue_with_few_places() -> None:
    agents, per_s, places = 10, 10.0 / SERVICE_S, 5
    done = one_queue(agents, per_s, places=places)
    theory = mmsk(agents, per_s, SERVICE_S, places, GOAL_S)
    assert estimate([one.everybody.released / one.everybody.offered for one in done]).covers(theory.lost)
    assert estimate([one.everybody.wait_mean_s for one in done]).covers(theory.wait_s)
    within = [one.everybody.within_goal * one.everybody.offered / one.everybody.answered for one in done]
    assert estimate(within).covers(theory.within)
