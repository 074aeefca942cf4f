"""Sounding: what of a sentence an ear still has right where it mishears: syllables, folded until they sound alike.

Homophones are the main error of a recogniser of Mandarin (账单 is heard as 张丹, 征信 as 真心); next come syllables
that many speakers do not tell apart (zh and z, n and l, in and ing) or that a telephone makes alike (b and p, g and k).
Folded are both, as `speech.soundalike` counts them, so that a sentence stays near its own however it was written down.
A pair with one syllable left out between them outlives a syllable that was heard altogether wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)")
_BEGINNINGS = {
    "zh": "z", "ch": "z", "c": "z", "sh": "s", "l": "n", "r": "n", "h": "f", "p": "b", "t": "d", "k": "g", "q": "j",
}  # fmt: skip
_NASALS = {"ing": "in", "eng": "en", "ang": "an", "uang": "uan", "iang": "ian"}


@lru_cache(maxsize=4096)
def folded(syllable: str) -> str:
    """A syllable without tone as all those are written that sound like it; what is no syllable stays as it is."""
    found = _SYLLABLE.fullmatch(syllable)
    if found is None:
        return syllable
    begin, end = found.groups()
    return _BEGINNINGS.get(begin, begin) + _NASALS.get(end, end)


def sound_grams(syllables: Sequence[str]) -> Iterator[str]:
    """Pairs and threes of folded syllables, and pairs around one that is left out."""
    said = [folded(syllable) for syllable in syllables]
    yield from (f"{one} {other}" for one, other in pairwise(said))
    for one, between, other in zip(said, said[1:], said[2:], strict=False):
        yield f"{one} {between} {other}"
        yield f"{one} . {other}"
