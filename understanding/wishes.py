"""Wishes: what a sentence is taken for when it says no to one thing, or holds two; yes, no, and which of two.

Pure turns of speech, by lists of words; what they are about is the matcher's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from understanding.judgement import Judgement
from understanding.wording import grams, plain

_CLAUSES = re.compile(r"[，,。.！!？?；;、]|\b(?:but|and also|also)\b|还有就是|还有|另外|顺便|而是|但是|然后再")
_REFUSED = re.compile(
    r"^(?:我)?(?:不是(?:要|想|问|说|来)?|不要|不想要?|不用|没(?:要|想|说)|i (?:do not|don't) want|not)\s*"
)
_WANTED = re.compile(r"^(?:我)?(?:是|要|想|就要|只要|问|i want|i need|i'd like)")
_YES = re.compile(r"^(?:对|是|嗯|好|行|可以|没错|正确|yes|yeah|yep|right|correct|ok|sure)")
_NO = re.compile(r"^(?:不|没|错|否|no\b|nope|wrong|not\b)")
_FIRST = re.compile(r"第一|前面|前一个|前者|一号|^一$|\bfirst\b|\bone\b")
_SECOND = re.compile(r"第二|后面|后一个|后者|二号|^二$|\bsecond\b|\btwo\b|\blatter\b")
_LEAST_SURE = 0.5

Judge = Callable[[str], Judgement]


class Understanding(msgspec.Struct, frozen=True):
    """Judgement of a sentence, and the turn that led to it."""

    judgement: Judgement
    turn: Literal["", "refused_one", "two_wishes"] = ""


def understand(said: str, judge: Judge) -> Understanding:
    """Judge a sentence: without what it says no to, and asked back which comes first where it holds two wishes."""
    clauses = [clause.strip() for clause in _CLAUSES.split(said) if clause and plain(clause)]
    if len(clauses) < 2:
        return Understanding(judge(said))
    wanted = [clause for clause in clauses if not _REFUSED.match(clause)]
    if len(wanted) < len(clauses) and any(_WANTED.match(clause) for clause in wanted):
        return Understanding(judge("，".join(wanted)), "refused_one")
    whole = judge(said)
    sure = [one for one in map(judge, clauses) if one.decision == "answered" and one.score >= _LEAST_SURE]
    if len({one.intent for one in sure}) == 2 and any(one.intent == whole.intent for one in sure):
        other = next(one for one in sure if one.intent != whole.intent)
        if whole.decision != "answered" or other.score > whole.score:
            return Understanding(msgspec.structs.replace(whole, decision="asked", second=other.intent), "two_wishes")
    return Understanding(whole)


def complains(said: str, words: Iterable[str]) -> bool:
    """Whether a word of complaint stands in it: Latin ones as whole words."""
    text = f" {plain(said)} "
    return any((f" {plain(word)} " if plain(word).isascii() else plain(word)) in text for word in words if plain(word))


def yes_or_no(said: str) -> bool | None:
    """True for yes, False for no, None for neither."""
    text = plain(said)
    if _NO.match(text):
        return False
    return True if _YES.match(text) else None


def which(said: str, names: tuple[str, str]) -> int | None:
    """Which of two was meant (0 or 1), by its place or by the words of its name; None: that is open."""
    text = plain(said)
    first, second = bool(_FIRST.search(text)), bool(_SECOND.search(text))
    if first != second:
        return 0 if first else 1
    said_grams = set(grams(said)["characters"]) | set(grams(said)["words"])
    only = [set(grams(name)["characters"]) | set(grams(name)["words"]) for name in names]
    shared = [len(said_grams & (only[index] - only[1 - index])) for index in (0, 1)]
    if shared[0] == shared[1]:
        return None
    return 0 if shared[0] > shared[1] else 1
