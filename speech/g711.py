"""G.711: 16-bit samples as 8-bit mu-law (North America, Japan) or A-law (China, Europe). ITU-T G.711, by its G.191
code.

Encoding is one look-up in a table of all 65,536 samples.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from speech.voice import Samples

Codes = NDArray[np.uint8]


@functools.cache
def _mulaw_table() -> Codes:
    value = np.arange(-32768, 32768, dtype=np.int32)
    sign = np.where(value < 0, 0x80, 0)
    # G.191 takes the ones' complement of a negative, 14 bits of it, adds 33; the highest bit set names the segment.
    magnitude = np.where(value < 0, ~value, value) >> 2
    biased = np.minimum(magnitude + 33, 0x1FFF)
    segment = np.floor(np.log2(biased)).astype(np.int32) - 5
    step = (biased >> (segment + 1)) & 0x0F
    codes: Codes = (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)
    return codes


@functools.cache
def _alaw_table() -> Codes:
    value = np.arange(-32768, 32768, dtype=np.int32)
    sign = np.where(value >= 0, 0x80, 0)
    magnitude = np.where(value < 0, ~value, value) >> 4  # 12 bits
    segment = np.where(magnitude > 15, np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 3, 0)
    step = np.where(segment > 1, magnitude >> np.maximum(segment - 1, 0), magnitude)
    codes: Codes = ((sign | (segment << 4) | (step & 0x0F)) ^ 0x55).astype(np.uint8)
    return codes


def to_mulaw(samples: Samples) -> bytes:
    """16-bit samples as μ-law (ITU-T G.711), one byte each."""
    return _mulaw_table()[samples.astype(np.int32) + 32768].tobytes()


def to_alaw(samples: Samples) -> bytes:
    """16-bit samples as A-law (ITU-T G.711), one byte each."""
    return _alaw_table()[samples.astype(np.int32) + 32768].tobytes()
