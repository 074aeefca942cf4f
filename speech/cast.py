"""Voices of the demonstration: callers and agents who can be told apart, by espeak-ng's speakers.

What they say is kept in a folder like any sentence, so that the second start of a demonstration synthesises nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from speech.espeak import Espeak
from speech.levelling import Levelling
from speech.store import SoundStore, digest
from speech.voice import Voice

_SPEAKERS = ("m1", "f1", "m3", "f2", "m5", "f3", "m7", "f4")
_PITCHES = (42, 58, 36, 64, 50)


def speaker(number: int) -> Espeak:
    """The voice of person `number`: forty differ before one comes again."""
    return Espeak(
        variant=_SPEAKERS[number % len(_SPEAKERS)],
        pitch=_PITCHES[number % len(_PITCHES)],
        words_a_minute=150 + 5 * (number % 5),
    )


async def record_line(folder: Path, voice: Voice, text: str, language: str) -> Path:
    """The stem of a sound in `folder` in which `voice` says `text`, made when it is not there.

    Raises VoiceError, or SoundError when the folder cannot be written.
    """
    store = SoundStore(folder)
    name = digest("line", await voice.identity(language), language, text)
    if await asyncio.to_thread(store.verify, name) is None:
        pcm = await voice.synthesise(text, language)
        await asyncio.to_thread(lambda: store.write(name, Levelling().apply(pcm)))
    return store.stem(name)
