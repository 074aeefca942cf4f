"""G.711 u-law and A-law by table. Linear samples are int16, code words are uint8 as RTP carries them.

The expansion follows the segments of ITU-T G.711; the compression is made from it: each of the 65,536 linear
values gets the code word whose level is nearest, which is where the Recommendation puts its decision values.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint8]

ULAW_SILENCE, ALAW_SILENCE = 0xFF, 0xD5


def _ulaw_levels() -> Samples:
    word = ~np.arange(256) & 0xFF
    magnitude = ((((word & 0x0F) << 3) + 0x84) << ((word >> 4) & 7)) - 0x84
    return np.where(word & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_levels() -> Samples:
    word = np.arange(256) ^ 0x55
    segment, step = (word >> 4) & 7, (word & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(word & 0x80, magnitude, -magnitude).astype(np.int16)


def _nearest_code(levels: Samples) -> Codes:
    order = np.argsort(levels, kind="stable")
    ascending = levels[order].astype(np.int32)
    middles = (ascending[1:] + ascending[:-1]) / 2
    linear = np.arange(-32_768, 32_768)
    codes = order[np.searchsorted(middles, linear, side="right")].astype(np.uint8)
    return np.roll(codes, -32_768)  # so that the sample's own uint16 pattern is the index


ULAW_LEVELS: Samples = _ulaw_levels()
ALAW_LEVELS: Samples = _alaw_levels()
_ULAW_CODES: Codes = _nearest_code(ULAW_LEVELS)
_ALAW_CODES: Codes = _nearest_code(ALAW_LEVELS)


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
