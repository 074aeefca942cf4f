"""hotline simulate, tune: virtual time, with the code that serves live calls."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import typer
from rich.progress import Progress

from acd.config import Configuration, Weights
from calls.errors import BadInput
from calls.ids import QueueName
from dsl.records import Problem
from dsl.tree import Node, SourceError, parse
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told
from hotline.site.site import Site
from sim.measure import Estimate
from sim.recorded import Recorded
from sim.running import Result, Run, runs, summary
from sim.scenario import Arrivals, Scenario, Seeds, read_scenario, read_weights

app = typer.Typer(add_completion=False)

SMOKE = """
scenario: smoke
calls: 2000
seeds: {first: 1, count: 2}
kinds:
  loans: {queue: loans, per_hour: 100, service: {exponential: 180}, patience: {exponential: 240}}
  care:
    queue: care
    skills: [care>=2]
    per_hour: 60
    service: {lognormal: 240, sigma: 0.8}
    patience: {exponential: 300}
groups:
  - {count: 5, queues: [loans], skills: {loans: 3}}
  - {count: 5, skills: {loans: 2, care: 3}}
queues:
  loans: {}
  care: {steps: [{after_s: 60, lower: 1}]}
"""
"""A minute of work for `make check`: it shows that core, world and figures go together."""

ScenarioArgument = Annotated[Path | None, typer.Argument(help="The scenario, YAML.", show_default=False)]
PolicyOption = Annotated[Path | None, typer.Option("--policy", help="Weights, in place of the scenario's own.")]
_LEAST_TRIAL = 4
"""Seeds on which `tune` measures what it found, at least."""
SeedsOption = Annotated[int | None, typer.Option("--seeds", min=1, help="How many seeds, in place of the scenario's.")]


@app.command()
def simulate(
    scenario: ScenarioArgument = None,
    json: JsonOption = False,
    policy: PolicyOption = None,
    seeds: SeedsOption = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The first seed, in place of the scenario's.")] = None,
    house: Annotated[
        bool, typer.Option("--house", help="The whole house: flows, callers with keys, queues, callbacks, agents.")
    ] = False,
    site: SiteOption = Path(),
    version: Annotated[
        str | None, typer.Option("--version", help="Of the house: a published version, not the folder as it is now.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="Of the house: write the journal to this new file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw waits and occupancy to this .png, .svg or .html.")
    ] = None,
    smoke: Annotated[
        bool,
        typer.Option("--smoke", help="A small scenario of our own, or the house's; fails if figures do not add up."),
    ] = False,
) -> None:
    """Run a scenario over its seeds; figures come with their 95 % intervals.

    Without --house the queues alone: callers come to them, wait and are answered. It is the faster by far, and right
    for weights, skills, shifts and queue rules. With --house a site's own flows, queues and agents are run, as they
    serve live calls: callers dial, listen, press keys, wait, are called back. It needs no scenario; docs/simulation.md
    has what one can say. With --house and a scenario of queues, the flows do nothing but queue.

    Examples:

      hotline simulate --house

      hotline simulate monday.yaml --house --site /srv/hotline --seeds 4 --plot monday.html

      hotline simulate bench/scenarios/b2.yaml --policy bench/scenarios/b2-goals.yaml

      hotline simulate monday.yaml --json | jq .abandoned
    """
    if house:
        opened = open_site(site)
        with told():
            _simulate_house(scenario, policy, (seed, seeds), opened, version, journal, plot, smoke, json)
        return
    with told():
        if journal is not None or version is not None:
            raise BadInput("--journal and --version are of the whole house: add --house")
        if smoke:
            document = parse(SMOKE, "smoke")
        elif scenario is None:
            raise BadInput("name a scenario file, for instance bench/scenarios/b2.yaml")
        else:
            document = read_yaml(scenario)
        chosen = load(document, None if policy is None else read_yaml(policy), seeds, seed)
        done = run_all(chosen)
        result = summary(chosen, done)
        if smoke:
            check(chosen, done)
        if plot is not None:
            from hotline.cli.plots import draw_runs

            draw_runs(chosen, done, plot)
    if json:
        print_json(as_json(chosen, result))
    else:
        show(chosen, result)


def read_yaml(path: Path) -> Node:
    """A file as a tree that knows its places. Raises BadInput."""
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except SourceError as error:
        raise BadInput(str(error)) from error


def _simulate_house(
    path: Path | None,
    policy: Path | None,
    seeds: tuple[int | None, int | None],
    site: Site,
    version: str | None,
    journal: Path | None,
    plot: Path | None,
    smoke: bool,
    json: bool,
) -> None:
    """`simulate --house`. Loaded here: it takes what compiles flows."""
    from hotline.cli import house
    from hotline.replay.simulated import site_dialplan
    from sim.house.running import of_queues
    from sim.house.running import summary as house_summary

    document = None if path is None else read_yaml(path)
    warm_up_calls = 0
    if document is not None and "kinds" in document.items:
        queues = load(document, None if policy is None else read_yaml(policy), seeds[1], seeds[0])
        dialplan, chosen = of_queues(queues)
        warm_up_calls = queues.warm_up_calls
    else:
        dialplan, cases = site_dialplan(site, version)
        if policy is not None:
            dialplan = replace(dialplan, configuration=with_weights(policy, dialplan.configuration))
        chosen = house.with_seeds(house.house_scenario(document, dialplan, cases, site), *seeds)
    done = house.run_house(dialplan, chosen, journal, warm_up_calls)
    if smoke:
        house.check_house(dialplan, chosen, done)
    result = house_summary(done)
    if plot is not None:
        from hotline.cli.plots import draw_house

        draw_house(chosen.name, chosen.goals, done, plot)
    if json:
        print_json(house.house_as_json(chosen, dialplan, result))
    else:
        house.show_house(chosen, result)


def with_weights(policy: Path, configuration: Configuration) -> Configuration:
    """The same queues and agents under a policy file's weights. Raises BadInput, with the place of what is wrong."""
    document = read_yaml(policy)
    plain = document.plain()
    if not isinstance(plain, dict):
        raise BadInput(f"{document.mark}: a policy is a mapping of settings")
    weights, problems = read_weights(plain, configuration.queues)
    if problems:
        raise BadInput("\n".join(placed(one, document) for one in problems))
    return msgspec.structs.replace(configuration, weights=weights)


def load(document: Node, policy: Node | None = None, seeds: int | None = None, seed: int | None = None) -> Scenario:
    """A scenario, whole and right, or BadInput with each problem at its file:line:column."""
    plain = document.plain()
    if not isinstance(plain, dict):
        raise BadInput(f"{document.mark}: a scenario is a mapping of settings")
    if policy is not None:
        plain["policy"] = policy.plain()
    if seeds is not None and isinstance(plain.setdefault("seeds", {}), dict):
        plain["seeds"]["count"] = seeds
    if seed is not None and isinstance(plain.setdefault("seeds", {}), dict):
        plain["seeds"]["first"] = seed
    scenario, problems = read_scenario(plain)
    if scenario is None:
        raise BadInput("\n".join(dict.fromkeys(placed(problem, document, policy) for problem in problems)))
    if scenario.arrivals is None:
        return scenario
    return msgspec.structs.replace(scenario, recorded=arrivals(scenario, scenario.arrivals, document))


def arrivals(scenario: Scenario, wanted: Arrivals, document: Node) -> Recorded:
    """The calls of a log (the format is told in `hotline.learning.calllog`) that came to a queue. Raises BadInput."""
    from hotline.learning import calllog

    node = document.find(("arrivals", "log"))
    path = Path(node.mark.file).parent / wanted.log
    log = calllog.read([path])
    first_s, last_s = 0.0, float("inf")
    if wanted.date:
        try:
            day = date.fromisoformat(wanted.date)
        except ValueError as error:
            raise BadInput(f"{document.find(('arrivals', 'date')).mark}: {wanted.date} is no date: {error}") from error
        first_s = (day - log.origin.date()).days * 86400.0
        last_s = first_s + 86400.0
    chosen = [call for call in log.calls if call.queued_at is not None and first_s <= call.queued_at < last_s]
    if not chosen:
        raise BadInput(f"{node.mark}: nobody waited in {path} on {wanted.date or 'any day'}")
    numbers = {name: number for number, name in enumerate(scenario.kinds)}
    unknown = sorted({call.kind for call in chosen} - set(numbers))
    if unknown:
        raise BadInput(f"{node.mark}: the log has kinds that the scenario does not: {', '.join(unknown)}")
    chosen.sort(key=lambda call: call.queued_at or 0.0)
    return Recorded(
        np.array([(call.queued_at or 0.0) - first_s for call in chosen]),
        np.array([numbers[call.kind] for call in chosen], dtype=np.int64),
    )


def placed(problem: Problem, document: Node, policy: Node | None = None) -> str:
    """The problem with its file:line:column and the nearest right word; `policy` is where a path from there leads."""
    if policy is not None and problem.path[:1] == ("policy",):
        node = policy.find(problem.path[1:])
    else:
        node = document.find(problem.path)
    hint = f"; did you mean `{problem.suggestion}`?" if problem.suggestion else ""
    return f"{node.key_mark or node.mark}: {problem.message}{hint}"


def run_all(scenario: Scenario, watch: Callable[[int, int], None] | None = None) -> list[Run]:
    """Every seed, with a bar on a terminal. `watch` is told after each, how many are done of how many."""
    done: list[Run] = []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(scenario.name, total=scenario.seeds.count)
        for one in runs(scenario):
            done.append(one)
            bar.advance(task)
            if watch is not None:
                watch(len(done), scenario.seeds.count)
    return done


def check(scenario: Scenario, done: list[Run]) -> None:
    """What must hold of any run: every call has one end, and the same seed gives the same figures. Raises BadInput."""
    for one in done:
        for name, figures in {**one.kinds, "all": one.everybody}.items():
            ends = figures.answered + figures.abandoned + figures.released
            if ends != figures.offered or not figures.answered:
                raise BadInput(f"seed {one.seed}, {name}: {figures.offered} calls came, {ends} ended")
    again = next(runs(scenario))
    if again.everybody != done[0].everybody:
        raise BadInput(f"seed {again.seed}: two runs differ")


def as_json(scenario: Scenario, result: Result) -> dict[str, Any]:
    """The result, each estimate as mean and half-width."""
    plain: dict[str, Any] = msgspec.to_builtins(result)
    return {"scenario": scenario.name, "seeds": msgspec.to_builtins(scenario.seeds), **_named(plain)}


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _named(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple) and len(value) == 2:
        return {"mean": value[0], "half": value[1] if value[1] == value[1] else None}
    return value


def show(scenario: Scenario, result: Result) -> None:
    """The result, for people."""
    rows = [
        [
            name,
            f"{kind.goal.percent:g} % in {kind.goal.within_s:g} s",
            f"{_text(result.service_level[name])} %",
            f"{_text(result.wait_mean_s[name])} s",
        ]
        for name, kind in scenario.kinds.items()
    ]
    print_table(["kind", "goal", "within goal", "mean wait"], rows, "no kinds")
    out.print(f"abandoned {_text(result.abandoned)} %, turned away {_text(result.released)} %")
    out.print(f"occupancy {_text(result.occupancy)} %, spread among agents {_text(result.occupancy_spread)} points")
    out.print(f"score {_text(result.score)}; {result.calls_per_s:,.0f} calls/s, {scenario.seeds.count} seeds")


def _text(estimate: Estimate) -> str:
    return f"{estimate.mean:.2f} ± {estimate.half:.2f}" if estimate.half == estimate.half else f"{estimate.mean:.2f}"


@app.command()
def tune(
    scenario: Annotated[Path, typer.Argument(help="The scenario, YAML.", show_default=False)],
    to: Annotated[Path, typer.Option("--to", help="Where the policy file is written.")] = Path("policy.yaml"),
    abandoned_at_most: Annotated[float, typer.Option(help="Percent of callers who may give up.")] = 100.0,
    spread: Annotated[float, typer.Option(help="Points of score for a point of spread in occupancy.")] = 0.0,
    generations: Annotated[int, typer.Option(min=1, help="16 candidates each.")] = 20,
    calls: Annotated[int | None, typer.Option(min=100, help="Calls a run, if not the scenario's.")] = None,
    seeds: SeedsOption = 2,
    seed: Annotated[int, typer.Option(help="Of the search, and the first of its simulations.")] = 100,
    json: JsonOption = False,
) -> None:
    """Search the weights that come nearest to the scenario's goals, and write them as a policy file.

    What is printed of them is measured on seeds that the search has not seen, as many as it used but at least four.

    Examples:

      hotline tune bench/scenarios/b2.yaml --abandoned-at-most 5.5 --to b2-goals.yaml

      hotline tune monday.yaml --json | jq .value
    """
    from sim.tuning import CANDIDATES, Objective, Step, trial, written
    from sim.tuning import tune as search

    with told():
        if not to.parent.is_dir() or to.is_dir():
            raise BadInput(f"{to}: not a file in a folder that is there; nothing was searched")
        chosen = load(read_yaml(scenario), None, seeds)
        if calls is not None and chosen.calls:
            chosen = msgspec.structs.replace(chosen, calls=calls, warm_up_calls=0)
        chosen = msgspec.structs.replace(chosen, seeds=msgspec.structs.replace(chosen.seeds, first=seed))
        wanted = Objective(abandoned_at_most, spread)
        step: Step | None = None
        with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("search", total=generations * CANDIDATES)
            try:
                for step in search(chosen, wanted, generations, seed, lambda: bar.advance(task)):
                    bar.update(task, description=f"search, best candidate {step.best:.2f}")
            except KeyboardInterrupt:
                if step is None:
                    raise
                err.print(f"stopped after generation {step.generation} of {generations}", style="yellow")
        assert step is not None  # there is at least one generation
        weights = written(step.weights)
        name = f"scenario {chosen.name}, at most {abandoned_at_most:g} % abandoned"
        to.write_text(policy_file(weights, f"{name}, not measured"), encoding="utf-8")  # what was found is not lost now
        unseen = Seeds(seed + chosen.seeds.count, max(_LEAST_TRIAL, chosen.seeds.count))
        with err.status(f"{unseen.count} seeds that the search has not seen"):
            result = trial(chosen, weights, unseen)
        told_of = (
            f"value {wanted.value(result):.2f} (score {_text(result.score)}, abandoned {_text(result.abandoned)} %) on "
            f"seeds {unseen.first} to {unseen.first + unseen.count - 1}, which the search has not seen"
        )
        to.write_text(policy_file(weights, f"{name}, {told_of}"), encoding="utf-8")
    if json:
        found = {"policy": str(to), "value": wanted.value(result), "queues": msgspec.to_builtins(weights)}
        print_json({**found, "measured": as_json(msgspec.structs.replace(chosen, seeds=unseen), result)})
    else:
        out.print(f"{to}: {told_of}")


def policy_file(weights: dict[QueueName, Weights], about: str) -> str:
    """Weights as YAML, four figures each."""
    lines = ["policy: weighted", f"about: {about}", "queues:"]
    for queue, one in weights.items():
        numbers = ", ".join(f"{name}: {value:.4g}" for name, value in msgspec.to_builtins(one).items())
        lines.append(f"  {queue}: {{{numbers}}}")
    return "\n".join(lines) + "\n"
