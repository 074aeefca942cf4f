"""G.711 turns 16-bit samples into 8-bit μ-law (North America, Japan) or A-law (China, Europe) and back, by tables.

Source: ITU-T G.711, by the reference code of G.191. At the ends of the segments the decision values are not half way
between two levels, so the nearest level is not always the right one.

It stands here because `speech`, `switch` and `phones` all need it and do not know each other. The tables are plain
bytes, made when first asked for; numpy takes them by `np.frombuffer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

ULAW_SILENCE, ALAW_SILENCE = 0xFF, 0xD5
_SAMPLES = 32_768  # of one sign


def ulaw_level(code: int) -> int:
    """The sample that a μ-law code word stands for."""
    word = ~code & 0xFF
    magnitude = ((((word & 0x0F) << 3) + 0x84) << (word >> 4 & 7)) - 0x84
    return -magnitude if word & 0x80 else magnitude


def alaw_level(code: int) -> int:
    """The sample that an A-law code word stands for."""
    word = code ^ 0x55
    segment, step = word >> 4 & 7, (word & 0x0F) << 4
    magnitude = step + 8 if segment == 0 else (step + 0x108) << (segment - 1)
    return magnitude if word & 0x80 else -magnitude


@cache
def ulaw_codes() -> bytes:
    """65,536 bytes: the μ-law code word of each sample, at the place of its bit pattern as an unsigned number."""
    # A step of segment 0 is 8 samples wide, of each further one twice that. Zero has half a step; the top is clipped.
    widths = [8 << segment for segment in range(8) for _ in range(16)]
    widths[0] = 4
    widths[-1] += _SAMPLES - sum(widths)
    return _codes(widths, 0xFF, 0x7F)


@cache
def alaw_codes() -> bytes:
    """65,536 bytes: the A-law code word of each sample, at the place of its bit pattern as an unsigned number."""
    # Segments 0 and 1 have steps of 16 samples, each further one twice that of the one before.
    widths = [16 << max(segment - 1, 0) for segment in range(8) for _ in range(16)]
    return _codes(widths, 0xD5, 0x55)


def _codes(widths: Sequence[int], positive: int, negative: int) -> bytes:
    """`widths`: samples in each step from zero up. A code word is the step's number, inverted by its sign's mask."""
    steps = b"".join(bytes((step,)) * width for step, width in enumerate(widths))
    assert len(steps) == _SAMPLES
    # A negative sample is taken by its ones' complement: -1 is in the step of 0, -32,768 in that of 32,767.
    masked = (bytes(step ^ mask for step in range(128)) + bytes(128) for mask in (positive, negative))
    up, down = (steps.translate(table) for table in masked)
    return up + down[::-1]
