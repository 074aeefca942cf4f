"""The recogniser that judges voices: whisper-base by faster-whisper, on what a telephone carries of a sound.

Judged are syllables without tones, as homophones are the recogniser's error and no voice's: the least number of
changes (Levenshtein) from those of the text to those that were heard.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from calls.errors import BadInput
from calls.g711 import ulaw_codes, ulaw_level
from ivr.spoken.figures import in_words
from speech import soundalike
from speech.levelling import resample
from speech.voice import Samples
from speech.whisper.transcriber import load_whisper
from speech.whisper.weights import INSTALL, is_installed

_RATE = 16_000
_CHINESE = re.compile("[\u4e00-\u9fff]")


def syllables(text: str) -> list[str]:
    """Syllables of a Chinese text, without tones, as our voices read it; figures as they are said."""
    return soundalike.syllables("".join(_CHINESE.findall(in_words(text, "zh-CN"))))


def through_a_telephone(samples: Samples) -> NDArray[np.float32]:
    """8 kHz samples as µ-law carries them, at the rate that the recogniser takes."""
    codes = np.frombuffer(ulaw_codes(), np.uint8)[samples.astype(np.int16).view(np.uint16)]
    carried = np.array([ulaw_level(code) for code in range(256)])[codes]
    return np.asarray(resample(carried / 32768.0, 8000, _RATE), np.float32)


class Judge:
    """Hears Chinese. Loaded once, on one thread. Raises BadInput where it is not installed."""

    def __init__(self) -> None:
        if not is_installed():
            raise BadInput(INSTALL)
        self._model = load_whisper()

    def misheard(self, samples: Samples, text: str) -> tuple[int, int]:
        """Syllables misheard, and syllables, of a text that a sound at 8 kHz says.

        Of a sound that it makes nothing of, the recogniser may make up more than was said: then all are misheard.
        """
        segments, _ = self._model.transcribe(
            through_a_telephone(samples),
            language="zh",
            beam_size=5,
            initial_prompt="以下是普通话的句子。",
            condition_on_previous_text=False,
        )
        said = syllables(text)
        heard = syllables("".join(segment.text for segment in segments))
        return min(soundalike.changes(said, heard), len(said)), len(said)
