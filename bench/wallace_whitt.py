"""Six kinds of calls, ninety agents with one to six skills: R. B. Wallace and W. Whitt, "A staffing algorithm for call
centers with skill-based routing", Manufacturing & Service Operations Management 7 (2005).

Little cross-training does nearly all the good: with two skills each, agents serve almost as well as with six. The cells
below are their setting; with six skills it is M/M/90/90+30, which has a formula: first come first served for all three
figures, and by levels for two of them, as who is served next changes neither how many wait nor who is turned away.
What is published for six skills by levels (26.5 s) is half a second off it (27.0 s): itself a simulation, with an
error of its own that is not told. The interval here is of our runs alone.
"""

from typing import NamedTuple

from acd.config import AgentConfig, Configuration, QueueConfig
from acd.policies import BestSkilled, FirstCome, Policy
from calls.ids import AgentId, QueueName
from sim.chance import NEVER, Distribution
from sim.measure import Estimate, estimate
from sim.running import Run, run
from sim.scenario import Goal, Kind, Scenario, Seeds, Shift

KINDS, GROUP, PLACES = 6, 15, 30
SERVICE_S, GOAL_S = 600.0, 30.0
BEST = 6
"""Proficiency in the primary skill; each further skill is one lower."""
QUEUE = QueueName("desk")


class Cell(NamedTuple):
    """Load in erlangs, skills an agent, and what is published: percent blocked, mean wait in seconds and percent
    answered within 30 s, the last two of those let in (None: not published). `rounding` is half a last digit."""

    load: float
    skills: int
    blocked: float
    wait_s: float
    within: float
    rounding: tuple[float, float, float]
    first_come: bool = False

    @property
    def name(self) -> str:
        """As the report prints it."""
        return f"W&W load {self.load:g}, {self.skills} skills" + (", first come" if self.first_come else "")


CELLS = (
    Cell(84.0, 1, 3.94, 148.0, 49.7, (0.005, 0.5, 0.05)),
    Cell(84.0, 2, 0.47, 36.8, 70.9, (0.005, 0.05, 0.05)),
    Cell(84.0, 6, 0.36, 26.5, 78.5, (0.005, 0.05, 0.05)),
    Cell(77.4, 2, 0.02, 9.1, 91.0, (0.005, 0.05, 0.05)),
    Cell(90.0, 2, 2.52, 82.7, 45.8, (0.005, 0.05, 0.05)),
    Cell(84.0, 6, 0.364, 27.0, 73.3, (0.0005, 0.05, 0.05), first_come=True),
)


class Outcome(NamedTuple):
    """The three figures of a cell, as simulated."""

    blocked: Estimate
    wait_s: Estimate
    within: Estimate

    def distance(self, cell: Cell) -> float:
        """The largest deviation from what is published, in half-widths of the 95 % interval (with the rounding)."""
        published = (cell.blocked, cell.wait_s, cell.within)
        return max(
            abs(ours.mean - value) / (ours.half + rounding)
            for ours, value, rounding in zip(self, published, cell.rounding, strict=True)
        )


def kinds_of(primary: int, member: int, skills: int) -> list[int]:
    """What agent `member` of a group takes, the best first: the group's own kind, then others by turns."""
    others = [kind for kind in range(KINDS) if kind != primary]
    return [primary, *(others[(member + step) % len(others)] for step in range(skills - 1))]


def scenario(cell: Cell, calls: int, warm_up: int) -> Scenario:
    """The cell as a scenario."""
    per_hour = cell.load / (KINDS * SERVICE_S) * 3600
    kinds = {
        f"p{kind}": Kind(QUEUE, {}, per_hour, goal=Goal(0.0, GOAL_S), skills=(f"p{kind}",)) for kind in range(KINDS)
    }
    agents: dict[AgentId, AgentConfig] = {}
    for primary in range(KINDS):
        for member in range(GROUP):
            order = kinds_of(primary, member, cell.skills)
            skills = {f"p{kind}": BEST - place for place, kind in enumerate(order)}
            agents[AgentId(f"{primary}-{member}")] = AgentConfig(skills=skills)
    desk = QueueConfig(ring_s=0.0, max_length=PLACES)
    return Scenario(
        cell.name,
        kinds,
        (Distribution("exponential", SERVICE_S),) * KINDS,
        None,
        (NEVER,) * KINDS,
        dict.fromkeys(agents, Shift()),
        Configuration({QUEUE: desk}, agents),
        calls,
        warm_up,
        0.0,
        Seeds(),
    )


def simulate(cell: Cell, calls: int, seeds: range, warm_up: int) -> Outcome:
    """All seeds of a cell."""
    world = scenario(cell, calls, warm_up)
    done = [run(world, seed, policy(cell)) for seed in seeds]
    return Outcome(
        estimate([100 * one.everybody.released / one.everybody.offered for one in done]),
        estimate([one.everybody.wait_mean_s for one in done]),
        estimate([_within(one) for one in done]),
    )


def policy(cell: Cell) -> Policy:
    """Whom a call goes to, and which call a free agent takes."""
    return FirstCome() if cell.first_come else BestSkilled()


def _within(one: Run) -> float:
    """Percent of those let in: in the end all of them are answered."""
    everybody = one.everybody
    return 100 * everybody.within_goal * everybody.offered / everybody.answered
