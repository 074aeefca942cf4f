"""The search for weights: many simulations, each a little nearer to the objective.

Covariance matrix adaptation (N. Hansen, "The CMA Evolution Strategy: a tutorial", 2016) in its plain form: draw
candidates around a mean, keep the better half, learn from them where to look and how far. Each candidate meets the same
callers (same seeds), so that two differ by policy and not by luck.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from acd.config import Weights
from calls.ids import QueueName, Seconds
from sim.chance import Draws
from sim.running import Result, runs, summary
from sim.scenario import Scenario, Seeds

_FIELDS = ("fresh", "growth", "late", "late_growth", "reserve")
_START = {"fresh": 1.0, "growth": 0.5, "late": 0.6, "late_growth": 0.2, "reserve": 0.5}
_START_DECAY = 0.5
CANDIDATES = 16
_SPREAD = 0.5


class Objective(NamedTuple):
    """The objective: the least score (goals missed, squared, and twice the abandonment), plus `spread_weight` for each
    point of difference in occupancy among agents, with abandonment (percent) at most `abandoned_at_most`."""

    abandoned_at_most: float = 100.0
    spread_weight: float = 0.0

    def value(self, result: Result) -> float:
        """The value of a result, smaller being better. Over the limit it is so bad that the search leaves it first."""
        over = max(0.0, result.abandoned.mean - self.abandoned_at_most)
        return result.score.mean + self.spread_weight * result.occupancy_spread.mean + 200.0 * over


class Step(NamedTuple):
    """One generation: its number, the best value that one candidate had on the search's own seeds, and the weights at
    the mean of the candidates.

    The two are not of each other: the best of many was lucky too, and the mean is not one of them. `trial` says what
    the weights are worth.
    """

    generation: int
    best: float
    weights: dict[QueueName, Weights]


def decode(point: Draws, goals: dict[QueueName, Seconds]) -> dict[QueueName, Weights]:
    """Weights from a point of the search: logarithms, and the log-odds of the decay; six numbers for each queue."""
    weights = {}
    for number, (queue, goal_s) in enumerate(goals.items()):
        numbers = point[6 * number : 6 * number + 6]
        values = {name: float(np.exp(np.clip(value, -12, 12))) for name, value in zip(_FIELDS, numbers, strict=False)}
        decay = 1 / (1 + math.exp(-float(np.clip(numbers[5], -12, 6))))
        weights[queue] = Weights(goal_s=goal_s, decay=decay, **values)
    return weights


def tune(
    scenario: Scenario, objective: Objective, generations: int, seed: int = 1, tried: Callable[[], None] = lambda: None
) -> Iterator[Step]:
    """Generation after generation, of CANDIDATES each; the last step's weights are the answer. `tried` hears of each
    candidate."""
    goals = _goals(scenario)
    start = [*(math.log(_START[name]) for name in _FIELDS), math.log(_START_DECAY / (1 - _START_DECAY))]

    def worth(point: Draws) -> float:
        one = msgspec.structs.replace(
            scenario, configuration=msgspec.structs.replace(scenario.configuration, weights=decode(point, goals))
        )
        value = objective.value(summary(one, list(runs(one))))
        tried()
        return value

    search = minimise(worth, np.array(start * len(goals)), generations, np.random.default_rng(seed))
    for generation, (mean, best) in enumerate(search, 1):
        yield Step(generation, best, decode(mean, goals))


def written(weights: dict[QueueName, Weights]) -> dict[QueueName, Weights]:
    """The weights as a policy file has them, four figures each."""
    return {
        queue: Weights(**{name: float(f"{value:.4g}") for name, value in msgspec.to_builtins(one).items()})
        for queue, one in weights.items()
    }


def trial(scenario: Scenario, weights: dict[QueueName, Weights], seeds: Seeds) -> Result:
    """The result of these weights, on seeds that the search has not seen."""
    configuration = msgspec.structs.replace(scenario.configuration, weights=weights)
    one = msgspec.structs.replace(scenario, configuration=configuration, seeds=seeds)
    return summary(one, list(runs(one)))


def _goals(scenario: Scenario) -> dict[QueueName, Seconds]:
    """The tightest goal of the kinds that wait in each queue."""
    goals: dict[QueueName, Seconds] = {}
    for kind in scenario.kinds.values():
        goals[kind.queue] = min(kind.goal.within_s, goals.get(kind.queue, math.inf))
    return goals


def minimise(
    function: Callable[[Draws], float], start: Draws, generations: int, chance: np.random.Generator
) -> Iterator[tuple[Draws, float]]:
    """CMA-ES; after each generation the mean and the best value seen. Names of constants as in the tutorial."""
    size, kept = len(start), CANDIDATES // 2
    weights = math.log(kept + 0.5) - np.log(np.arange(1, kept + 1))
    weights /= weights.sum()
    mu_eff = 1 / float((weights**2).sum())
    c_sigma = (mu_eff + 2) / (size + mu_eff + 5)
    c_c = 4 / (size + 4)
    c_1 = 2 / ((size + 1.3) ** 2 + mu_eff)
    c_mu = min(1 - c_1, 2 * (mu_eff - 2 + 1 / mu_eff) / ((size + 2) ** 2 + mu_eff))
    expected = math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size**2))
    mean, sigma, covariance = start.copy(), _SPREAD, np.eye(size)
    path, sigma_path = np.zeros(size), np.zeros(size)
    best = math.inf
    for _ in range(generations):
        root = np.linalg.cholesky(covariance + 1e-10 * np.eye(size))
        points = mean + sigma * chance.standard_normal((CANDIDATES, size)) @ root.T
        values = np.array([function(point) for point in points])
        order = np.argsort(values)[:kept]
        best = min(best, float(values[order[0]]))
        steps = (points[order] - mean) / sigma
        step = weights @ steps
        mean = mean + sigma * step
        sigma_path = (1 - c_sigma) * sigma_path
        sigma_path += math.sqrt(c_sigma * (2 - c_sigma) * mu_eff) * np.linalg.solve(root, step)
        path = (1 - c_c) * path + math.sqrt(c_c * (2 - c_c) * mu_eff) * step
        covariance = (1 - c_1 - c_mu) * covariance + c_1 * np.outer(path, path) + c_mu * (steps.T * weights) @ steps
        sigma *= math.exp(c_sigma / (1 + c_sigma) * (float(np.linalg.norm(sigma_path)) / expected - 1))
        yield mean, best
