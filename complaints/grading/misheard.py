"""Words that were mistyped or misheard: Chinese ones in other characters of the same sound (银堡监), long English ones
with a letter left out, doubled or swapped (lawer, ombusdman).

Another letter in the place of one is another word too often (reported, reporter), so that does not count.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_HAN_WORD = re.compile(r"[\u3400-\u9fff]{3,}")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_ENGLISH_WORD = re.compile(r"[a-z]{6,}")
_TOKEN = re.compile(r"[a-z]{5,}")
_ENDINGS = re.compile(r"(?:ing|ed|es|s)$")
_SAME = ((re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"ng$"), "n"))
"""Sounds that half of the country does not tell apart."""


class Misheard:
    """The words of one signal by their sound and spelling. `find` takes a text that is `normal`."""

    def __init__(self, words: Iterable[str]) -> None:
        self._sounds = {_sound(word): word for word in words if _HAN_WORD.fullmatch(word)}
        self._spelled = {word for word in words if _ENGLISH_WORD.fullmatch(word)}
        self._near = {near: word for word in self._spelled for near in _nearly(word) if len(near) >= 5}

    def find(self, text: str) -> str:
        """What stands in the text, and the word that it is taken for: `银堡监, for 银保监`; empty where nothing does.

        A word as it is written is none: where it did not count it was denied.
        """
        for run in _HAN_RUN.findall(text) if self._sounds else ():
            said = _sound(run)
            for sound, word in self._sounds.items():
                place = said.find(sound)
                if place >= 0:
                    first = said.count("'", 0, place + 1) - 1
                    if (seen := run[first : first + len(word)]) != word:
                        return f"{seen}, for {word}"
        for token in _TOKEN.findall(text) if self._near else ():
            bare = _ENDINGS.sub("", token)
            for one in (token, bare):
                if one in self._near and token not in self._spelled and bare not in self._spelled:
                    return f"{token}, for {self._near[one]}"
        return ""


def _sound(word: str) -> str:
    return "".join(f"'{_syllable(sign)}" for sign in word) + "'"


@lru_cache(maxsize=8192)
def _syllable(sign: str) -> str:
    """The usual reading of a character without its tone."""
    import pypinyin  # its tables take a third of a second: loaded when the first text is graded

    said = str(pypinyin.lazy_pinyin(sign)[0])
    for pattern, into in _SAME:
        said = pattern.sub(into, said)
    return said


def _nearly(word: str) -> set[str]:
    """The word with one letter left out, doubled or swapped with the next; never with another first letter."""
    places = range(1, len(word))
    dropped = {word[:place] + word[place + 1 :] for place in places}
    swapped = {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in places[:-1]}
    doubled = {word[:place] + word[place - 1] + word[place:] for place in places}
    return (dropped | swapped | doubled) - {word}
