"""A voice that is given words and no figures, for an engine that says figures one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from speech.voice import Pcm, Voice


@dataclass(frozen=True, slots=True)
class WordedVoice:
    """A Voice. `in_words(text, language)` gives the words; `edition` tells one way of saying figures from another."""

    voice: Voice
    in_words: Callable[[str, str], str]
    edition: str

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises what the voice raises."""
        return await self.voice.synthesise(self.in_words(text, language), language)

    async def identity(self, language: str) -> str:
        """The voice's own, and the edition."""
        return f"{await self.voice.identity(language)} words {self.edition}"
