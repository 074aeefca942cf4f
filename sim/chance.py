"""Chance, seeded: one stream for each purpose, so that a change of one thing leaves all other draws as they were."""

import math
import zlib
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from calls.ids import Seconds

Draws = NDArray[np.float64]


class Streams:
    """Generators by purpose. The same seed and name give the same draws, whatever else is drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, purpose: str) -> np.random.Generator:
        """A fresh generator for this purpose."""
        return np.random.default_rng(np.random.SeedSequence([self._seed, zlib.crc32(purpose.encode())]))


class Distribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Durations in seconds. `sigma` is that of the logarithm (lognormal), `shape` the gamma's, 1 being exponential."""

    kind: Literal["constant", "exponential", "lognormal", "gamma", "measured", "never"]
    mean: Seconds = 0.0
    sigma: float = 0.0
    shape: float = 1.0
    values: tuple[Seconds, ...] = ()

    def draw(self, stream: np.random.Generator, count: int) -> Draws:
        """So many durations."""
        match self.kind:
            case "constant":
                return np.full(count, self.mean)
            case "exponential":
                return stream.exponential(self.mean, count)
            case "lognormal":
                return stream.lognormal(math.log(self.mean) - self.sigma**2 / 2, self.sigma, count)
            case "gamma":
                return stream.gamma(self.shape, self.mean / self.shape, count)
            case "measured":
                return stream.choice(np.asarray(self.values), count)
            case "never":
                return np.full(count, np.inf)

    def average(self) -> Seconds:
        """The mean."""
        if self.kind == "measured":
            return float(np.mean(self.values))
        return math.inf if self.kind == "never" else self.mean


NEVER = Distribution("never")


def poisson_times(stream: np.random.Generator, count: int, per_s: float) -> Draws:
    """The first `count` arrivals of a Poisson stream, seconds from 0."""
    return np.cumsum(stream.exponential(1.0 / per_s, count))


def poisson_by_interval(stream: np.random.Generator, edges_s: Draws, per_hour: Draws) -> Draws:
    """Arrivals of a Poisson stream whose rate is `per_hour[i]` from `edges_s[i]` to `edges_s[i + 1]`, in order."""
    counts = stream.poisson(per_hour / 3600.0 * np.diff(edges_s))
    starts = np.repeat(edges_s[:-1], counts)
    lengths = np.repeat(np.diff(edges_s), counts)
    times: Draws = np.sort(starts + lengths * stream.random(starts.size))
    return times


class Columns:
    """Draws by purpose and row. The n-th caller draws the same whatever others do, or are told: two houses that differ
    in a rule meet the same people."""

    def __init__(self, streams: Streams, rows: int) -> None:
        self._streams = streams
        self._rows = max(1, rows)
        self._uniform: dict[tuple[str, int], list[float]] = {}
        self._durations: dict[str, list[float]] = {}

    def uniform(self, purpose: str, turn: int, row: int) -> float:
        """A number from 0 to 1, for the `turn`-th time that this row asks for this purpose."""
        column = self._uniform.get((purpose, turn))
        if column is None:
            drawn = self._streams.of(f"{purpose} {turn}").random(self._rows)
            column = self._uniform[purpose, turn] = drawn.tolist()
        return column[row % self._rows]

    def duration(self, purpose: str, distribution: Distribution, row: int) -> Seconds:
        """A duration. One purpose has one distribution."""
        column = self._durations.get(purpose)
        if column is None:
            drawn = distribution.draw(self._streams.of(purpose), self._rows)
            column = self._durations[purpose] = drawn.tolist()
        return column[row % self._rows]
