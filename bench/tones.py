"""Prompts that phones can tell apart."""

from __future__ import annotations

import numpy as np

from speech.voice import Pcm, VoiceError


class ToneVoice:
    """A voice that whistles: the text "400 6.0" is 400 Hz for six seconds. So phones can tell prompts apart."""

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises VoiceError for a text that is no tone."""
        try:
            hz, duration_s = map(float, text.split())
        except ValueError as error:
            raise VoiceError(f"{text!r} is not a frequency and a duration") from error
        at = np.arange(round(duration_s * 8_000)) / 8_000
        return Pcm((np.sin(2 * np.pi * hz * at) * 10_000).astype(np.int16), 8_000)

    async def identity(self, language: str) -> str:
        """Its one version."""
        return "tones 1"
