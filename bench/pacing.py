"""How busy a campaign keeps its agents, and how many answers find nobody: our core and other methods, virtual time.

Eight hours after half an hour of warm-up, ten seeds; ring, talk and after-call work as `sim.pacing.world` has them. Our
core is told nothing of these: it learns them. Windows begin with the measured hours.
"""

from collections.abc import Iterator
from time import thread_time_ns

import msgspec
import numpy as np

from bench.catalogue import Options
from bench.machine import facts
from bench.report import Figure, Report, at_least, at_most, told
from calls.ids import Instant
from dialer.pacing.commands import PacingCommand
from dialer.pacing.core import Pacing
from dialer.pacing.settings import PacingSettings
from sim.pacing.methods import LevelSettings
from sim.pacing.running import Found, MethodName, Wanted, found, processors, tuned
from sim.pacing.world import Answering, Scene, World

TARGETS: dict[tuple[int, float], float] = {
    (5, 0.25): 46,
    (10, 0.25): 49,
    (20, 0.25): 52,
    (50, 0.25): 55,
    (100, 0.25): 56,
    (5, 0.10): 42,
    (10, 0.10): 47,
    (20, 0.10): 51,
    (50, 0.10): 54.5,
    (100, 0.10): 55.5,
}
"""Minutes of talk and after-call work an agent and hour, by agents and answer rate."""
DRIFT = (0.5, 1.6)
DRIFT_ALLOWANCE = 1.5
WORST_PERCENT = 3.0
DECISION_MS = 1.0
SEEDS, QUICK_SEEDS = 10, 2
QUICK_S = 1800.0
QUICK_AGENTS = 20

TUNING_S = 2 * 3600.0
"""The adaptive level is tuned for each cell on days of so long, seeds 0 and 1, which favours it a little."""


def run(options: Options) -> Report:
    """All figures; with all processors of a machine of two, about half an hour."""
    workers = 1 if options.quick else processors()
    wanted = [
        each
        for name, agents, rate, drift in names(options)
        for each in _methods(name, scene(agents, rate, options, drift), options, workers)
    ]
    outcomes: dict[tuple[str, MethodName], Found] = {}
    for each in found(wanted, workers):
        outcomes[each.wanted.name, each.wanted.method] = each
        options.progress(_line(each))
    ours = [each for (_, method), each in outcomes.items() if method == "ours"]
    median, p99 = _decisions(options)
    figures = [
        *(_figure(each, outcomes[each.wanted.name, "adaptive level"]) for each in ours),
        at_most("worst abandonment", max(each.worst_percent for each in ours), "%", WORST_PERCENT),
        *(
            told(f"{name}, {method}", each.minutes, "min", each.abandoned_percent)
            for (name, method), each in outcomes.items()
            if method != "ours"
        ),
        *(told(f"{each.wanted.name}, abandoned", each.abandoned_percent, "%", each.worst_percent) for each in ours),
        at_most("decision, 100 agents, p99", p99, "ms", DECISION_MS),
        told("decision, 100 agents, median", median, "ms"),
    ]
    notes = [
        "minutes are of talk and after-call work, an agent and hour; the reference is the adaptive dial level at its "
        "best tuning; beside other methods' minutes stands their percentage abandoned, beside ours the worst run's"
    ]
    if options.quick:
        notes.append("quick: half an hour after the warm-up, few seeds: far too short for the figures to mean anything")
    return Report("pacing", {**facts(), "notes": notes}, figures)


def scene(agents: int, rate: float, options: Options, drift: tuple[float, float] | None = None) -> Scene:
    """The simulation of one figure."""
    whole = Scene(agents, Answering(rate), drift=drift)
    return msgspec.structs.replace(whole, warm_up_s=QUICK_S, measured_s=QUICK_S) if options.quick else whole


def levels(agents: int, options: Options) -> list[LevelSettings]:
    """The tunings of the adaptive level that are tried for so many agents."""
    if options.quick:
        return [LevelSettings(most=3.0)]
    return [
        LevelSettings(most=most, difference_target=share * agents, available_only=available_only)
        for most in (1.5, 2.0, 3.0, 5.0, 8.0)
        for share in (0.0, 0.1, 0.2)
        for available_only in (False, True)
    ]


def names(options: Options) -> Iterator[tuple[str, int, float, tuple[float, float] | None]]:
    """The name of each figure, its agents, answer rate and drift."""
    for agents, rate in TARGETS:
        if not options.quick or agents <= QUICK_AGENTS:
            yield f"{agents} agents, {_rate(rate)}", agents, rate, None
    yield "10 agents, drift", 10, 0.25, DRIFT


def _methods(name: str, what: Scene, options: Options, workers: int) -> list[Wanted]:
    seeds = QUICK_SEEDS if options.quick else SEEDS
    short = msgspec.structs.replace(what, measured_s=min(what.measured_s, TUNING_S))
    options.progress(f"{name}: tuning of the adaptive level")
    level = tuned(short, levels(what.agents, options), workers)
    methods: tuple[MethodName, ...] = ("ours", "progressive", "adaptive level")
    return [Wanted(name, what, method, seeds, level=level) for method in methods]


def _figure(ours: Found, reference: Found) -> Figure:
    agents, rate = ours.wanted.scene.agents, ours.wanted.scene.answering.rate
    target = TARGETS[agents, rate] - (DRIFT_ALLOWANCE if ours.wanted.scene.drift else 0)
    return at_least(ours.wanted.name, ours.minutes, "min", target, reference.minutes)


def _rate(rate: float) -> str:
    return f"{rate:.2f}".removeprefix("0")


def _line(each: Found) -> str:
    return (
        f"{each.wanted.name}, {each.wanted.method}: {each.minutes:.2f} min, abandoned {each.abandoned_percent:.2f} %, "
        f"at worst {each.worst_percent:.2f} %"
    )


class Timed(Pacing):
    """Our core with a watch: how much processor time each tick takes, in ns."""

    def __init__(self, settings: PacingSettings) -> None:
        super().__init__(settings)
        self.took_ns: list[int] = []

    def tick(self, now: Instant) -> list[PacingCommand]:
        """Decide anew."""
        began = thread_time_ns()
        commands = super().tick(now)
        self.took_ns.append(thread_time_ns() - began)
        return commands


def _decisions(options: Options) -> tuple[float, float]:
    """Median and 99th percentile of a decision with 100 agents, in ms of processor time."""
    options.progress("decisions")
    core = Timed(PacingSettings())
    warm_up_s, measured_s = (QUICK_S / 2, QUICK_S / 6) if options.quick else (900.0, 1800.0)
    World(Scene(100, Answering(0.25), warm_up_s=warm_up_s, measured_s=measured_s), core, seed=0).run()
    took_ms = np.array(core.took_ns) / 1e6
    return float(np.median(took_ms)), float(np.percentile(took_ms, 99))
