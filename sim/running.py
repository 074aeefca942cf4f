"""Runs of a scenario: draw the calls of a seed, put the core into its world, measure."""

import math
from collections.abc import Callable, Iterator
from time import process_time

import msgspec
import numpy as np

from acd.commands import AcdCommand
from acd.core import Acd
from acd.events import AcdEvent, AgentSignedIn, AgentSignedOut, CallQueued, Configured
from acd.policies import Policy
from calls.ids import AgentId, AttemptId, CallId, Instant
from sim.chance import Distribution, Draws, Streams, poisson_by_interval, poisson_times
from sim.driver import Driver
from sim.measure import Estimate, Figures, estimate, figures
from sim.scenario import Scenario, rates
from sim.world import Calls, Centre


class Run(msgspec.Struct):
    """One seed. `occupancy` by agent, share of the time present; `calls_per_s` of processor time, drawing left out."""

    seed: int
    kinds: dict[str, Figures]
    everybody: Figures
    occupancy: dict[AgentId, float]
    span_s: Instant
    calls_per_s: float
    waits: Draws
    """The wait of every call counted, NaN for those never answered, in the order of arrival."""
    kind_of: np.ndarray
    """The number of the kind of the same calls."""


def draw(scenario: Scenario, seed: int) -> Calls:
    """The calls of this seed."""
    streams = Streams(seed)
    table, intervals = rates(scenario)
    recorded = scenario.recorded
    if recorded is not None:
        arrivals, kinds = recorded.arrivals, recorded.kinds
    elif scenario.calls:
        per_s = float(table[:, 0].sum()) / 3600
        arrivals = poisson_times(streams.of("arrivals"), scenario.calls, per_s)
        shares = table[:, 0] / table[:, 0].sum()
        kinds = streams.of("kinds").choice(len(shares), scenario.calls, p=shares)
    else:
        edges = np.array([scenario.interval_s * number for number in range(intervals + 1)], dtype=np.float64)
        by_kind = [
            poisson_by_interval(streams.of(f"arrivals of {name}"), edges, row)
            for name, row in zip(scenario.kinds, table, strict=True)
        ]
        arrivals = np.concatenate(by_kind)
        kinds = np.repeat(np.arange(len(by_kind)), [len(times) for times in by_kind])
        order = np.argsort(arrivals, kind="stable")
        arrivals, kinds = arrivals[order], kinds[order]
    wrap_up = None if scenario.wrap_up is None else _by_kind(streams, "wrap-up", scenario.wrap_up, kinds)
    answer = None if scenario.answer is None else scenario.answer.draw(streams.of("answer"), max(1, len(arrivals)))
    patience = _by_kind(streams, "patience", scenario.patience, kinds)
    service = _by_kind(streams, "service", scenario.service, kinds)
    if recorded is not None:
        patience, service = recorded.patience_over(patience), recorded.service_over(service)
    return Calls(
        arrivals,
        kinds,
        patience,
        service,
        wrap_up,
        answer,
    )


def _by_kind(streams: Streams, purpose: str, distributions: tuple[Distribution, ...], kinds: np.ndarray) -> Draws:
    durations = np.empty(len(kinds))
    for number, distribution in enumerate(distributions):
        chosen = kinds == number
        durations[chosen] = distribution.draw(streams.of(f"{purpose} {number}"), int(chosen.sum()))
    return durations


def roster(scenario: Scenario) -> list[tuple[Instant, AcdEvent]]:
    """The events of agents who come and go, with their instants."""
    if scenario.roster is not None:
        return list(scenario.roster)
    events: list[tuple[Instant, AcdEvent]] = []
    for agent, shift in scenario.shifts.items():
        events.append((shift.from_s, AgentSignedIn(agent)))
        if math.isfinite(shift.to_s):
            events.append((shift.to_s, AgentSignedOut(agent)))
    return events


WRITES_LONG_S = 1e6
"""Wrap-up by the core's own clock where the world ends it: later than the world ever does."""


def run(scenario: Scenario, seed: int, policy: Policy | None = None) -> Run:
    """One seed from first to last call. `policy` in place of the scenario's own."""
    calls = draw(scenario, seed)
    entries = [
        CallQueued(
            CallId(""), AttemptId(""), kind.queue, kind.skills, kind.class_, kind.language, priority=kind.priority
        )
        for kind in scenario.kinds.values()
    ]
    configuration = scenario.configuration
    if scenario.wrap_up is not None:
        queues = {
            name: msgspec.structs.replace(queue, wrap_up_s=WRITES_LONG_S)
            for name, queue in configuration.queues.items()
        }
        configuration = msgspec.structs.replace(configuration, queues=queues)
    events = [(0.0, Configured(scenario.name)), *roster(scenario)]
    centre = Centre(calls, entries, events)
    core = Acd(lambda version: configuration, policy, announce=False)
    driver = Driver[AcdEvent, AcdCommand](core, centre)
    began = process_time()
    driver.run()
    took_s = process_time() - began
    drop = scenario.warm_up_calls
    goals = [kind.goal.within_s for kind in scenario.kinds.values()]
    kinds = {name: figures(centre, calls, number, goals, drop) for number, name in enumerate(scenario.kinds)}
    everybody = figures(centre, calls, None, goals, drop)
    span_s = driver.now
    return Run(
        seed,
        kinds,
        everybody,
        {
            agent: core.agents.by_id[agent].busy_s / max(1.0, min(shift.to_s, span_s) - shift.from_s)
            for agent, shift in scenario.shifts.items()
        },
        span_s,
        len(calls.arrivals) / took_s,
        (np.asarray(centre.answered_at) - calls.arrivals)[drop:],
        calls.kinds[drop:],
    )


def runs(scenario: Scenario, policy: Callable[[], Policy] | None = None) -> Iterator[Run]:
    """All seeds, one after the other."""
    for seed in range(scenario.seeds.first, scenario.seeds.first + scenario.seeds.count):
        yield run(scenario, seed, None if policy is None else policy())


class Result(msgspec.Struct):
    """The result of all seeds. Shares in percent, with their 95 % intervals."""

    service_level: dict[str, Estimate]
    wait_mean_s: dict[str, Estimate]
    abandoned: Estimate
    released: Estimate
    occupancy: Estimate
    occupancy_spread: Estimate
    score: Estimate
    calls_per_s: float


def summary(scenario: Scenario, done: list[Run]) -> Result:
    """Means and intervals over the runs. `score` is Σ max(0, goal − service level)² + 2 × abandonment, in points."""
    return Result(
        {name: estimate([100 * one.kinds[name].within_goal for one in done]) for name in scenario.kinds},
        {name: estimate([one.kinds[name].wait_mean_s for one in done]) for name in scenario.kinds},
        estimate([_percent(one.everybody.abandoned, one.everybody.offered) for one in done]),
        estimate([_percent(one.everybody.released, one.everybody.offered) for one in done]),
        estimate([100 * float(np.mean(list(one.occupancy.values()))) for one in done]),
        estimate([100 * float(np.std(list(one.occupancy.values()))) for one in done]),
        estimate([score(scenario, one) for one in done]),
        sum(one.calls_per_s for one in done) / len(done),
    )


def score(scenario: Scenario, one: Run) -> float:
    """The distance of one run from the goals, in points."""
    misses = (
        max(0.0, kind.goal.percent - 100 * one.kinds[name].within_goal) ** 2 for name, kind in scenario.kinds.items()
    )
    return sum(misses) + 2 * _percent(one.everybody.abandoned, one.everybody.offered)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
