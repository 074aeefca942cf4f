"""A voice without an engine: each text has its own tone, so that tests see which words made which sound."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable

import numpy as np

from speech.voice import Pcm, VoiceError


def tone(hertz: float, duration_s: float = 0.5, rate: int = 22_050, amplitude: float = 0.3) -> Pcm:
    at = np.arange(round(duration_s * rate)) / rate
    return Pcm(np.round(amplitude * 32767 * np.sin(2 * np.pi * hertz * at)).astype(np.int16), rate)


async def until(condition: Callable[[], object]) -> None:
    """Let others run until the condition holds; the test's own timeout ends a wait in vain."""
    while not condition():  # noqa: ASYNC110  # the code under test has no event for it
        await asyncio.sleep(0)


class ToneVoice:
    """A Voice that counts what it is asked, refuses `refused`, and can be held back with `gate`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self.away = False
        self.version = "1"
        self.gate: asyncio.Event | None = None
        self.busy = self.most_busy = 0

    async def synthesise(self, text: str, language: str) -> Pcm:
        self.asked.append((text, language))
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
        finally:
            self.busy -= 1
        if text in self.refused or self.away:
            raise VoiceError(f"refused {len(text)} characters")
        return tone(300 + zlib.crc32(text.encode()) % 1000)

    async def identity(self, language: str) -> str:
        if self.away:
            raise VoiceError("away")
        return f"tone {self.version} {language}"
