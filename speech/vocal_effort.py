"""Vocal effort: whether somebody raises their voice, by level, pitch and brightness of what they say.

Who raises their voice speaks louder and higher, and the upper partials grow more than the lower ones (Liénard and Di
Benedetto, "Effect of vocal effort on spectral properties of vowels", JASA 106, 1999; Traunmüller and Eriksson, JASA
107, 2000). Measured are, of voiced frames only,

- the level, as ITU-T P.56 means it: of active speech, in dBFS;
- the pitch: the peak of the autocorrelation, divided by that of the window (Boersma, IFA Proceedings 17, 1993), which
  finds it also where a telephone has cut the lowest partial off;
- brightness: the alpha ratio, the energy above 1 kHz over that below, here within a telephone's band; it rises with
  loudness (Sundberg and Nordenberg, JASA 120, 2006; Eyben et al., GeMAPS, IEEE Transactions on Affective Computing 7,
  2016).

People, telephones and lines differ by more than a raised voice does: so each caller is compared with themselves. A
first utterance has nothing to be compared with, and must be loud and bright beyond what a line ever brings calm.

Pure: no engine, no clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.voice import Pcm, Samples

_FRAME_S, _HOP_S = 0.04, 0.02
_PITCHES_HZ = (70.0, 400.0)
_VOICED = 0.5
"""Least height of the autocorrelation's peak: 1 is a perfect period."""
_BELOW_LOUDEST_DB = 20.0
"""Frames so far under the loudest tenth are ends of words, or the line's noise."""
_LEAST_VOICED_S = 0.3
"""Less voice than that tells nothing: a yes, a cough."""
_BAND_HZ = (300.0, 1000.0, 3400.0)
_FULL = 32768.0
_TINY = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """What was measured of an utterance: `level_dbfs` of its voice, `pitch_hz` (median), `brightness_db`."""

    level_dbfs: float
    pitch_hz: float
    brightness_db: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on a voice is raised. The first three are above the caller's own, each a whole sign; a sign counts
    from nothing to `most` of itself, and `least` signs must come together: one alone is never enough.

    Calibrated on made voice: docs/benchmarks.md has the figures, `hotline bench speech` measures them again.
    """

    louder_db: float = 6.0
    higher_semitones: float = 3.0
    brighter_db: float = 5.0
    """Calm sentences of one voice differ by up to 4 dB among themselves, by their vowels."""
    most: float = 1.5
    least: float = 1.7
    first_dbfs: float = -12.0
    """Of a first utterance: calm callers come at -26, P.56's nominal level, and hardly above -16."""
    first_brightness_db: float = -1.0


def effort(utterance: Pcm) -> Effort | None:
    """Measure an utterance at 8 kHz or more; None where hardly any of it is voiced."""
    frames = _frames(utterance.samples.astype(np.float64) / _FULL, utterance.rate)
    if not len(frames):
        return None
    power = np.square(frames).mean(axis=1)
    loud = float(np.quantile(power, 0.9))
    frames = frames[power > max(_TINY, loud * 10 ** (-_BELOW_LOUDEST_DB / 10))]
    pitch, height = _pitches(frames, utterance.rate)
    voiced = height >= _VOICED
    if voiced.sum() * _HOP_S < _LEAST_VOICED_S:
        return None
    frames = frames[voiced]
    return Effort(
        10 * math.log10(float(np.square(frames).mean()) + _TINY),
        float(np.median(pitch[voiced])),
        _brightness(frames, utterance.rate),
    )


def is_raised(now: Effort, before: Sequence[Effort], bounds: Bounds = Bounds()) -> bool:
    """Whether a voice is raised, beside what the same caller said `before` in a calm voice."""
    if not before:
        return now.level_dbfs >= bounds.first_dbfs and now.brightness_db >= bounds.first_brightness_db
    calm = [
        float(np.median([getattr(one, name) for one in before])) for name in ("level_dbfs", "pitch_hz", "brightness_db")
    ]
    signs = (
        (now.level_dbfs - calm[0]) / bounds.louder_db,
        12 * math.log2(now.pitch_hz / calm[1]) / bounds.higher_semitones,
        (now.brightness_db - calm[2]) / bounds.brighter_db,
    )
    return sum(min(max(sign, 0.0), bounds.most) for sign in signs) >= bounds.least


def _frames(samples: Floats, rate: int) -> Floats:
    size, hop = round(_FRAME_S * rate), round(_HOP_S * rate)
    if len(samples) < size:
        return np.zeros((0, size))
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]


def _pitches(frames: Floats, rate: int) -> tuple[Floats, Floats]:
    """Of each frame the pitch in Hz, and how periodic it is."""
    size = frames.shape[1]
    window = np.hanning(size)
    length = 2 * size
    own = _autocorrelation(window[None, :], length)[0]
    found = _autocorrelation((frames - frames.mean(axis=1, keepdims=True)) * window, length)
    found = found / np.maximum(found[:, :1], _TINY) / np.maximum(own / own[0], 0.05)
    first, last = round(rate / _PITCHES_HZ[1]), min(size - 1, round(rate / _PITCHES_HZ[0]))
    among = found[:, first : last + 1]
    best = among.max(axis=1)
    # The shortest period that is nearly as good: twice the period fits as well.
    lags = first + np.argmax(among >= 0.9 * best[:, None], axis=1)
    rows = np.arange(len(found))
    while True:  # up to the top of that peak
        higher = (lags < last) & (found[rows, np.minimum(lags + 1, last)] > found[rows, lags])
        if not higher.any():
            break
        lags = lags + higher
    return rate / lags, np.minimum(best, 1.0)


def _autocorrelation(frames: Floats, length: int) -> Floats:
    spectrum = np.fft.rfft(frames, length)
    whole: Floats = np.fft.irfft(np.square(np.abs(spectrum)), length)
    return whole[:, : frames.shape[1]]


def _brightness(frames: Floats, rate: int) -> float:
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1])))).sum(axis=0)
    hertz = np.fft.rfftfreq(frames.shape[1], 1 / rate)
    low, middle, high = _BAND_HZ
    below = power[(hertz >= low) & (hertz < middle)].sum()
    above = power[(hertz >= middle) & (hertz <= high)].sum()
    return float(10 * np.log10((above + _TINY) / (below + _TINY)))


def raised(samples: Samples, gain_db: float, brighter_db: float, rate: int = 8000) -> Samples:
    """A voice with more effort, as a model of it: so much louder, its upper band brighter by so much.

    For benches and tests, beside a voice that is asked to speak higher.
    """
    spectrum = np.fft.rfft(samples.astype(np.float64))
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    rise_db = np.interp(hertz, [_BAND_HZ[1] * 0.7, _BAND_HZ[1] * 1.4], [0.0, brighter_db])
    louder = np.fft.irfft(spectrum * 10 ** ((rise_db + gain_db) / 20), len(samples))
    return np.clip(louder, -_FULL, _FULL - 1).astype(np.int16)
