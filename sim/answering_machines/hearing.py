"""Hearing: sound as a switch tells of voices in it, for recordings and synthesised speech in place of made-up words.

The rule is that of Asterisk's TALK_DETECT (funcs/func_talkdetect.c and main/dsp.c of 22): a frame of 20 ms whose mean
magnitude reaches 256 is talk; a voice has ended when nothing is for as long as it was told to wait, `VOICE_QUIET_S`.
"""

import numpy as np
from numpy.typing import NDArray

from calls.events import VOICE_QUIET_S
from sim.answering_machines.greetings import Word
from sim.answering_machines.judging import voices

FRAME_S = 0.02
THRESHOLD = 256
"""Mean magnitude of 16-bit samples."""


def heard(samples: NDArray[np.int16], rate_hz: int) -> list[Word]:
    """When each voice in it begins and ends, in seconds from the begin of the sound."""
    size = round(FRAME_S * rate_hz)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    talk = np.abs(frames.astype(np.int32)).mean(axis=1) >= THRESHOLD
    words = [(float(index * FRAME_S), float((index + 1) * FRAME_S)) for index in np.flatnonzero(talk)]
    assert FRAME_S < VOICE_QUIET_S, "frames side by side are one voice"
    return voices(words)
