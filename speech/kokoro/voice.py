"""Kokoro behind the port to voices: Mandarin and English, a sentence at a time, by one process that is loaded once."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable

import numpy as np

from speech.espeak import Espeak
from speech.kokoro import english
from speech.kokoro.mandarin import EDITION as MANDARIN
from speech.kokoro.mandarin import mandarin_symbols
from speech.kokoro.process import KokoroProcess
from speech.kokoro.symbols import numbers, pieces
from speech.kokoro.weights import INSTALL, is_installed
from speech.kokoro.worker import Question
from speech.pinyin import READING
from speech.voice import Pcm, Samples, VoiceBusy, VoiceError

RATE = 24_000
SPEAKERS = {"zh": "zm_yunjian", "en": "af_heart"}
"""Speaker by language: of those that the model has, the one that a recogniser mishears least on a telephone line."""
_PAUSE_S = 0.25
"""Silence between two sentences, beside what the speaker leaves."""
_EDITION = "1"


class Kokoro:
    """A Voice. `in_words(text, language)` gives the words of figures; `edition` tells one way of that from another.

    `most_waiting` sentences may wait for the one that is spoken: another raises VoiceBusy at once. None: any number.
    """

    def __init__(
        self,
        in_words: Callable[[str, str], str] = lambda text, language: text,
        edition: str = "",
        *,
        speed: float = 1.0,
        most_waiting: int | None = None,
        process: KokoroProcess | None = None,
    ) -> None:
        self._in_words = in_words
        self._edition = edition
        self._speed = speed
        self._most_waiting = most_waiting
        self._process = process or KokoroProcess()
        self._espeak = Espeak()
        self._asked = 0
        self._turn = asyncio.Lock()

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises VoiceError: not installed, a language without a speaker, a text without a sound; VoiceBusy."""
        speaker = _speaker(language)
        if self._most_waiting is not None and self._asked > self._most_waiting:
            raise VoiceBusy(f"{self._asked} sentences are before this one")
        self._asked += 1
        try:
            wanted = pieces(await self.symbols(text, language))
            if not wanted:
                raise VoiceError(f"nothing to say in a text of {len(text)} characters")
            sounds: list[Samples] = []
            async with self._turn:
                for piece in wanted:
                    question = Question(speaker, numbers(piece), self._speed)
                    sounds += [await asyncio.to_thread(self._process.ask, question), _pause()]
        finally:
            self._asked -= 1
        return Pcm(np.concatenate(sounds[:-1]), RATE)

    async def symbols(self, text: str, language: str) -> str:
        """What the model is given for a text. Raises VoiceError."""
        words = self._in_words(text, language)
        if _primary(language) == "zh":
            return await asyncio.to_thread(mandarin_symbols, words)  # its tables are loaded at the first word
        clauses = english.clauses(words)
        said = await self._espeak.ipa([clause for clause, _ in clauses], "en")
        marks = [mark for _, mark in clauses]
        return english.joined([(english.english_symbols(ipa), mark) for ipa, mark in zip(said, marks, strict=True)])

    async def identity(self, language: str) -> str:
        """Model, speaker, pace, and the tables that give the symbols. Raises VoiceError when not installed."""
        speaker = _speaker(language)
        if not is_installed():
            raise VoiceError(INSTALL)
        if _primary(language) == "zh":
            reading = f"{READING} {MANDARIN}"
        else:
            reading = await self._espeak.identity("en")
        return f"kokoro 1.0 {_EDITION} {speaker} {self._speed:g} {reading} {self._edition}"

    async def load(self) -> None:
        """Load the model, so that the first sentence does not wait for it. Raises VoiceError."""
        await asyncio.to_thread(self._process.load)

    def memory_mb(self) -> float:
        """Memory of its process, resident; 0 while it is not there."""
        return self._process.memory_mb()

    def processor_s(self) -> float:
        """Seconds of a core that its process has taken; 0 while it is not there."""
        return self._process.processor_s()

    async def close(self) -> None:
        """Stop the process."""
        await asyncio.to_thread(self._process.close)


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _speaker(language: str) -> str:
    speaker = SPEAKERS.get(_primary(language))
    if speaker is None:
        raise VoiceError(f"Kokoro has no speaker set for {language}; there are {', '.join(SPEAKERS)}")
    return speaker


@functools.cache
def _pause() -> Samples:
    return np.zeros(round(_PAUSE_S * RATE), np.int16)
