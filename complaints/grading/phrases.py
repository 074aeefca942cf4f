"""Phrases of grades.yaml: words with a gap, alternatives, and what denies them.

    银保监                    these characters, wherever they stand
    complain                  a whole word where letters are Latin, with the usual endings: complains, complained
    (告诉|打给)…(同事|家人)   one of several; … is up to 14 characters of the same sentence (40 in a Latin phrase)
    (推销|营销)(的)?电话      what has a question mark after its brackets may be left out

A hit is denied by a negation right before it in its clause, such as 没有人 or `nobody`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from complaints.grading.text import clause_start, normal

GAP = "…"
_GAP = r"[^。.!?;]{0,14}?"
_GAP_LATIN = r"[^。.!?;]{0,40}?"
_ENDING = r"(?:s|es|'s|d|ed|ing)?"
_DENIED_WITHIN = 5
_DENIED_WITHIN_LATIN = 20
_PARTS = re.compile(r"(\)\?|[(|)…])")
_SIGNS = re.compile(r"[][\\{}^$?]")
_BRACKETS = re.compile(r"(?:[^()]|\([^()|]+(?:\|[^()|]+)*\))*")
_LATIN = re.compile(r"[a-z0-9]")

Denials = re.Pattern[str]


class PhraseError(ValueError):
    """A phrase cannot be read; the message says what is wrong with it."""


@lru_cache(maxsize=8192)
def compiled(phrase: str) -> re.Pattern[str]:
    """The pattern of a phrase, for texts that are `normal`. Raises PhraseError.

    Gaps are bounded, so that a search costs time in proportion to the text.
    """
    text = normal(phrase.replace("...", GAP).replace(GAP, "\0")).replace("\0", GAP)
    if found := _SIGNS.search(text.replace(")?", ")")):
        raise PhraseError(f"{found[0]} has no meaning here; there are (a|b), (a)? and …")
    if not _BRACKETS.fullmatch(text):
        raise PhraseError("each ( has its ), with words in it, and none within another")
    if text.count(GAP) > 2:
        raise PhraseError("two gaps at most")
    words = [part for part in _PARTS.split(text) if part]
    if not any(part not in "(|)?…" for part in words) or text[:1] == GAP or text[-1:] == GAP:
        raise PhraseError("words at its beginning and its end")
    return re.compile("".join(_pieces(words)))


def _pieces(words: list[str]) -> Iterable[str]:
    is_latin = any(_LATIN.search(word) for word in words)
    depth = 0
    for word in words:
        match word:
            case "(":
                depth += 1
                yield "(?:"
            case ")":
                depth -= 1
                yield ")"
            case ")?":
                depth -= 1
                yield ")?"
            case "|":
                if not depth:
                    raise PhraseError("| stands between ( and )")
                yield "|"
            case "…":
                yield _GAP_LATIN if is_latin else _GAP
            case _:
                yield _word(word)


def _word(word: str) -> str:
    text = word.strip() if _LATIN.search(word) else word
    begins, ends = _LATIN.match(text), text[-1:].isascii() and text[-1:].isalpha()
    inner = re.escape(text).replace(r"\ ", r"\s?" if not _LATIN.search(text) else r"\s+")
    before = r"(?<![a-z0-9])" if begins else ""
    after = rf"{_ENDING}(?![a-z0-9])" if ends else r"(?![0-9])" if text[-1:].isdigit() else ""
    space = r"\s*" if word != text else ""
    return f"{space}{before}{inner}{after}{space}"


@lru_cache(maxsize=64)
def denials(words: tuple[str, ...]) -> Denials:
    """The pattern of negations, to be found right before a hit."""
    chinese = [re.escape(normal(word)) for word in words if not _LATIN.search(normal(word))]
    latin = [re.escape(normal(word)) for word in words if _LATIN.search(normal(word))]
    parts = []
    if chinese:
        parts.append(rf"(?:{'|'.join(chinese)})[^,.;!?。]{{0,{_DENIED_WITHIN}}}$")
    if latin:
        parts.append(rf"(?<![a-z])(?:{'|'.join(latin)})(?![a-z])[^,.;!?。]{{0,{_DENIED_WITHIN_LATIN}}}$")
    return re.compile("|".join(parts) or r"(?!)")


def find(text: str, patterns: Iterable[re.Pattern[str]], denied: Denials) -> str:
    """The first hit of any pattern in a text that is `normal`, as it stands there; empty where there is none, or each
    is denied."""
    for pattern in patterns:
        for hit in pattern.finditer(text):
            if not denied.search(text, clause_start(text, hit.start()), hit.start()):
                return hit[0].strip()
    return ""
