"""Back-off is the wait before the next try to connect."""

import random

import msgspec


class Backoff(msgspec.Struct, frozen=True):
    """Exponential, with full jitter: after a restart of the switch its controllers do not all come at once."""

    first_s: float = 0.1
    factor: float = 2.0
    longest_s: float = 5.0

    def delay_s(self, failures: int, jitter: random.Random) -> float:
        """Seconds to wait after `failures` in a row (1 or more): between half the step and the whole of it."""
        step = min(self.longest_s, self.first_s * self.factor ** min(failures - 1, 30))
        return step * jitter.uniform(0.5, 1.0)
