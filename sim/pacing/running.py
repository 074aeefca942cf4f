"""Runs of a campaign: one scene by our core, by progressive dialling and by the adaptive level, over many seeds."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import fmean
from typing import Literal

import msgspec

from dialer.pacing.core import Pacing
from dialer.pacing.settings import PacingSettings
from sim.pacing.methods import AdaptiveLevel, LevelSettings, Progressive
from sim.pacing.world import Method, Outcome, Scene, World

MethodName = Literal["ours", "progressive", "adaptive level"]


class Wanted(msgspec.Struct, frozen=True):
    """Runs that are wanted: one scene by one method, from seed 0."""

    name: str
    scene: Scene
    method: MethodName
    seeds: int
    settings: PacingSettings = PacingSettings()
    level: LevelSettings = LevelSettings()


@dataclass(frozen=True, slots=True)
class Found:
    """The outcomes of a `Wanted`, by seed."""

    wanted: Wanted
    outcomes: Sequence[Outcome]

    @property
    def minutes(self) -> float:
        """The mean of talk and after-call work, an agent and hour."""
        return fmean(outcome.minutes for outcome in self.outcomes)

    @property
    def abandoned_percent(self) -> float:
        """The mean."""
        return fmean(outcome.abandoned_percent for outcome in self.outcomes)

    @property
    def worst_percent(self) -> float:
        """The worst run's."""
        return max(outcome.abandoned_percent for outcome in self.outcomes)


def method(wanted: Wanted) -> Method:
    """A new one, which has learned nothing."""
    match wanted.method:
        case "ours":
            return Pacing(wanted.settings)
        case "progressive":
            return Progressive()
        case "adaptive level":
            return AdaptiveLevel(wanted.level)


def one(wanted: Wanted, seed: int) -> Outcome:
    """One run."""
    return World(wanted.scene, method(wanted), seed).run()


def tuned(scene: Scene, candidates: Sequence[LevelSettings], processes: int = 1) -> LevelSettings:
    """The tuning of the adaptive level that keeps agents busiest in this scene within its limit, two seeds each; of
    none within it the one that abandons least."""
    wanted = [Wanted("tuning", scene, "adaptive level", 2, level=level) for level in candidates]
    runs = list(found(wanted, processes))
    within = [run for run in runs if run.abandoned_percent <= run.wanted.level.limit_percent]
    if within:
        return max(within, key=lambda run: run.minutes).wanted.level
    return min(runs, key=lambda run: run.abandoned_percent).wanted.level


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def found(wanted: Sequence[Wanted], processes: int = 1) -> Iterator[Found]:
    """All runs, told in the order wanted; in this process, or in so many others."""
    if processes == 1:
        for each in wanted:
            yield Found(each, [one(each, seed) for seed in range(each.seeds)])
        return
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        started = [(each, [pool.submit(one, each, seed) for seed in range(each.seeds)]) for each in wanted]
        for each, runs in started:
            yield Found(each, [run.result() for run in runs])
