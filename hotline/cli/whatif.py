"""hotline whatif: a real day lived again under another policy."""

from datetime import date as Date
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import typer
from rich.progress import Progress

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told
from hotline.cli.simulate import as_json, placed, read_yaml, run_all
from hotline.replay import day as yesterday
from hotline.versions.store import Versions
from sim.running import Result, summary
from sim.scenario import Goal, Scenario, Seeds, read_weights

app = typer.Typer(add_completion=False)

ASSUMPTIONS = (
    "Calls come as they came, ask for what they asked for, and talk as long as they talked.",
    "Who was answered by nobody talks as long as somebody of the same kind did.",
    "Who gave up does so after as long; who was answered would have waited on, by the kind's mean patience.",
    "Agents are there from sign-in to sign-out or pause, whatever the policy; those unpublished since are not.",
    "Phones ring, and the whisper lasts, as long as they did that day; wrap-up lasts as queues.yaml says.",
    "Callers who had not left by midnight, and those who were there before it, are left out.",
)


@app.command()
def whatif(
    date: Annotated[str, typer.Argument(help="The day, local time: 2026-11-20.", show_default=False)],
    policy: Annotated[Path, typer.Option("--policy", help="The weights to try.", show_default=False)],
    site: SiteOption = Path(),
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Draws of what the day does not tell.")] = 8,
    percent: Annotated[float, typer.Option(help="The goal: so many percent of all arrivals …")] = 80.0,
    within_s: Annotated[float, typer.Option(help="… answered within so many seconds.")] = 20.0,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the waits of all three to .png, .svg, .html.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Live a real day again, from the journal: as the rules of that day have it, and with another policy.

    The first is to be held against what really happened: as far as they differ, so far the simulation is not the day.

    Example:

      hotline whatif 2026-11-20 --policy policy.yaml --site /srv/hotline
    """
    house = open_site(site)
    with told():
        with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("journal")
            day = yesterday.read(
                house, *_bounds(date), lambda done, total: bar.update(task, completed=done, total=total)
            )
        configuration = Versions(house.versions).configuration(day.version)
        document = read_yaml(policy)
        plain = document.plain()
        if not isinstance(plain, dict):
            raise BadInput(f"{document.mark}: a policy is a mapping of settings")
        weights, problems = read_weights(plain, configuration.queues)
        if problems:
            raise BadInput("\n".join(placed(one, document) for one in problems))
        as_it_was = yesterday.scenario(day, configuration, Seeds(1, seeds), Goal(percent, within_s))
        other = msgspec.structs.replace(
            as_it_was, configuration=msgspec.structs.replace(as_it_was.configuration, weights=weights)
        )
        done = {"simulated": run_all(as_it_was), "with the policy": run_all(other)}
        results = {name: summary(as_it_was, runs) for name, runs in done.items()}
        if plot is not None:
            from hotline.cli.plots import draw_days

            waits = {name: np.concatenate([one.waits for one in runs]) for name, runs in done.items()}
            draw_days(
                {"what happened": day.waits(), **waits}, (within_s, percent), f"{house.folder.name}, {date}", plot
            )
    real = _real(day, within_s)
    if json:
        simulated = {name: as_json(as_it_was, result) for name, result in results.items()}
        print_json({"date": date, "version": day.version, "real": real, **simulated, "assumptions": ASSUMPTIONS})
        return
    rows = [
        ["what happened", f"{real['within_goal']:.1f} %", f"{real['wait_mean_s']:.1f} s", f"{real['abandoned']:.1f} %"]
    ]
    rows += [[name, *_shown(as_it_was, result)] for name, result in results.items()]
    print_table(["", f"within {within_s:g} s", "mean wait", "abandoned"], rows, "nothing")
    out.print(f"{real['calls']} calls of version {day.version}, {seeds} seeds. Assumed:", style="dim")
    for line in ASSUMPTIONS:
        out.print(f"- {line}", style="dim")


def _bounds(date: str) -> tuple[float, float]:
    try:
        midnight = datetime.combine(Date.fromisoformat(date), time()).astimezone()
    except ValueError as error:
        raise BadInput(f"{date}: {error}; write it as 2026-11-20") from error
    following = datetime.combine(midnight.date() + timedelta(days=1), time()).astimezone()
    return midnight.timestamp(), following.timestamp()


def _real(day: yesterday.Day, within_s: float) -> dict[str, Any]:
    waits = [row.answered_at - row.queued_at for row in day.rows if row.answered_at and row.queued_at]
    calls = len(day.rows)
    return {
        "calls": calls,
        "within_goal": 100 * sum(wait <= within_s for wait in waits) / calls,
        "wait_mean_s": float(np.mean(waits)) if waits else 0.0,
        "abandoned": 100 * sum(row.outcome == "abandoned" for row in day.rows) / calls,
    }


def _shown(scenario: Scenario, result: Result) -> list[str]:
    """Over all kinds, each by its number of calls."""
    recorded = scenario.recorded
    assert recorded is not None
    shares = np.bincount(recorded.kinds, minlength=len(scenario.kinds)) / len(recorded.kinds)
    level = sum(share * result.service_level[name].mean for share, name in zip(shares, scenario.kinds, strict=True))
    waits = [result.wait_mean_s[name].mean for name in scenario.kinds]
    known = ~np.isnan(waits)
    wait_s = float(np.average(np.array(waits)[known], weights=shares[known])) if known.any() else 0.0
    return [f"{level:.1f} %", f"{wait_s:.1f} s", f"{result.abandoned.mean:.1f} %"]
