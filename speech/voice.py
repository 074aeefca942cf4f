"""The port to voices: an engine that turns a sentence into sound. Each engine is one small adapter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from calls.errors import HotlineError

Samples: TypeAlias = NDArray[np.int16]


class SpeechError(HotlineError):
    """Something about sound went wrong; the message says what to do."""


class VoiceError(SpeechError):
    """A voice did not speak: not installed, refused, or not in time. `retryable`: the same words may work later."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class VoiceBusy(VoiceError):
    """A voice has too many sentences to speak before this one: it is well, and another voice is quicker."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


class SoundError(SpeechError):
    """A sound cannot be read, is silent, or cannot be written (a full disk)."""


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """Mono sound: `samples` of 16 bits, `rate` of them in a second."""

    samples: Samples
    rate: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


class Voice(Protocol):
    """Says sentences. Safe to call many times at once."""

    async def synthesise(self, text: str, language: str) -> Pcm:
        """The sound of `text` in a BCP 47 language, at any rate from 8 kHz. Raises VoiceError, in bounded time."""
        ...

    async def identity(self, language: str) -> str:
        """The ingredients of this voice's sound: engine, version, speaker, settings. Goes into the cache's key."""
        ...
