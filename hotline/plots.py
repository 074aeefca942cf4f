"""A picture of a simulation: waits by kind, occupancy by agent. Needs the extra `plots`."""

from pathlib import Path

import numpy as np

from calls.errors import BadInput
from sim.running import Run
from sim.scenario import Scenario


def draw_runs(scenario: Scenario, done: list[Run], to: Path) -> None:
    """Write the picture; its format follows the name's ending. Raises BadInput without matplotlib or for an ending
    that it does not know."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise BadInput("a plot needs matplotlib: install hotline[plots]") from error
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    waits, busy = figure.subplots(1, 2)
    edges = np.concatenate(([0.0], np.geomspace(1, 1800, 60)))
    for number, (name, kind) in enumerate(scenario.kinds.items()):
        taken = np.concatenate([one.waits[one.kind_of == number] for one in done])
        reached = [float(np.sum(taken <= edge)) / max(1, len(taken)) * 100 for edge in edges]
        line = waits.plot(edges, reached, label=name)[0]
        waits.plot([kind.goal.within_s], [kind.goal.percent], "o", color=line.get_color())
    waits.set_xscale("symlog", linthresh=1)
    waits.set(title="answered within", xlabel="seconds waited", ylabel="% of all arrivals", ylim=(0, 100))
    waits.legend(title="kind, its goal a dot")
    shares = np.array([[100 * share for share in one.occupancy.values()] for one in done])
    order = np.argsort(shares.mean(axis=0))
    busy.bar(np.arange(len(order)), shares.mean(axis=0)[order], yerr=shares.std(axis=0)[order], width=0.9)
    busy.set(title="occupancy", xlabel="agents, least busy first", ylabel="% of time present", ylim=(0, 100))
    figure.suptitle(f"{scenario.name}: {len(done)} seeds")
    try:
        figure.savefig(to, dpi=130)
    except ValueError as error:
        raise BadInput(f"{to}: {error}") from error
