"""A soft chime for waiting callers, for sites that have not put music of their own in place.

Written already encoded in the two telephone codecs, so that playing it to a waiting room costs Asterisk no transcoding
for those legs, and as linear audio for all others.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000
# Pentatonic: any two notes that overlap sound well together. C major, from G3.
_NOTES_HZ = (196.0, 220.0, 261.6, 293.7, 329.6, 392.0, 440.0, 523.3)
# The tune by index into _NOTES_HZ, one note a beat, -1 a rest; the bass lies an octave under each bar's first note.
_TUNE = (2, 4, 5, -1, 4, 3, 2, -1, 1, 3, 4, -1, 3, 2, 0, -1, 2, 4, 7, -1, 6, 5, 4, -1, 3, 4, 3, 1, 2, -1, -1, -1)
_BEAT_S = 0.75
_PEAK = 5000  # about -16 dBFS: under speech, so that announcements stand out


def write_hold_music(directory: Path) -> None:
    """Puts `chime.sln`, `chime.ulaw` and `chime.alaw` (24 s, 8 kHz) into `directory`, once."""
    if (directory / "chime.alaw").exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    linear = chime()
    (directory / "chime.sln").write_bytes(linear.astype("<i2").tobytes())
    (directory / "chime.ulaw").write_bytes(ulaw(linear))
    (directory / "chime.alaw").write_bytes(alaw(linear))


def chime() -> NDArray[np.int16]:
    """The tune as 16-bit samples at 8 kHz; its end runs into its beginning without a click."""
    length = int(len(_TUNE) * _BEAT_S * RATE_HZ)
    mix = np.zeros(length)
    for beat, note in enumerate(_TUNE):
        at = int(beat * _BEAT_S * RATE_HZ)
        if note >= 0:
            _add(mix, at, _struck(_NOTES_HZ[note], seconds=2.5))
        if beat % 4 == 0:
            _add(mix, at, 0.6 * _struck(_NOTES_HZ[max(note, 0)] / 2, seconds=3.5))
    samples: NDArray[np.int16] = np.round(mix / np.max(np.abs(mix)) * _PEAK).astype(np.int16)
    return samples


def _struck(hz: float, seconds: float) -> NDArray[np.float64]:
    """One struck bar: a sine with two quiet partials, a soft attack and an exponential decay."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = np.sin(2 * np.pi * hz * t) + 0.25 * np.sin(4 * np.pi * hz * t) + 0.08 * np.sin(6 * np.pi * hz * t)
    envelope = np.minimum(t / 0.012, 1.0) * np.exp(-2.2 * t) * np.minimum((seconds - t) / 0.2, 1.0)
    sound: NDArray[np.float64] = tone * envelope
    return sound


def _add(mix: NDArray[np.float64], at: int, sound: NDArray[np.float64]) -> None:
    """Adds at a place; what would pass the end rings on at the beginning, since music on hold repeats."""
    places = (at + np.arange(len(sound))) % len(mix)
    np.add.at(mix, places, sound)


def ulaw(linear: NDArray[np.int16]) -> bytes:
    """16-bit samples as mu-law (ITU-T G.711)."""
    magnitude = np.minimum(np.abs(linear.astype(np.int32)), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(linear < 0, 0x80, 0x00)
    return bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8))


def alaw(linear: NDArray[np.int16]) -> bytes:
    """16-bit samples as A-law (ITU-T G.711)."""
    values = linear.astype(np.int32)
    magnitude = np.minimum(np.where(values >= 0, values, -values - 1), 32767) >> 3
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent > 0, magnitude >> exponent, magnitude >> 1) & 0x0F
    sign = np.where(values >= 0, 0x80, 0x00)
    return bytes(((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8))
