"""G.711 on arrays: linear samples are int16, code words are uint8 as RTP carries them. The codec is `calls.g711`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calls.g711 import ALAW_SILENCE, ULAW_SILENCE, alaw_codes, alaw_level, ulaw_codes, ulaw_level

Samples = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint8]

__all__ = [
    "ALAW_LEVELS",
    "ALAW_SILENCE",
    "ULAW_LEVELS",
    "ULAW_SILENCE",
    "Codes",
    "Samples",
    "alaw_decode",
    "alaw_encode",
    "ulaw_decode",
    "ulaw_encode",
]

ULAW_LEVELS: Samples = np.array([ulaw_level(code) for code in range(256)], np.int16)
ALAW_LEVELS: Samples = np.array([alaw_level(code) for code in range(256)], np.int16)
_ULAW_CODES: Codes = np.frombuffer(ulaw_codes(), np.uint8)
_ALAW_CODES: Codes = np.frombuffer(alaw_codes(), np.uint8)


def ulaw_encode(samples: Samples) -> Codes:
    """int16 samples to u-law code words, same shape."""
    return _ULAW_CODES[samples.view(np.uint16)]


def ulaw_decode(codes: Codes) -> Samples:
    """u-law code words to int16 samples, same shape."""
    return ULAW_LEVELS[codes]


def alaw_encode(samples: Samples) -> Codes:
    """int16 samples to A-law code words, same shape."""
    return _ALAW_CODES[samples.view(np.uint16)]


def alaw_decode(codes: Codes) -> Samples:
    """A-law code words to int16 samples, same shape."""
    return ALAW_LEVELS[codes]
