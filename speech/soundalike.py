"""Words that sound alike: what was heard is put back into the words that a flow expects, by toneless syllables.

Homophones are the main error of a recogniser of Mandarin: 账单 is heard as 张丹, 征信 as 真心. A flow knows its own
words, so a stretch of the text that sounds as one of them becomes that one. Syllables are compared without tones;
those that many speakers do not tell apart (zh and z, in and ing, n and l), or that a telephone makes alike (b and p,
g and k), count a quarter, those that share their beginning or end a half.

The shorter a word, the closer it must be: 微信 is not 威胁, nor 一期 逾期, while a whole sentence has more to go by.

Pure: no engine, no clock. A text that has no Chinese in it stays as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from speech.pinyin import SYLLABLES_OF_SIGNS, read, segments

_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(.*)")
_ALIKE_BEGINNINGS = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f", "r": "n"}
_BREATHED = {"p": "b", "t": "d", "k": "g", "q": "j", "c": "z"}
"""Beginnings that differ by a breath, which a telephone does not carry well; their ends must be the same."""
_ALIKE_ENDS = {"ing": "in", "eng": "en", "ang": "an", "uang": "uan", "iang": "ian"}
_SHORT = 3
_LEAST = 2
"""Syllables of a word that is looked for: one alone is heard everywhere."""
_ALLOWED_SHORT = 0.25
"""Cost for each syllable, of words up to _SHORT syllables, none of which may differ by more than that."""
_ALLOWED_LONG = 0.34
_COMMON = frozenset("的了是我你他她它们这那个不在有就也都还吗呢啊吧")
"""Signs that are in every second sentence are heard rightly: of 那个服务 no 客服 is made."""
_GAP = 1.0
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class _Said:
    """What was heard: its syllables, and the sign of each."""

    syllables: tuple[str, ...]
    signs: str
    nearest: dict[str, float] = field(default_factory=dict)
    """How far the nearest of its syllables is from one that was asked for: most words are given up by that."""

    def least(self, wanted: tuple[str, ...]) -> float:
        """The least that a word may cost here."""
        for syllable in wanted:
            if syllable not in self.nearest:
                self.nearest[syllable] = min(_difference(syllable, other) for other in self.syllables)
        return sum(self.nearest[syllable] for syllable in wanted)


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of the text in which a word is heard: syllables `begin` to `end`."""

    begin: int
    end: int
    cost: float
    word: str
    length: int

    @property
    def rank(self) -> tuple[float, float]:
        """The best first: most syllables that fit, then the closest."""
        return (self.cost - self.length, self.cost)


def in_their_words(text: str, words: Sequence[str]) -> str:
    """The text with each stretch that sounds as one of `words` written as that word. The order of words is of no
    matter but between two that sound the same."""
    syllables, places = _syllables_of(text)
    if not syllables:
        return text
    said = _Said(tuple(syllables), "".join(text[begin:end] for begin, end in places))
    found = [place for word in dict.fromkeys(words) for place in _heard(word, said)]
    taken: list[_Place] = []
    for place in sorted(found, key=lambda one: one.rank):
        if all(place.end <= other.begin or place.begin >= other.end for other in taken):
            taken.append(place)
    written = text
    for place in sorted(taken, key=lambda one: -one.begin):
        begin, end = places[place.begin][0], places[place.end - 1][1]
        written = f"{written[:begin]}{place.word}{written[end:]}"
    return written


def syllables(text: str) -> list[str]:
    """Syllables of a text's Chinese characters and figures, without tones."""
    return _syllables_of(text)[0]


def changes(said: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of syllables put in, left out or taken for others between two rows of them; or of words."""
    above = list(range(len(heard) + 1))
    for row, one in enumerate(said, 1):
        now = [row]
        for column, other in enumerate(heard, 1):
            now.append(min(above[column] + 1, now[-1] + 1, above[column - 1] + (one != other)))
        above = now
    return above[-1]


def difference(one: str, other: str) -> float:
    """How far two syllables are from each other: 0 for the same, 1 for strangers."""
    if one == other:
        return 0.0
    first, second = _parts(one), _parts(other)
    if tuple(map(_like, first)) == tuple(map(_like, second)):
        return 0.25
    if first[1] == second[1] and _unbreathed(first[0]) == _unbreathed(second[0]):
        return 0.25
    shared = _like(first[0]) == _like(second[0]), _like(first[1]) == _like(second[1])
    return 0.5 if any(shared) else 1.0


@functools.lru_cache(4096)
def _parts(syllable: str) -> tuple[str, str]:
    found = _SYLLABLE.fullmatch(syllable)
    return (found[1], found[2]) if found is not None else ("", syllable)


def _unbreathed(part: str) -> str:
    like = _like(part)
    return _BREATHED.get(like, like)


def _like(part: str) -> str:
    return _ALIKE_BEGINNINGS.get(part) or _ALIKE_ENDS.get(part) or part


@functools.lru_cache(65_536)
def _difference(one: str, other: str) -> float:
    return difference(one, other)


def _syllables_of(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Toneless syllables, and where in the text each is written."""
    found: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for run in segments(text):
        said = _readings(run)
        if len(said) == len(run):
            found += said
            places += [(at + index, at + index + 1) for index in range(len(run))]
        at += len(run)
    return found, places


def _readings(run: str) -> list[str]:
    if "\u3400" <= run[0] <= "\u9fff":
        return [syllable.rstrip("12345") for syllable in read(run)]
    return [SYLLABLES_OF_SIGNS[run].rstrip("12345")] if run.isdecimal() and run in SYLLABLES_OF_SIGNS else []


@functools.lru_cache(4096)
def _word(word: str) -> tuple[str, ...]:
    """A word's syllables; none of what is not all Chinese."""
    found = tuple(syllables(word))
    written = sum("\u3400" <= sign <= "\u9fff" or sign.isdecimal() for sign in word)
    return found if len(found) == written and written and not re.search("[A-Za-z]", word) else ()


def _heard(word: str, said: _Said) -> list[_Place]:
    """The places in which a word is heard, none of them over another one's."""
    wanted = _word(word)
    count = len(said.syllables)
    if not _LEAST <= len(wanted) <= count + 1:
        return []
    if len(wanted) <= _SHORT:
        return _heard_exactly(word, wanted, said)
    allowed = _ALLOWED_LONG * len(wanted) + _EPSILON
    if said.least(wanted) > allowed:
        return []
    ends = _ends(wanted, said.syllables)
    found: list[_Place] = []
    for end in sorted(range(1, count + 1), key=lambda at: (ends[at][0], -at)):
        cost, begin = ends[end]
        if cost > allowed:
            break
        if begin < end and all(end <= other.begin or begin >= other.end for other in found):
            found.append(_Place(begin, end, cost, word, len(wanted)))
    return found


def _heard_exactly(word: str, wanted: tuple[str, ...], said: _Said) -> list[_Place]:
    """The places of a short word: syllable for syllable, none left out, none far off, none of the commonest signs."""
    found: list[_Place] = []
    for begin in range(len(said.syllables) - len(wanted) + 1):
        end = begin + len(wanted)
        costs = [_difference(one, other) for one, other in zip(wanted, said.syllables[begin:end], strict=True)]
        other_signs = (sign for sign, cost in zip(said.signs[begin:end], costs, strict=True) if cost)
        if max(costs) <= _ALLOWED_SHORT and not any(sign in _COMMON for sign in other_signs):
            found.append(_Place(begin, end, sum(costs), word, len(wanted)))
    return found


def _ends(wanted: tuple[str, ...], said: tuple[str, ...]) -> list[tuple[float, int]]:
    """For each place in what was said: the least cost of the word that ends there, and where it begins then."""
    above = [(0.0, at) for at in range(len(said) + 1)]
    for row, syllable in enumerate(wanted, 1):
        now: list[tuple[float, int]] = [(row * _GAP, 0)]
        for column, heard in enumerate(said, 1):
            same = above[column - 1][0] + _difference(syllable, heard), above[column - 1][1]
            missing = above[column][0] + _GAP, above[column][1]
            more = now[-1][0] + _GAP, now[-1][1]
            now.append(min(same, missing, more, key=lambda way: way[0]))
        above = now
    return above
