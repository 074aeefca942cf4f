"""Pauses between attempts to sign in: they grow with each failure, of a person and of an address.

An attempt counts as failed from its beginning, so that a hundred at once are a hundred. A name that nobody has is
counted like one that somebody has: pauses tell nobody which names there are. `now` is any clock in seconds.
"""

from collections import OrderedDict, deque
from typing import NamedTuple

MOST_IN_A_MINUTE = 120
"""Attempts of all together: each costs a computation that is slow on purpose."""
_MINUTE_S = 60.0
_MOST_KEPT = 5_000


class Pauses(NamedTuple):
    """The pauses of one kind: none before `free` failures, then `first_s`, doubled with each one more."""

    free: int
    first_s: float
    longest_s: float
    forgotten_s: float
    """So long after the last failure they count no more."""

    def pause_s(self, failures: int) -> float:
        """The pause after so many failures in a row, in seconds."""
        if failures < self.free:
            return 0.0
        return min(self.longest_s, self.first_s * 2.0 ** min(failures - self.free, 32))


PERSON = Pauses(free=4, first_s=2.0, longest_s=300.0, forgotten_s=3_600.0)
"""Somebody else can keep a person out by failing for them; so the longest pause is short."""
ADDRESS = Pauses(free=10, first_s=5.0, longest_s=900.0, forgotten_s=3_600.0)


class _Failures:
    """Failures in a row by key; the key that failed least lately is forgotten for a new one."""

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses
        self._kept: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        failures, last_at = self._of(key, now)
        return max(0.0, last_at + self._pauses.pause_s(failures) - now)

    def add(self, key: str, now: float) -> None:
        self._kept[key] = (self._of(key, now)[0] + 1, now)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)

    def take_back(self, key: str) -> None:
        failures, last_at = self._kept.get(key, (0, 0.0))
        if failures > 1:
            self._kept[key] = (failures - 1, last_at)
        else:
            self._kept.pop(key, None)

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    def _of(self, key: str, now: float) -> tuple[int, float]:
        failures, last_at = self._kept.get(key, (0, now))
        return (failures, last_at) if now - last_at < self._pauses.forgotten_s else (0, now)


class Throttle:
    """Counts attempts to sign in by person and by address; an empty person: a link, which is nobody's yet."""

    def __init__(self) -> None:
        self._people = _Failures(PERSON)
        self._addresses = _Failures(ADDRESS)
        self._all: deque[float] = deque(maxlen=MOST_IN_A_MINUTE)

    def begin(self, person: str, address: str, now: float) -> float:
        """How long to wait before this attempt, in seconds; 0: it may be made now, and is counted as failed."""
        full = len(self._all) == MOST_IN_A_MINUTE
        waits = [self._addresses.wait_s(address, now), self._all[0] + _MINUTE_S - now if full else 0.0]
        if person:
            waits.append(self._people.wait_s(person, now))
        if (wait_s := max(waits)) > 0.0:
            return wait_s
        self._all.append(now)
        self._addresses.add(address, now)
        if person:
            self._people.add(person, now)
        return 0.0

    def succeeded(self, person: str, address: str) -> None:
        """The attempt was right. The address keeps its other failures: one's own password buys no guesses."""
        self._addresses.take_back(address)
        if person:
            self._people.forget(person)
