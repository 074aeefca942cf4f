"""Clauses: the pieces in which a sentence is spoken, so that its beginning is heard while the rest is still made.

The first piece is short, as the caller waits for it; what follows is made while that is heard. A sentence is parted at
its marks, else behind 是, 为 and the like or before a value, where a reader takes breath too, else between two words.

Pure: no engine, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from speech.segmenting import words

_LEAST_FIRST = (3, 4, 4)
"""Syllables of the first piece, by what kind of place it ends at: a shorter one is over before the next is there."""
_MOST_FIRST = 9
"""Syllables of the first piece, which the caller waits for."""
_AT_A_MARK, _IN_A_CLAUSE, _BETWEEN_WORDS = 0, 1, 2
_MARKS = frozenset("，。；：！？、,.;:!?")
_LEAST_WHOLE = 10
"""Syllables of a sentence that is worth parting."""
_LEAST_REST = 3
_MOST_REST = 16
"""Syllables of a later piece between marks; there is time for it while those before are heard."""
_OF_A_LATIN_WORD = 1.6
_BREATH_S = 0.06
_PAUSES_S = {"，": 0.18, ",": 0.18, "、": 0.14, "；": 0.25, ";": 0.25, "：": 0.22, ":": 0.22}
_PAUSE_S = 0.35
"""Between two sentences."""
_MARK = re.compile(r"[，。；：！？、]|[,.;:!?](?=\s)")
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[0-9.,]*[0-9]|[A-Za-z']+|.", re.DOTALL)
_LINKS = frozenset("是 为 共 共计 合计 一共 约 is are was were".split())  # noqa: SIM905 - prose
_VALUE = re.compile(
    r"[0-9]|[零一二两三四五六七八九十百千万亿]{2,}|每月|(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)\b"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are made as one sound, and the silence behind them; None: the sentence ends as the voice ends it."""

    text: str
    pause_s: float | None = None


def pieces(text: str) -> list[Piece]:
    """Pieces of a text in their order; one piece for a short text. Together they are all its words."""
    text = text.strip()
    if syllables(text) < _LEAST_WHOLE:
        return [Piece(text)]
    begin = _first_end(text)
    ends = [begin, *_later_ends(text, begin)]
    found: list[Piece] = []
    at = 0
    for end in ends:
        found.append(_piece(text[at:end]))
        at = end
    return [*found, Piece(text[at:].strip())]


def beginning(words: str) -> Piece | None:
    """The first piece of the sentences that begin with these words and go on with a value; None: it holds the value."""
    value = "one hundred and twenty yuan." if words.isascii() else "一百二十三元四角。"
    first = pieces(f"{words}{value}")[0]
    said = first.text if first.text in words else first.text[:-1]  # without the mark of one who goes on
    return first if first.pause_s is not None and words.strip().startswith(said) else None


def syllables(text: str) -> float:
    """How many syllables a text has, about: each Chinese sign and each figure is one."""
    return sum(
        len(token) if not token[0].isascii() else len(token.strip(".,")) if token[-1].isdecimal() else _OF_A_LATIN_WORD
        for token in _TOKEN.findall(text)
        if token[0].isalnum()
    )


def _piece(text: str) -> Piece:
    said = text.strip()
    if _MARK.match(said, len(said) - 1) or said[-1] in ",.;:!?":
        return Piece(said, _PAUSES_S.get(said[-1], _PAUSE_S))
    # A mark of one who goes on: without it the voice would fall as at an end.
    return Piece(f"{said}{',' if said.isascii() else '，'}", _BREATH_S)


def _first_end(text: str) -> int:
    """Where the first piece ends: the earliest place, and if there are only those between two words, the last."""
    fitting = [
        (rank == _BETWEEN_WORDS, place if rank < _BETWEEN_WORDS else -place)
        for rank, place in _places(text)
        if _LEAST_FIRST[rank] <= syllables(text[:place]) <= _MOST_FIRST and syllables(text[place:]) >= _LEAST_REST
    ]
    if fitting:
        return abs(min(fitting)[1])
    later = [place for rank, place in _places(text) if syllables(text[:place]) >= _LEAST_FIRST[rank]]
    return min((place for place in later if syllables(text[place:])), default=len(text))


def _later_ends(text: str, begin: int) -> Iterator[int]:
    at = begin
    for mark in _MARK.finditer(text, begin):
        if syllables(text[at : mark.end()]) >= _MOST_REST / 2 and syllables(text[mark.end() :]) >= _LEAST_REST:
            yield mark.end()
            at = mark.end()


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Places to part a text, each with its rank: marks, or behind a link or before a value; between two words."""
    for mark in _MARK.finditer(text):
        yield _AT_A_MARK, mark.end()
    at = 0
    for word in _words(text):
        if at and word.strip() and text[at - 1] not in _MARKS and word not in _MARKS:
            yield _IN_A_CLAUSE if _VALUE.match(text, at) else _BETWEEN_WORDS, at
        at += len(word)
        if word in _LINKS and text[at : at + 1] not in _MARKS:
            yield _IN_A_CLAUSE, at


def _words(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        if "\u3400" <= token[0] <= "\u9fff":
            yield from words(token)
        else:
            yield token
