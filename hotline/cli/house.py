"""hotline simulate --house: the site's flows, queues and agents with simulated callers; what is printed of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from rich.progress import Progress

from calls.errors import BadInput
from dsl.tree import Mark, Node
from hotline.cli.common import err, out, print_table
from hotline.replay import simulated
from hotline.site.site import Site
from ivr.compiler.test_cases import TestCase
from sim.house.dialplan import Dialplan
from sim.house.reading import read_house
from sim.house.running import HouseResult, draw, run
from sim.house.scenario import HouseScenario
from sim.house.tally import HouseRun
from sim.measure import Estimate
from sim.scenario import Seeds

_TELL_EVERY = 100


def house_scenario(document: Node | None, dialplan: Dialplan, cases: Sequence[TestCase], site: Site) -> HouseScenario:
    """The scenario of a file, or the one that there is without a file. Raises BadInput with each problem's place."""
    plain: Any = document.plain() if document is not None else {"scenario": site.folder.name}
    if not isinstance(plain, dict):
        raise BadInput(f"{document.mark if document is not None else ''}: a scenario is a mapping of settings")
    scenario, problems = read_house(plain, dialplan, lambda text: simulated.begins(dialplan.program, text), cases)
    if scenario is not None:
        return scenario
    here = document or Node({}, Mark(site.folder.name, 1, 1))
    lines = []
    for problem in problems:
        node = here.find(problem.path)
        hint = f"; did you mean `{problem.suggestion}`?" if problem.suggestion else ""
        lines.append(f"{node.key_mark or node.mark}: {problem.message}{hint}")
    raise BadInput("\n".join(dict.fromkeys(lines)))


def with_seeds(scenario: HouseScenario, first: int | None, count: int | None) -> HouseScenario:
    """The same with other seeds where they are given."""
    seeds = Seeds(scenario.seeds.first if first is None else first, scenario.seeds.count if count is None else count)
    return replace(scenario, seeds=seeds)


def run_house(
    dialplan: Dialplan,
    scenario: HouseScenario,
    journal: Path | None = None,
    warm_up_calls: int = 0,
    label: str = "",
    watch: Callable[[int, int], None] | None = None,
) -> list[HouseRun]:
    """Every seed, with a bar on a terminal; `watch` is told how many calls have come of how many. Raises BadInput for a
    journal of more than one seed."""
    seeds = range(scenario.seeds.first, scenario.seeds.first + scenario.seeds.count)
    if journal is not None and len(seeds) > 1:
        raise BadInput("a journal is of one day: --journal goes with --seeds 1")
    total = sum(len(draw(scenario, seed)) for seed in seeds)
    done: list[HouseRun] = []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(label or scenario.name, total=total)
        before = 0
        for seed in seeds:

            def told(come: int, before: int = before) -> None:
                if come % _TELL_EVERY == 0:
                    bar.update(task, completed=before + come)
                    if watch is not None:
                        watch(before + come, total)

            with simulated.journal_to(journal) as note:
                done.append(run(dialplan, scenario, seed, note, told, warm_up_calls))
            before += done[-1].calls
    return done


def check_house(dialplan: Dialplan, scenario: HouseScenario, done: list[HouseRun]) -> None:
    """Everybody's call has ended, and the same seed gives the same figures, or BadInput is raised."""
    for one in done:
        ends = sum(one.outcomes.values())
        if one.left_over or not ends or ends != len(draw(scenario, one.seed)):
            raise BadInput(f"seed {one.seed}: {len(draw(scenario, one.seed))} calls came, {ends} ended")
    again = run(dialplan, scenario, done[0].seed)
    if (again.outcomes, again.steps) != (done[0].outcomes, done[0].steps):
        raise BadInput(f"seed {again.seed}: two runs differ")


def house_as_json(scenario: HouseScenario, dialplan: Dialplan, result: HouseResult) -> dict[str, Any]:
    """The result, each estimate as mean and half-width."""
    return {
        "scenario": scenario.name,
        "version": dialplan.version,
        "seeds": msgspec.to_builtins(scenario.seeds),
        **{name: _plain(getattr(result, name)) for name in HouseResult.__struct_fields__},
        "assumed": list(scenario.assumed),
    }


def _plain(value: Any) -> Any:
    match value:
        case Estimate(mean, half):
            return {"mean": _known(mean), "half": _known(half)}
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case msgspec.Struct():
            return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        case float():
            return _known(value)
        case _:
            return value


def _known(value: float) -> float | None:
    return value if value == value else None


def show_house(scenario: HouseScenario, result: HouseResult) -> None:
    """The result, for people."""
    rows = []
    for name, one in result.queues.items():
        goal = scenario.goals[name]
        rows.append(
            [
                name,
                _count(one.offered),
                _count(one.answered),
                _count(one.abandoned),
                f"{_text(one.service_level)} % in {goal.within_s:g} s",
                f"{_text(one.wait_mean_s)} s",
                f"{_text(one.wait_p50_s)} s",
                f"{_text(one.wait_p90_s)} s",
                f"{_count(one.callbacks_booked)}, {_count(one.callbacks_reached)}, {_count(one.callbacks_expired)}",
            ]
        )
    columns = ["queue", "offered", "answered", "abandoned", "service level", "mean wait", "median", "90 %"]
    print_table([*columns, "callbacks: booked, reached, given up"], rows, "no queues")
    if result.steps:
        out.print()
        steps = [[place, _count(step.came), _count(step.left)] for place, step in result.steps.items()]
        print_table(["step", "came", "hung up there"], steps, "no steps")
    out.print()
    out.print("calls: " + ", ".join(f"{_count(count)} {name}" for name, count in result.outcomes.items()))
    if result.cases:
        out.print("cases opened: " + ", ".join(f"{_count(count)} {name}" for name, count in result.cases.items()))
    out.print(f"occupancy {_text(result.occupancy)} %; {result.calls_per_s:,.0f} calls/s, {scenario.seeds.count} seeds")
    if result.left_over:
        out.print(f"{result.left_over} calls did not end within a day of the last one", style="yellow")
    for line in scenario.assumed:
        out.print(f"- {line}", style="dim")


def _text(one: Estimate) -> str:
    if one.mean != one.mean:
        return "–"
    return f"{one.mean:.1f} ± {one.half:.1f}" if one.half == one.half else f"{one.mean:.1f}"


def _count(one: Estimate) -> str:
    return f"{one.mean:.0f}" if one.half != one.half or one.half < 0.5 else f"{one.mean:.0f} ± {one.half:.0f}"
