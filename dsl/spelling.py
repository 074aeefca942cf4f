"""Hints for messages: the nearest right word to one that nobody knows, and full-width signs of a Chinese keyboard."""

import difflib
import re
from collections.abc import Iterable

_FULL_WIDTH = re.compile(r"[：，；（）｛｝［］＝＂＇＃－]")


def nearest(word: str, known: Iterable[str]) -> str:
    """Nearest word of `known` to `word`, the one that was most likely meant; empty if none is near.

    Another writing of the same word (`Zh_cn` of `zh-CN`) comes first; of equally near ones the first in `known` does.
    """
    words = list(known)
    plain = _plainly(word)
    for other in words:
        if other != word and _plainly(other) == plain:
            return other
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return close[0] if close else ""


def _plainly(word: str) -> str:
    return word.casefold().replace("_", "-")


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Hint for a message, ` (did you mean then?)`; empty if no word of `known` is near.

    A full-width sign in the word, which a Chinese keyboard makes, is named instead.
    """
    if sign := full_width(word):
        return f" (a full-width {sign} stands in it; write {narrow(sign)})"
    close = nearest(word, known)
    return f" (did you mean {close}?)" if close else ""


def full_width(text: str) -> str:
    """First full-width sign of YAML in `text`; empty if there is none."""
    found = _FULL_WIDTH.search(text)
    return found[0] if found else ""


def narrow(sign: str) -> str:
    """Its half-width sign, as a message says what to write in its place."""
    plain = chr(ord(sign) - 0xFEE0)
    return f"{plain} and a space" if plain in ":," else plain
