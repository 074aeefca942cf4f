"""Tone sandhi of Mandarin: tones that change beside others, on syllables with tone figures.

Three rules, as Chao's grammar (1968, 1.3.4) and the standard 普通话 textbooks have them: 一 and 不 take the tone that
their neighbour asks for, and of third tones in a row all but a word's last are said as second ones.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_FIGURES = "零〇一二三四五六七八九幺"
_ORDINAL_BEFORE = f"第初{_FIGURES}十百千万亿点"
"""一 after one of these is a figure or an ordinal."""
_ENDS_WORD = re.compile(r"(?:统|唯|之|万|专|周|星期|礼拜)$")
_NAMED_BY_ONE = "月日号楼级等期班线"
"""一 before one of these is its name: 一月, 一号."""


def sandhi(characters: str, syllables: Sequence[str], words: Sequence[str]) -> list[str]:
    """Syllables as they are said beside each other.

    `characters` and `syllables` go side by side, `words` are the same characters in words. A tone is a figure at a
    syllable's end, 5 for the neutral one. Raises ValueError when the lengths differ.
    """
    if len(characters) != len(syllables) or "".join(words) != characters:
        raise ValueError("each character has one syllable, and stands in one word")
    said = list(syllables)
    for place, character in enumerate(characters):
        if character == "不":
            said[place] = _not(characters, said, place)
        elif character == "一":
            said[place] = _one(characters, said, place)
    begin = 0
    for word in words:
        _third_tones(said, begin, begin + len(word))
        begin += len(word)
    _across_words(said, words)
    return said


def _not(characters: str, said: Sequence[str], place: int) -> str:
    """不是 bu2, 不能 bu4, 能不能 bu5."""
    after = place + 1
    if after >= len(said):
        return "bu4"
    if place and characters[place - 1] == characters[after]:
        return "bu5"
    return "bu2" if said[after][-1] == "4" else "bu4"


def _one(characters: str, said: Sequence[str], place: int) -> str:
    """一个 yi2, 一天 yi4; a figure, an ordinal or a word's end stays yi1."""
    before, after = characters[:place], characters[place + 1 :]
    if not after or (before and before[-1] in _ORDINAL_BEFORE) or _ENDS_WORD.search(before):
        return "yi1"
    if after[0] in _FIGURES + "十" or after[0] in _NAMED_BY_ONE:
        return "yi1"
    if before and before[-1] == after[0]:
        return "yi5"  # 试一试
    return "yi2" if said[place + 1][-1] in "45" else "yi4"


def _third_tones(said: list[str], begin: int, end: int) -> None:
    """Inside a word: all but the last of a row."""
    for place in range(begin, end - 1):
        if said[place][-1] == "3" and said[place + 1][-1] == "3":
            said[place] = f"{said[place][:-1]}2"


def _across_words(said: list[str], words: Sequence[str]) -> None:
    """Where words meet: a word of one syllable leans on the next one; a longer one on a word of one syllable."""
    begin = 0
    for word, following in itertools.pairwise(words):
        last = begin + len(word) - 1
        begin += len(word)
        if said[last][-1] == "3" and said[begin][-1] == "3" and (len(word) == 1 or len(following) <= 2):
            said[last] = f"{said[last][:-1]}2"
