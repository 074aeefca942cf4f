"""Beginnings of sentences: the words before the first value of a phrase are the same for all callers (您当前应还…), so
a voice that takes its time makes them once for each version, while nobody waits. Then a new sentence is heard at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

from hotline.versions.store import Versions
from ivr.phrases import parse_template
from speech.clauses import Piece, beginning
from speech.sentences import Sentences


class Beginnings:
    """`look` once a second: after a new version it begins to make what is missing, beside everything else."""

    def __init__(self, versions: Versions, holds: Callable[[], str], sentences: Sentences) -> None:
        """`holds` gives the version in service."""
        self._versions = versions
        self._holds = holds
        self._sentences = sentences
        self._of = ""
        self._making: asyncio.Task[int] | None = None

    async def look(self) -> None:
        """Begin with the version that holds, if it is another one than before."""
        version = self._holds()
        if version == self._of:
            return
        self._of = version
        self.close()
        pieces = list(beginnings(self._versions.program(version).phrases))
        self._making = asyncio.create_task(self._sentences.warm_pieces(pieces))

    def close(self) -> None:
        """Make no more."""
        if self._making is not None:
            self._making.cancel()


def beginnings(phrases: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Piece, str]]:
    """First pieces, each once with its language, of phrases (text by key, by language) that have values."""
    found: dict[tuple[Piece, str], None] = {}
    for language, texts in phrases.items():
        for text in texts.values():
            template = parse_template(text)
            words = template.parts[0]
            piece = beginning(words) if isinstance(words, str) and not template.is_static else None
            if piece is not None:
                found[piece, language] = None
    yield from found
