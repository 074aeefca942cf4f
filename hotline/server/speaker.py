"""The house's sentences, as clips: for the switch that speaks, and for the executor."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from calls.commands import Clip, Sentence
from speech.sentences import Sentences


class Speaker:
    """Sentences, as the switch that speaks and the executor ask for them."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    async def say(self, sentence: Sentence) -> AsyncGenerator[Clip]:
        """The clips of a sentence, the first as soon as it is there."""
        async with aclosing(self._sentences.spoken(sentence.text, sentence.language)) as stems:
            async for stem in stems:
                yield Clip(str(stem))

    async def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """Have them made before they are said."""
        await self._sentences.warm((sentence.text, sentence.language) for sentence in sentences)
