"""A set of telephone numbers: exact, two bytes a number or less, a hundred million of them in memory.

Roaring bitmaps of 32 bits, one for each run of 2^26 numbers. One bitmap of 64 bits held the same (`hotline bench dnc`);
in small maps a server reads a snapshot piece by piece, and no piece keeps the interpreter for longer than some
milliseconds.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

_BITS = 26
_LOW = (1 << _BITS) - 1
_GATHERED = 4_000_000
"""Numbers that are sorted at once: a bitmap takes many from one run in the time of a few."""

Numbers = npt.NDArray[np.uint64]


class NumberSet:
    """Numbers of E.164 without the plus. Filled by `add`, then `freeze`; a look-up in one that is not frozen raises."""

    def __init__(self) -> None:
        self._maps: dict[int, BitMap] = {}
        self._gathered: list[Numbers] = []
        self._gathering = 0

    def add(self, numbers: Numbers) -> None:
        """Take these in, in any order, known or not."""
        self._gathered.append(numbers)
        self._gathering += len(numbers)
        if self._gathering >= _GATHERED:
            self._merge()

    def freeze(self) -> "NumberSet":
        """Merge what was added and give back what memory is left over; itself."""
        self._merge()
        for one in self._maps.values():
            one.run_optimize()
            one.shrink_to_fit()
        return self

    def put(self, number: int) -> None:
        """Take in one, also into a set that is frozen."""
        self._maps.setdefault(number >> _BITS, BitMap()).add(number & _LOW)

    def __contains__(self, number: int) -> bool:
        if self._gathered:
            raise RuntimeError("a set of numbers is asked before it is frozen")
        one = self._maps.get(number >> _BITS)
        return one is not None and (number & _LOW) in one

    def __len__(self) -> int:
        if self._gathered:
            raise RuntimeError("a set of numbers is counted before it is frozen")
        return sum(len(one) for one in self._maps.values())

    def ascending(self) -> Iterator[Numbers]:
        """All numbers, ascending, in arrays."""
        for key in sorted(self._maps):
            yield np.asarray(self._maps[key].to_array(), np.uint64) + np.uint64(key << _BITS)

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        """The set in pieces that `of_pieces` reads, in the portable format of Roaring."""
        for key in sorted(self._maps):
            yield key, self._maps[key].serialize()

    @property
    def piece_count(self) -> int:
        """How many `pieces` there are."""
        return len(self._maps)

    @classmethod
    def of_pieces(cls, pieces: Iterable[tuple[int, bytes]]) -> "NumberSet":
        """The set of `pieces`. Their bytes must be as they were given: a library in C reads them."""
        made = cls()
        for key, piece in pieces:
            made._maps[key] = BitMap.deserialize(piece)
        return made

    def _merge(self) -> None:
        if not self._gathered:
            return
        numbers = np.concatenate(self._gathered)
        self._gathered, self._gathering = [], 0
        numbers.sort()
        keys = numbers >> np.uint64(_BITS)
        cuts = np.flatnonzero(keys[1:] != keys[:-1]) + 1
        for run in np.split(numbers, cuts):
            if not len(run):
                continue
            key = int(run[0]) >> _BITS
            new = BitMap((run & np.uint64(_LOW)).astype(np.uint32))
            known = self._maps.get(key)
            if known is None:
                self._maps[key] = new
            else:
                known |= new
                self._maps[key] = known
