"""Pictures of a simulation: waits by kind, occupancy by agent; waits of a real day. Need the extra `plots`."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calls.errors import BadInput
from hotline.replay.curves import EDGES_S, reached
from sim.chance import Draws
from sim.house.tally import HouseRun
from sim.running import Run
from sim.scenario import Goal, Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAGE = (
    "<!doctype html><meta charset='utf-8'><title>{title}</title><body style='margin:1em;font-family:sans-serif'>{svg}"
)


def draw_runs(scenario: Scenario, done: list[Run], to: Path) -> None:
    """Write the picture; its format follows the name's ending. Raises BadInput without matplotlib or for an ending
    that it does not know."""
    figure = _figure(11)
    waits, busy = figure.subplots(1, 2)
    for number, (name, kind) in enumerate(scenario.kinds.items()):
        taken = np.concatenate([one.waits[one.kind_of == number] for one in done])
        _reached(waits, taken, name, (kind.goal.within_s, kind.goal.percent))
    waits.legend(title="kind, its goal a dot")
    shares = np.array([[100 * share for share in one.occupancy.values()] for one in done])
    order = np.argsort(shares.mean(axis=0))
    busy.bar(np.arange(len(order)), shares.mean(axis=0)[order], yerr=shares.std(axis=0)[order], width=0.9)
    busy.set(title="occupancy", xlabel="agents, least busy first", ylabel="% of time present", ylim=(0, 100))
    figure.suptitle(f"{scenario.name}: {len(done)} seeds")
    _save(figure, to, scenario.name)


def draw_house(name: str, goals: Mapping[str, Goal], done: list[HouseRun], to: Path) -> None:
    """As `draw_runs`, of the whole house: waits by queue, of those who were offered there."""
    figure = _figure(11)
    waits, busy = figure.subplots(1, 2)
    for queue, goal in goals.items():
        taken = np.concatenate([one.waits[queue] for one in done if queue in one.waits])
        if taken.size:
            _reached(waits, taken, queue, (goal.within_s, goal.percent))
    waits.legend(title="queue, its goal a dot")
    agents = sorted({agent for one in done for agent in one.occupancy})
    shares = np.array([[100 * one.occupancy.get(agent, 0.0) for agent in agents] for one in done])
    order = np.argsort(shares.mean(axis=0))
    busy.bar(np.arange(len(order)), shares.mean(axis=0)[order], yerr=shares.std(axis=0)[order], width=0.9)
    busy.set(title="occupancy", xlabel="agents, least busy first", ylabel="% of time there", ylim=(0, 100))
    figure.suptitle(f"{name}: {len(done)} seeds")
    _save(figure, to, name)


def draw_days(days: Mapping[str, Draws], goal: tuple[float, float], title: str, to: Path) -> None:
    """Waits of a day as it was and as it might have been, by name, in seconds, NaN for who was not answered; `goal` is
    seconds and percent. As `draw_runs`."""
    figure = _figure(7)
    axes = figure.subplots()
    for name, taken in days.items():
        _reached(axes, taken, name, None)
    axes.plot([goal[0]], [goal[1]], "ko")
    axes.legend(title="the goal is a dot")
    figure.suptitle(title)
    _save(figure, to, title)


def _figure(width_in: float) -> "Figure":
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise BadInput("a plot needs matplotlib: install hotline[plots]") from error
    return Figure(figsize=(width_in, 4.5), layout="constrained")


def _reached(axes: "Axes", taken: Draws, name: str, goal: tuple[float, float] | None) -> None:
    line = axes.plot(EDGES_S, reached(taken), label=name)[0]
    if goal is not None:
        axes.plot([goal[0]], [goal[1]], "o", color=line.get_color())
    axes.set_xscale("symlog", linthresh=1)
    axes.set(title="answered within", xlabel="seconds waited", ylabel="% of all arrivals", ylim=(0, 100))


def _save(figure: "Figure", to: Path, title: str) -> None:
    try:
        if to.suffix == ".html":
            drawn = io.StringIO()
            figure.savefig(drawn, format="svg")
            svg = drawn.getvalue()
            to.write_text(_PAGE.format(title=title, svg=svg[svg.index("<svg") :]), encoding="utf-8")
        else:
            figure.savefig(to, dpi=130)
    except (ValueError, OSError) as error:
        raise BadInput(f"{to}: {error}") from error
