"""How well and how fast callers and agents are matched: scenario B2, Wallace & Whitt's cells, one decision, simulation.

All by the core that serves live calls. Simulation speed is in calls a second of processor time.
"""

from pathlib import Path

from bench import bare_loop, decisions, wallace_whitt
from bench.catalogue import Options
from bench.machine import facts
from bench.report import Figure, Report, at_least, at_most, told
from calls.errors import BadInput
from dsl.tree import parse
from sim.running import Result, draw, runs, summary
from sim.scenario import Scenario, read_scenario

SEEDS = 8
"""Runs of a cell of Wallace & Whitt, from seed 1. An interval from four is itself chance: those of the first four seeds
spread a quarter as far in calls blocked, first come first served, as sixteen do. With more the bench takes too long."""
FOLDER = Path(__file__).parent / "scenarios"


def b2(policy: str | None = None, calls: int | None = None, seeds: int | None = None) -> Scenario:
    """Scenario B2 with a policy of its folder. Raises BadInput."""
    document = parse((FOLDER / "b2.yaml").read_text(), "b2.yaml").plain()
    if policy is not None:
        document["policy"] = parse((FOLDER / f"{policy}.yaml").read_text(), f"{policy}.yaml").plain()
    if calls is not None:
        document["calls"] = calls
    if seeds is not None:
        document["seeds"]["count"] = seeds
    scenario, problems = read_scenario(document)
    if scenario is None:
        raise BadInput("; ".join(problem.message for problem in problems))
    return scenario


def run(options: Options) -> Report:
    """All figures; some minutes, of which Wallace & Whitt's cells take nearly all."""
    figures = [*_quality(options), *_decision(options), *_speed(options), *_cells(options)]
    return Report("routing", facts(), figures)


def _quality(options: Options) -> list[Figure]:
    calls, seeds = (6000, 2) if options.quick else (60_000, 8)

    def result(policy: str | None) -> Result:
        options.progress(f"scenario B2, {policy or 'first come'}: {seeds} runs of {calls:,} calls")
        scenario = b2(policy, calls, seeds)
        return summary(scenario, list(runs(scenario)))

    goals, patient, first_come = result("b2-goals"), result("b2-patient"), result(None)
    return [
        at_most("B2 score", goals.score.mean, "points", 14, first_come.score.mean),
        at_most("B2 abandonment", goals.abandoned.mean, "%", 5.5, first_come.abandoned.mean),
        at_most("B2 score at 4.8 % abandonment", patient.score.mean, "points", 75, first_come.score.mean),
        at_most("B2 abandonment at 4.8 %", patient.abandoned.mean, "%", 4.8, first_come.abandoned.mean),
        told("B2 score, half of its 95 % interval", goals.score.half, "points"),
    ]


def _decision(options: Options) -> list[Figure]:
    agents, count = (1000, 2000) if options.quick else (5000, 20_000)
    options.progress("decisions")
    times = decisions.measure(agents, agents, count)
    by_size = {size: decisions.scaling(size) for size in ((500, 1_000) if options.quick else (500, 5_000, 50_000))}
    smallest = by_size[500].median
    return [
        at_most("decision median", times.median, "µs", 50),
        at_most("decision p99", times.p99, "µs", 500),
        told("agents eligible for a caller", times.eligible, "agents"),
        *(
            told(f"decision median, {size:,} agents, 150 of them eligible", times.median, "µs", smallest)
            for size, times in by_size.items()
        ),
    ]


def _speed(options: Options) -> list[Figure]:
    options.progress("speed of the simulation")
    scenario = b2(None, 6000 if options.quick else 60_000, 3)
    serves = [
        tuple(number for number, kind in enumerate(scenario.kinds.values()) if kind.queue in (agent.queues or ()))
        for agent in scenario.configuration.agents.values()
    ]
    bare = max(bare_loop.calls_per_s(draw(scenario, seed), serves) for seed in (1, 2, 3))
    ours = max(one.calls_per_s for one in runs(scenario))
    weighted = max(one.calls_per_s for one in runs(b2("b2-goals", scenario.calls, 3)))
    return [
        at_least("simulated calls per second", ours, "calls/s", 60_000, bare),
        told("simulated calls per second, weighted policy", weighted, "calls/s", bare),
    ]


def _cells(options: Options) -> list[Figure]:
    calls, seeds, warm_up = (20_000, 2, 2000) if options.quick else (400_000, SEEDS, 20_000)
    figures = []
    for cell in wallace_whitt.CELLS:
        options.progress(f"{cell.name}: {seeds} runs of {calls:,} calls")
        outcome = wallace_whitt.simulate(cell, calls, range(1, 1 + seeds), warm_up)
        figures += [
            at_most(cell.name, outcome.distance(cell), "of the 95 % interval", 1.0),
            told(f"{cell.name}: blocked", outcome.blocked.mean, "%", cell.blocked),
            told(f"{cell.name}: wait", outcome.wait_s.mean, "s", cell.wait_s),
            told(f"{cell.name}: within 30 s", outcome.within.mean, "%", cell.within),
        ]
    return figures
