"""Line noise is taken out of an utterance by a gain for each band and instant (Wiener), before whisper hears it.

Noise that is always there covers the soft beginnings of syllables, which is where whisper-base errs (`hotline bench
speech`). It is learnt from the quietest tenth of the utterance, so a line without any stays as it is.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sound: TypeAlias = NDArray[np.float32]

_FRAME = 512
_HOP = 128
_QUIETEST = 0.1
_MORE = 1.2
"""The quietest frames have less noise than most."""
_OVER = 1.5
"""So much of the noise's power is taken off: what is left sounds like water, and is no word."""
_LEAST = 0.15
"""Of the level that stays everywhere: a silence of nothing at all is foreign to the models."""


def without_line_noise(sound: Sound) -> Sound:
    """The same sound at 16 kHz, as long as before, with less of the noise that is there all the time."""
    if len(sound) < _FRAME:
        return sound
    window = np.hanning(_FRAME)
    padded = np.concatenate([np.zeros(_FRAME), sound, np.zeros(_FRAME + _HOP)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP] * window
    spectra = np.fft.rfft(frames, axis=1)
    gains = _gains(np.square(np.abs(spectra)))
    heard = np.fft.irfft(spectra * gains, _FRAME, axis=1) * window
    joined, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for number, frame in enumerate(heard):
        place = slice(number * _HOP, number * _HOP + _FRAME)
        joined[place] += frame
        weight[place] += np.square(window)
    return np.asarray((joined / np.maximum(weight, 1e-3))[_FRAME : _FRAME + len(sound)], np.float32)


def _gains(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """By frame and band, from _LEAST to 1; smoothed over time, so that no single spark of noise stays."""
    inside = power[_FRAME // _HOP : -_FRAME // _HOP - 1]  # without the padding
    if not len(inside):
        return np.ones_like(power)
    quiet = np.argsort(inside.sum(axis=1))[: max(5, round(len(inside) * _QUIETEST))]
    noise = np.maximum(inside[quiet].mean(axis=0) * _MORE, 1e-12)
    above = np.maximum(power / noise - _OVER, 0.0)
    gains = np.maximum(above / (1 + above), _LEAST)
    before, after = np.roll(gains, 1, axis=0), np.roll(gains, -1, axis=0)
    return np.asarray(gains / 2 + before / 4 + after / 4)
