"""Phrase templates: texts with places for values, and their rendering to the sentence that a voice says.

A phrase is text such as `您的余额是{balance:money}，还款日{due:day}。`. `{name:kind}` is a place for a value; the
kinds are those of `ivr.spoken`, and `{name}` alone is text as it is. `{{` and `}}` are braces.

A phrase without places is *static*: its sound is built at publish. The others are rendered when the values are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from calls.numbers import REGION
from dsl.spelling import nearest_hint
from ivr.spoken import KINDS, spell

MAX_TEXT = 1000  # characters: some four minutes of speech
_PLACE = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(?::(?P<kind>[^{}:]*))?")


class PhraseError(ValueError):
    """Text that is no phrase, or phrase that cannot be rendered. `position` counts characters of the text from 1."""

    def __init__(self, message: str, position: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Place:
    """Place for a value, and the kind as which it is said."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Template:
    """Phrase in one language, parsed once: words and places in order."""

    text: str
    parts: tuple[str | Place, ...]

    @property
    def places(self) -> Mapping[str, str]:
        """Kind by name of each place."""
        return {part.name: part.kind for part in self.parts if isinstance(part, Place)}

    @property
    def is_static(self) -> bool:
        """True without places: its sound can be built at publish."""
        return not any(isinstance(part, Place) for part in self.parts)

    def render(
        self, values: Mapping[str, object], language: str, region: str = REGION, zone: tzinfo | None = None
    ) -> str:
        """Render the sentence for a site in `region` (ISO 3166); instants are said in the house's `zone`.

        Raises PhraseError for a missing value, SpokenError for one that cannot be said.
        """
        said: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                said.append(part)
            elif part.name not in values:
                raise PhraseError(f"no value for {{{part.name}:{part.kind}}}")
            else:
                said.append(spell(part.kind, values[part.name], language, region, zone))
        return "".join(said)


def parse_template(text: str) -> Template:
    """Parse a phrase. Raises PhraseError with the position of what is wrong."""
    if not text.strip():
        raise PhraseError("the phrase is empty")
    if len(text) > MAX_TEXT:
        raise PhraseError(f"the phrase has {len(text)} characters; at most {MAX_TEXT} are spoken")
    parts: list[str | Place] = []
    words = ""
    at = 0
    while at < len(text):
        character = text[at]
        if text[at : at + 2] in ("{{", "}}"):
            words += character
            at += 2
        elif character == "}":
            raise PhraseError("a } without its {; write }} for a brace", at + 1)
        elif character == "{":
            place, after = _place(text, at)
            parts += [words, place] if words else [place]
            words, at = "", after
        else:
            words += character
            at += 1
    if words:
        parts.append(words)
    _refuse_two_kinds(parts)
    return Template(text, tuple(parts))


def _place(text: str, at: int) -> tuple[Place, int]:
    end = text.find("}", at)
    if end < 0:
        raise PhraseError("a { without its }; write {{ for a brace", at + 1)
    inside = text[at + 1 : end]
    found = _PLACE.fullmatch(inside)
    if found is None:
        raise PhraseError(f"{{{inside}}} is no place for a value; write {{name:kind}}", at + 1)
    kind = found["kind"] if found["kind"] is not None else "text"
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise PhraseError(f"kind {kind!r} is not known{nearest_hint(kind, KINDS)}; there are {known}", at + 1)
    return Place(found["name"], kind), end + 1


def _refuse_two_kinds(parts: Sequence[str | Place]) -> None:
    kinds: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Place) and kinds.setdefault(part.name, part.kind) != part.kind:
            raise PhraseError(f"{part.name} is said as {kinds[part.name]} and as {part.kind}: give it two names")
