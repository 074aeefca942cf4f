"""Back-off is the wait before the next try to reach an outer part that is away: the same rule for every part."""

from typing import Protocol

import msgspec


class Jitter(Protocol):
    """Chance, as `random.Random` has it."""

    def uniform(self, a: float, b: float, /) -> float:
        """A number between `a` and `b`."""
        ...


class Backoff(msgspec.Struct, frozen=True):
    """Exponential, with jitter and a ceiling: after a restart of a part those who need it do not all come at once."""

    first_s: float = 0.1
    factor: float = 2.0
    longest_s: float = 5.0

    def delay_s(self, failures: int, jitter: Jitter) -> float:
        """Seconds to wait after `failures` in a row (1 or more): between half the step and the whole of it."""
        step = min(self.longest_s, self.first_s * self.factor ** min(failures - 1, 30))
        return step * jitter.uniform(0.5, 1.0)
