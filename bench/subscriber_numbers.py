"""Telephone numbers as a real do-not-call list of China has them: not a dense range, which any set would hold well.

Mobiles lie in blocks of ten thousand, as the regulator gives them to networks: not all prefixes, not all blocks of a
prefix, and each block with a use of its own, so that one is nearly full and another nearly empty. Of a hundred numbers
five are fixed lines of all areas, and one in five hundred is from abroad.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import phonenumbers

_NETWORKS = [
    *(*range(130, 140), *range(145, 154), *range(155, 160), 162, *range(165, 168), *range(170, 179), *range(180, 194)),
    *range(195, 200),
]
"""The prefixes of mobiles that are given out."""
_GIVEN_OUT = 0.7
_BIG_AREAS = [10, *range(20, 30)]
_SMALL_AREAS = [
    area for area in range(311, 1000) if phonenumbers.is_valid_number(phonenumbers.parse(f"+86{area}5551234"))
]
_ABROAD = [447, 4915, 14155, 8526, 8190, 659]
_FIXED = 0.048
_FOREIGN = 0.002
_AT_ONCE = 1_000_000


def numbers(count: int, seed: int = 1) -> Iterator[npt.NDArray[np.uint64]]:
    """About `count` different numbers (E.164 without the plus), ascending within each array; arrays of a million."""
    chance = np.random.default_rng(seed)
    mobiles = int(count * (1 - _FIXED - _FOREIGN))
    blocks = np.concatenate([np.arange(one * 10_000, (one + 1) * 10_000) for one in _NETWORKS])
    blocks = blocks[chance.random(len(blocks)) < _GIVEN_OUT]
    use = chance.gamma(1.0, 1.0, len(blocks))
    of_block = np.minimum(chance.poisson(use / use.sum() * mobiles * 1.012), 9_000)
    reached = np.cumsum(of_block)
    for at in range(0, mobiles, _AT_ONCE):
        first, last = np.searchsorted(reached, (at, min(at + _AT_ONCE, mobiles)))
        heads = np.repeat(blocks[first:last], of_block[first:last])
        yield np.unique((8_600_000_000_000 + heads * 10_000 + chance.integers(0, 10_000, len(heads))).astype(np.uint64))
    big = chance.choice(_BIG_AREAS, int(count * _FIXED * 0.4))
    small = chance.choice(_SMALL_AREAS, int(count * _FIXED * 0.6))
    fixed = (
        (8_600 + big) * 100_000_000 + chance.integers(20_000_000, 90_000_000, len(big)),
        (86_000 + small) * 10_000_000 + chance.integers(2_000_000, 9_000_000, len(small)),
    )
    foreign = chance.choice(_ABROAD, int(count * _FOREIGN)) * 10**8 + chance.integers(0, 10**8, int(count * _FOREIGN))
    for some in (*fixed, foreign):
        yield np.unique(some.astype(np.uint64))
