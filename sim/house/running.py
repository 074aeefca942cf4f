"""Runs of the whole house: draw the calls of a seed, live them through, measure; and what all seeds say together."""

from collections.abc import Callable, Iterator
from time import process_time

import msgspec
import numpy as np

from calls.ids import Seconds
from sim import running as queues_alone
from sim.chance import Columns, Distribution, Streams, poisson_by_interval
from sim.house.dialplan import Dialplan, only_queues
from sim.house.scenario import Agents, Arrival, Behaviour, Group, HouseScenario, Manner, Outside, Worker
from sim.house.tally import HouseRun
from sim.house.world import House, Journal
from sim.measure import Estimate, estimate
from sim.scenario import Goal, Scenario

_NOW = Distribution("constant")
_RING_S = 1.0
"""A phone that may not ring at all cannot be answered."""
_COLUMN = 4096
"""Draws of each purpose at least: rings and pauses are more than callers on a small day."""


def draw(scenario: HouseScenario, seed: int) -> list[Arrival]:
    """The calls of this seed, in order: by the rates of each group, or as the scenario has them."""
    if scenario.arrivals is not None:
        return scenario.arrivals(seed)
    streams = Streams(seed)
    found: list[tuple[float, int]] = []
    for number, group in enumerate(scenario.groups):
        times = poisson_by_interval(streams.of(f"arrivals of {group.name}"), *_rates(scenario, group))
        found += [(float(at), number) for at in times]
    return [Arrival(at, group, f"+86138{number:08d}") for number, (at, group) in enumerate(sorted(found))]


def _rates(scenario: HouseScenario, group: Group) -> tuple[np.ndarray, np.ndarray]:
    """Edges of intervals, and calls an hour in each; a list that ends before the day does ends with its last rate."""
    if len(group.per_hour) == 1:
        return np.array([0.0, scenario.lasts_s]), np.array(group.per_hour)
    edges = np.arange(0.0, scenario.lasts_s + scenario.interval_s, scenario.interval_s)
    edges[-1] = scenario.lasts_s
    last = len(group.per_hour) - 1
    return edges, np.array([group.per_hour[min(number, last)] for number in range(len(edges) - 1)])


def house(dialplan: Dialplan, scenario: HouseScenario, seed: int, journal: Journal = lambda now, event: None) -> House:
    """The house of a seed, before its day."""
    arrivals = draw(scenario, seed)
    columns = Columns(Streams(seed), max(_COLUMN, len(arrivals)))
    return House(dialplan, scenario, arrivals, columns, journal)


def run(
    dialplan: Dialplan,
    scenario: HouseScenario,
    seed: int,
    journal: Journal = lambda now, event: None,
    told: Callable[[int], None] = lambda done: None,
    warm_up_calls: int = 0,
) -> HouseRun:
    """One seed from the first caller to the last. The first `warm_up_calls` are not counted by queue."""
    one = house(dialplan, scenario, seed, journal)
    began = process_time()
    one.run(told)
    took_s = process_time() - began
    warm_up = frozenset(call for call, number in one.numbers.items() if number < warm_up_calls)
    occupancy = {agent: presence.share() for agent, presence in one.agents.presence.items() if presence.there_s > 0}
    return one.tally.run(seed, scenario.goals, occupancy, one.timeline.now(), took_s, one.left_over(), warm_up)


def runs(
    dialplan: Dialplan,
    scenario: HouseScenario,
    told: Callable[[int], None] = lambda done: None,
    warm_up_calls: int = 0,
) -> Iterator[HouseRun]:
    """All seeds, one after the other; `told` hears of each call that has come."""
    for seed in range(scenario.seeds.first, scenario.seeds.first + scenario.seeds.count):
        yield run(dialplan, scenario, seed, told=told, warm_up_calls=warm_up_calls)


class QueueResult(msgspec.Struct):
    """Figures of one queue over all seeds; calls are of a mean day, shares in percent."""

    offered: Estimate
    answered: Estimate
    abandoned: Estimate
    service_level: Estimate
    wait_mean_s: Estimate
    wait_p50_s: Estimate
    wait_p90_s: Estimate
    callbacks_booked: Estimate
    callbacks_reached: Estimate
    callbacks_expired: Estimate


class StepResult(msgspec.Struct):
    """Figures of one step of a flow over all seeds: callers who came there, and who left the call there."""

    came: Estimate
    left: Estimate


class HouseResult(msgspec.Struct):
    """Figures of all seeds together, with their 95 % intervals."""

    calls: Estimate
    queues: dict[str, QueueResult]
    steps: dict[str, StepResult]
    outcomes: dict[str, Estimate]
    cases: dict[str, Estimate]
    occupancy: Estimate
    calls_per_s: float
    left_over: int


def summary(done: list[HouseRun]) -> HouseResult:
    """Means and intervals over the runs."""
    queues = {}
    for name in done[0].queues:
        some = [one.queues[name] for one in done if name in one.queues]
        fields = [field for field in QueueResult.__struct_fields__ if field != "service_level"]
        means = {field: estimate([float(getattr(one, field)) for one in some]) for field in fields}
        queues[name] = QueueResult(service_level=estimate([100 * one.within_goal for one in some]), **means)
    places = sorted({place for one in done for place in one.steps})
    steps = {
        place: StepResult(
            estimate([one.steps[place].came if place in one.steps else 0 for one in done]),
            estimate([one.steps[place].left if place in one.steps else 0 for one in done]),
        )
        for place in places
    }
    busy = [100 * float(np.mean(list(one.occupancy.values()))) if one.occupancy else 0.0 for one in done]
    return HouseResult(
        estimate([one.calls for one in done]),
        queues,
        steps,
        _counted([one.outcomes for one in done]),
        _counted([one.cases for one in done]),
        estimate(busy),
        sum(one.calls_per_s for one in done) / len(done),
        sum(one.left_over for one in done),
    )


def _counted(counts: list[dict[str, int]]) -> dict[str, Estimate]:
    names = sorted({name for one in counts for name in one})
    return {name: estimate([one.get(name, 0) for one in counts]) for name in names}


def of_queues(scenario: Scenario) -> tuple[Dialplan, HouseScenario]:
    """A scenario of the queues alone as a house whose flows only queue. The n-th call of a seed comes, waits and talks
    as in `sim.running.run`, so the two can be held against each other."""
    queues = {}
    for name, queue in scenario.configuration.queues.items():
        wrap_up_s = queue.wrap_up_s if scenario.wrap_up is None else queues_alone.WRITES_LONG_S
        queues[name] = msgspec.structs.replace(queue, wrap_up_s=wrap_up_s, ring_s=max(_RING_S, queue.ring_s))
    configuration = msgspec.structs.replace(scenario.configuration, queues=queues)
    dialplan = only_queues(msgspec.structs.replace(scenario, configuration=configuration))
    answer = scenario.answer or _NOW
    never: Seconds = 0.0
    manner = Manner(Behaviour(ends_talk=never), _NOW, _NOW, _NOW, _NOW)
    groups = tuple(
        Group(name, str(number), (0.0,), (), patience, manner)
        for number, (name, patience) in enumerate(zip(scenario.kinds, scenario.patience, strict=True), 1)
    )
    workers = {
        agent: Worker(
            Agents(shift=scenario.shifts[agent], misses=0.0, rejects=0.0) if agent in scenario.shifts else Agents(),
            answer,
            None,
            _NOW,
            _NOW,
        )
        for agent in configuration.agents
    }
    goals: dict[str, Goal] = {kind.queue: kind.goal for kind in scenario.kinds.values()}
    return dialplan, HouseScenario(
        scenario.name,
        0.0,
        0.0,
        scenario.interval_s,
        scenario.seeds,
        groups,
        {},
        {"default": _NOW},
        {},
        goals,
        workers,
        {},
        (Outside(), _NOW, _NOW),
        arrivals=lambda seed: _same_calls(scenario, seed),
        roster=scenario.roster,
    )


def _same_calls(scenario: Scenario, seed: int) -> list[Arrival]:
    calls = queues_alone.draw(scenario, seed)
    wrap_up = [None] * len(calls.arrivals) if calls.wrap_up is None else calls.wrap_up.tolist()
    columns = zip(
        calls.arrivals.tolist(),
        calls.kinds.tolist(),
        calls.patience.tolist(),
        calls.service.tolist(),
        wrap_up,
        strict=True,
    )
    return [
        Arrival(at, kind, f"+86138{number:08d}", patience_s, talk_s, wrap_up_s)
        for number, (at, kind, patience_s, talk_s, wrap_up_s) in enumerate(columns)
    ]
