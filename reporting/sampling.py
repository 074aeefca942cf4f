"""The monthly sample: talks with an answer, and recordings to be reviewed, stratified and the same for the same seed.

Strata are the queues. Each gets its share of the sample by its size (largest remainder), at least `LEAST` where it has
that many; who is drawn in it is decided by a keyed hash of each one's id, so the sample needs one pass, is the same
whatever the order of the rows, and hardly changes when some are deleted.
"""

import hashlib
import heapq
from collections.abc import Iterable, Mapping

import msgspec

LEAST = 5


class Stratum(msgspec.Struct, frozen=True):
    """A stratum: how many there are, and how many of them are in the sample."""

    there: int
    drawn: int


class Sample(msgspec.Struct, frozen=True):
    """A sample: the ids of what was drawn, by stratum, in an order of its own. `short` of the wanted: 0 is enough."""

    wanted: int
    there: int
    drawn: tuple[str, ...]
    strata: dict[str, Stratum]

    @property
    def short(self) -> int:
        """How many are missing."""
        return self.wanted - len(self.drawn)


class Drawing:
    """Takes candidates one by one; memory is bounded by `wanted` for each stratum."""

    def __init__(self, wanted: int, seed: str) -> None:
        self._wanted = wanted
        self._key = hashlib.sha256(seed.encode()).digest()
        self._there: dict[str, int] = {}
        self._best: dict[str, list[tuple[int, str]]] = {}

    def take(self, stratum: str, one: str) -> None:
        """Take a candidate by its id."""
        self._there[stratum] = self._there.get(stratum, 0) + 1
        best = self._best.setdefault(stratum, [])
        place = -int.from_bytes(hashlib.blake2b(one.encode(), key=self._key, digest_size=8).digest())
        if len(best) < self._wanted:
            heapq.heappush(best, (place, one))
        elif best[0] < (place, one):
            heapq.heapreplace(best, (place, one))

    def sample(self) -> Sample:
        """The sample of all that was taken."""
        shares = allotted(self._there, self._wanted)
        drawn = {
            stratum: [one for _, one in sorted(best, reverse=True)[: shares[stratum]]]
            for stratum, best in sorted(self._best.items())
        }
        strata = {stratum: Stratum(self._there[stratum], len(ones)) for stratum, ones in drawn.items()}
        return Sample(
            self._wanted, sum(self._there.values()), tuple(one for ones in drawn.values() for one in ones), strata
        )


def allotted(there: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many of each stratum: by size, by the largest remainder, none more than it has.

    A stratum gets `LEAST` of its own where it has them, as long as the sample is large enough for that.
    """
    whole = sum(there.values())
    if whole <= wanted:
        return dict(there)
    floor = {name: min(count, LEAST) for name, count in there.items()}
    if sum(floor.values()) > wanted:
        floor = dict.fromkeys(there, 0)
    rest = wanted - sum(floor.values())
    room = {name: there[name] - floor[name] for name in there}
    return {name: floor[name] + share for name, share in _by_size(room, rest).items()}


def _by_size(room: Mapping[str, int], rest: int) -> dict[str, int]:
    whole = sum(room.values())
    if whole == 0:
        return dict.fromkeys(room, 0)
    shares = {name: rest * size // whole for name, size in room.items()}
    left = rest - sum(shares.values())
    for name in _first(((rest * size % whole, name) for name, size in room.items()), left):
        shares[name] += 1
    return shares


def _first(remainders: Iterable[tuple[int, str]], count: int) -> list[str]:
    return [name for _, name in sorted(remainders, key=lambda one: (-one[0], one[1]))[:count]]
