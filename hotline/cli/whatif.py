"""hotline whatif: a real day lived again under another policy, or with other flows, queues and agents."""

import sys
from collections.abc import Callable
from datetime import date as Date
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
import typer
from rich.progress import Progress

from acd.config import Configuration
from calls.errors import BadInput
from calls.ids import CallId
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told
from hotline.cli.house import house_as_json, run_house
from hotline.cli.simulate import as_json, run_all, with_weights
from hotline.replay import day as yesterday
from hotline.replay.curves import EDGES_S, reached
from hotline.replay.house_day import People, house_scenario
from hotline.replay.simulated import dialplan_of, site_dialplan
from hotline.versions.store import Versions
from sim.chance import Draws
from sim.house.dialplan import Dialplan, differences
from sim.house.running import summary as house_summary
from sim.running import Result, summary
from sim.scenario import Goal, Scenario, Seeds

app = typer.Typer(add_completion=False)

ASSUMPTIONS = (
    "Calls come as they came, ask for what they asked for, and talk as long as they talked.",
    "Who was answered by nobody talks as long as somebody of the same kind did.",
    "Who gave up does so after as long; who was answered would have waited on, by the kind's mean patience.",
    "Agents are there from sign-in to sign-out or pause, whatever the policy; those unpublished since are not.",
    "Phones ring, and the whisper lasts, as long as they did that day; wrap-up lasts as queues.yaml says.",
    "Callers who had not left by midnight, and those who were there before it, are left out.",
)
HOUSE_ASSUMPTIONS = (
    "Calls come as they came, to the numbers that were dialled, and talk as long as they talked.",
    "Callers press in each step what they pressed there that day; in a new step they look for what they came to.",
    "Services answer as they did; one that was not asked that day cannot be reached.",
    "Who gave up does so after as long; who was answered would have waited on, by the queue's mean patience.",
    "Callbacks and messages are taken, and called back callers pick up, as often as that day.",
    "Prompts last as long as their words take to say. Waits are of those answered on the line, not called back.",
    "Agents are there from sign-in to sign-out or pause; phones ring, and are missed, as they were that day.",
    "Callers who had not left by midnight, and those who were there before it, are left out.",
)


_Step: TypeAlias = Callable[[str, int, int], None]
"""Is told how far a step is, by its name: so much done of so much."""


class _Row(NamedTuple):
    """One line of the table: percent of all arrivals answered in time, seconds, percent."""

    name: str
    within_goal: float
    wait_mean_s: float
    abandoned: float

    def shown(self) -> list[str]:
        return [self.name, f"{self.within_goal:.1f} %", f"{self.wait_mean_s:.1f} s", f"{self.abandoned:.1f} %"]


class _Tried(NamedTuple):
    """Figures of what was tried: rows by name, waits by name for the picture, and all of it for machines."""

    rows: list["_Row"]
    waits: dict[str, Draws]
    plain: dict[str, Any]
    assumptions: tuple[str, ...]


@app.command()
def whatif(
    date: Annotated[str, typer.Argument(help="The day, local time: 2026-11-20.", show_default=False)],
    policy: Annotated[Path | None, typer.Option("--policy", help="The weights to try.", show_default=False)] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="The published version to try.", show_default=False)
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Try the folder as it is now, unpublished.")] = False,
    site: SiteOption = Path(),
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Draws of what the day does not tell.")] = 8,
    percent: Annotated[float, typer.Option(help="The goal: so many percent of all arrivals …")] = 80.0,
    within_s: Annotated[float, typer.Option(help="… answered within so many seconds.")] = 20.0,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the waits of all three to .png, .svg, .html.")
    ] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Tell each step on standard error, a line of JSON each.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Live a real day again, from the journal: as the rules of that day have it, and with something changed.

    The first is to be held against what really happened: as far as they differ, so far the simulation is not the day.

    What is tried is a policy's weights, another version, or the folder as it is now. Where only weights, queue rules or
    agents differ, the queues alone are run: callers come to them as they came, which is faster and assumes less. Where
    flows, prompts, numbers, hours, announcements, callbacks or offers differ, the whole house is run: callers dial and
    press the keys that they pressed. The output says which, and why.

    Examples:

      hotline whatif 2026-11-20 --policy policy.yaml --site /srv/hotline

      hotline whatif 2026-11-20 --draft

      hotline whatif 2026-11-20 --version 0012-3f9a21bc --json
    """
    house = open_site(site)
    step = _telling() if steps else _untold
    with told():
        if (policy is not None) + (version is not None) + draft != 1:
            raise BadInput("say what to try: --policy FILE, --version ID, or --draft")
        people = People()
        called_back: frozenset[CallId] = frozenset()
        with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("journal")

            def read(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)
                step("journal", done, total)

            day = yesterday.read(
                house,
                *_bounds(date, house.zone),
                read,
                people.watch,
            )
        before = dialplan_of(Versions(house.versions), day.version)
        if policy is not None:
            configuration = with_weights(policy, before.configuration)
            why = "The queues alone were run: a policy changes nothing else."
            changed = (before.configuration, configuration)
            tried = _queues_alone(day, changed, "with the policy", seeds, percent, within_s, step)
        else:
            after, _ = site_dialplan(house, version)
            differ = differences(before, after)
            name = "with the folder's files" if draft else f"with version {version}"
            if not any(differ):
                raise BadInput(f"nothing to try: {after.version} differs in nothing from that day's {day.version}")
            if differ.of_house:
                why = (
                    f"The whole house was run: {', '.join(differ.of_house)} differ, which the queues alone do not show."
                )
                called_back = frozenset(people.callbacks)
                tried = _whole_house(day, people, (before, after), name, seeds, percent, within_s, step)
            else:
                why = f"The queues alone were run: only {' and '.join(differ.of_queues)} differ."
                changed = (before.configuration, after.configuration)
                tried = _queues_alone(day, changed, name, seeds, percent, within_s, step)
        real = _real(day, within_s, called_back)
        waits = {"what happened": day.waits(), **tried.waits}
        if plot is not None:
            from hotline.cli.plots import draw_days

            draw_days(waits, (within_s, percent), f"{house.folder.name}, {date}", plot)
    happened = _Row("what happened", real["within_goal"], real["wait_mean_s"], real["abandoned"])
    if json:
        print_json(
            {
                "date": date,
                "version": day.version,
                "run": why,
                "real": real,
                **tried.plain,
                "table": [row._asdict() for row in (happened, *tried.rows)],
                "edges_s": EDGES_S.tolist(),
                "curves": {name: reached(taken) for name, taken in waits.items()},
                "assumptions": tried.assumptions,
            }
        )
        return
    rows = [row.shown() for row in (happened, *tried.rows)]
    print_table(["", f"within {within_s:g} s", "mean wait", "abandoned"], rows, "nothing")
    out.print(why)
    out.print(f"{real['calls']} calls of version {day.version}, {seeds} seeds. Assumed:", style="dim")
    for line in tried.assumptions:
        out.print(f"- {line}", style="dim")


def _telling() -> _Step:
    """Tells of each percent of a step once."""
    told_last: tuple[str, int] = ("", 0)

    def step(name: str, done: int, of: int) -> None:
        nonlocal told_last
        percent = 100 * done // max(1, of)
        if (name, percent) != told_last:
            told_last = (name, percent)
            sys.stderr.write(msgspec.json.encode({"step": name, "percent": percent}).decode() + "\n")
            sys.stderr.flush()

    return step


def _untold(name: str, done: int, of: int) -> None:
    """Nobody has asked for it."""


def _queues_alone(
    day: yesterday.Day,
    configurations: tuple[Configuration, Configuration],
    name: str,
    seeds: int,
    percent: float,
    within_s: float,
    step: _Step,
) -> _Tried:
    scenarios = {
        label: yesterday.scenario(day, configuration, Seeds(1, seeds), Goal(percent, within_s))
        for label, configuration in zip(("simulated", name), configurations, strict=True)
    }
    done = {label: run_all(one, partial(step, label)) for label, one in scenarios.items()}
    results = {label: summary(scenarios[label], runs) for label, runs in done.items()}
    return _Tried(
        [_Row(label, *_figures(scenarios[label], result)) for label, result in results.items()],
        {label: np.concatenate([one.waits for one in runs]) for label, runs in done.items()},
        {label: as_json(scenarios[label], result) for label, result in results.items()},
        ASSUMPTIONS,
    )


def _whole_house(
    day: yesterday.Day,
    people: People,
    dialplans: tuple[Dialplan, Dialplan],
    name: str,
    seeds: int,
    percent: float,
    within_s: float,
    step: _Step,
) -> _Tried:
    tried = _Tried([], {}, {}, HOUSE_ASSUMPTIONS)
    for label, dialplan in zip(("simulated", name), dialplans, strict=True):
        scenario = house_scenario(day, people, dialplan, Seeds(1, seeds), Goal(percent, within_s))
        runs = run_house(dialplan, scenario, label=label, watch=partial(step, label))
        waits = np.concatenate([wait for one in runs for wait in one.waits.values()])
        queues = [queue for one in runs for queue in one.queues.values()]
        offered = max(1, sum(queue.offered for queue in queues))
        taken = waits[~np.isnan(waits)]
        level = 100 * float((taken <= within_s).sum()) / offered
        wait_s = float(taken.mean()) if taken.size else 0.0
        abandoned = 100 * sum(queue.abandoned for queue in queues) / offered
        tried.rows.append(_Row(label, level, wait_s, abandoned))
        tried.waits[label] = waits
        tried.plain[label] = house_as_json(scenario, dialplan, house_summary(runs))
    return tried


def _bounds(date: str, zone: tzinfo) -> tuple[float, float]:
    """Begin and end of a day of the house, UTC epoch seconds."""
    try:
        midnight = datetime.combine(Date.fromisoformat(date), time(), zone)
    except ValueError as error:
        raise BadInput(f"{date}: {error}; write it as 2026-11-20") from error
    following = datetime.combine(midnight.date() + timedelta(days=1), time(), zone)
    return midnight.timestamp(), following.timestamp()


def _real(day: yesterday.Day, within_s: float, called_back: frozenset[CallId]) -> dict[str, Any]:
    """Figures of the day as it was. Whoever was `called_back` was not answered on the line."""
    answered = [row for row in day.rows if row.call not in called_back]
    waits = [row.answered_at - row.queued_at for row in answered if row.answered_at and row.queued_at]
    calls = len(day.rows)
    return {
        "calls": calls,
        "within_goal": 100 * sum(wait <= within_s for wait in waits) / calls,
        "wait_mean_s": float(np.mean(waits)) if waits else 0.0,
        "abandoned": 100 * sum(row.outcome == "abandoned" for row in day.rows) / calls,
    }


def _figures(scenario: Scenario, result: Result) -> tuple[float, float, float]:
    """Over all kinds, each by its number of calls: as `_Row` has them."""
    recorded = scenario.recorded
    assert recorded is not None
    shares = np.bincount(recorded.kinds, minlength=len(scenario.kinds)) / len(recorded.kinds)
    level = sum(share * result.service_level[name].mean for share, name in zip(shares, scenario.kinds, strict=True))
    waits = [result.wait_mean_s[name].mean for name in scenario.kinds]
    known = ~np.isnan(waits)
    wait_s = float(np.average(np.array(waits)[known], weights=shares[known])) if known.any() else 0.0
    return float(level), wait_s, result.abandoned.mean
