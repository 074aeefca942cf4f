"""The document of a conversation: its lines by side and time, masked, and the words that had to be said or must not be.

Pure: the words come from an engine, the rules from hotline.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from calls.numbers import masked_said
from hotline.site.transcripts import Wording
from hotline.store.said import searched
from speech.soundalike import in_their_words

Side = Literal["caller", "house"]
"""Who speaks: the far end of the line, or whoever talks to it for the house."""


class Line(msgspec.Struct, frozen=True):
    """What one side said in one breath, from `begin_s` to `end_s` of the recording."""

    side: Side
    begin_s: float
    end_s: float
    text: str
    confidence: float = 1.0


class Marked(msgspec.Struct, frozen=True):
    """A forbidden word, and where it was said."""

    word: str
    at_s: float


class Marks(msgspec.Struct, frozen=True):
    """What a conversation lacks, and what should not be in it."""

    missing: tuple[str, ...] = ()
    forbidden: tuple[Marked, ...] = ()


def masked_line(line: Line, region: str | None = None) -> Line:
    """The line with telephone numbers masked as in logs, and every other row of six figures or more by dots."""
    return msgspec.structs.replace(line, text=masked_said(line.text, region))


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines of both sides as they were said."""
    return sorted(lines, key=lambda line: (line.begin_s, line.side))


def marks(lines: Sequence[Line], rules: Wording) -> Marks:
    """What the house's side lacks and has of the words in `rules`.

    A required word counts as said where it sounds so: the engine mishears homophones. A forbidden one must be written
    so, or nobody could rely on the mark.
    """
    ours = [line for line in lines if line.side == "house"]
    if not ours:
        return Marks()
    all_said = "".join(searched(in_their_words(line.text, rules.required)) for line in ours)
    missing = tuple(word for word in rules.required if searched(word) not in all_said)
    found = [
        Marked(word, line.begin_s) for line in ours for word in rules.forbidden if searched(word) in searched(line.text)
    ]
    return Marks(missing, tuple(found))


def said(lines: Sequence[Line]) -> str:
    """All lines for searches, one a line, so that nothing is found across two."""
    return "\n".join(searched(line.text) for line in lines)
