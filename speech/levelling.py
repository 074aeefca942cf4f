"""Making sounds of many sources alike: one rate, one loudness, no silence at the ends.

Loudness is that of ITU-R BS.1770 without its frequency weighting, which hardly matters in a telephone's band: mean
power of 400 ms blocks, a block each 100 ms, those below -60 dBFS left out, then those 10 dB below the mean of the
rest. All in dBFS: decibels relative to a full-scale square wave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.voice import Pcm, SoundError

_FULL = 32768.0
_FRAME_S = 0.01
_BLOCK_S, _HOP_S = 0.4, 0.1
_LOOK_AHEAD_FRAMES = 5
_SILENCE_DBFS = -60.0
_GATE_DB = 10.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Levelling:
    """How sounds are made alike. -20 dBFS is 6 dB above P.56's nominal level: a prompt must win over the street."""

    rate: int = 8000
    loudness_dbfs: float = -20.0
    peak_dbfs: float = -3.0
    most_gain_db: float = 30.0
    trim_below_db: float = 38.0  # a frame this far below the loudest one is silence
    lead_s: float = 0.0  # every millisecond here is one that a caller waits after each key
    tail_s: float = 0.15

    def apply(self, pcm: Pcm) -> Pcm:
        """Trim, resample, level, limit. Raises SoundError for silence or an empty sound."""
        samples = self._trim(pcm.samples.astype(np.float64) / _FULL, pcm.rate)
        samples = resample(samples, pcm.rate, self.rate)
        gain_db = min(self.loudness_dbfs - loudness(samples, self.rate), self.most_gain_db)
        limited = _limit(samples * _ratio(gain_db), self.rate, _ratio(self.peak_dbfs))
        return Pcm(np.round(limited * _FULL).clip(-_FULL, _FULL - 1).astype(np.int16), self.rate)

    def _trim(self, samples: Floats, rate: int) -> Floats:
        frame = max(1, round(rate * _FRAME_S))
        count = len(samples) // frame
        power = np.square(samples[: count * frame]).reshape(count, frame).mean(axis=1) if count else np.zeros(0)
        if not count or power.max() < _ratio(_SILENCE_DBFS) ** 2:
            raise SoundError("the sound is silent")
        heard = np.flatnonzero(power > power.max() * 10 ** (-self.trim_below_db / 10))
        begin, end = heard[0] * frame, (heard[-1] + 1) * frame
        lead, tail = round(self.lead_s * rate), round(self.tail_s * rate)
        return np.concatenate([np.zeros(lead), samples[begin:end], np.zeros(tail)])


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def loudness(samples: Floats, rate: int) -> float:
    """Gated loudness in dBFS; -inf for digital silence."""
    block, hop = round(_BLOCK_S * rate), round(_HOP_S * rate)
    if len(samples) < block:
        samples = np.concatenate([samples, np.zeros(block - len(samples))]) if len(samples) else np.zeros(block)
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples))])
    starts = np.arange(0, len(samples) - block + 1, hop)
    power = (sums[starts + block] - sums[starts]) / block
    power = power[power > _ratio(_SILENCE_DBFS) ** 2]
    if not len(power):
        return float("-inf")
    loud = power[power >= power.mean() * 10 ** (-_GATE_DB / 10)]
    return float(10 * np.log10(loud.mean()))


def resample(samples: Floats, rate: int, to: int) -> Floats:
    """The same sound at another rate, through the spectrum of the whole: exact, and quick for the length of a prompt.

    What the lower rate cannot carry is cut by a raised cosine over the last tenth of its band, so that nothing folds
    back and edges hardly ring.
    """
    if rate == to or not len(samples):
        return samples
    divisor = int(np.gcd(rate, to))
    step_in, step_out = rate // divisor, to // divisor
    steps = _quick_length(-(-len(samples) // step_in) + 1)
    spectrum = np.fft.rfft(samples, steps * step_in)
    length = steps * step_out
    bins = min(len(spectrum), length // 2 + 1)
    taper = np.ones(bins)
    edge = max(1, bins // 10)
    taper[-edge:] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(edge) + 1) / edge)
    carried = np.zeros(length // 2 + 1, dtype=np.complex128)
    carried[:bins] = spectrum[:bins] * taper
    whole: Floats = np.fft.irfft(carried, length) * (step_out / step_in)
    return whole[: -(-len(samples) * to // rate)]


def _quick_length(least: int) -> int:
    """The next number that is a product of 2, 3 and 5: lengths that a Fourier transform likes."""
    best = 1 << (least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            rest = -(-least // three)
            best = min(best, three << (rest - 1).bit_length())
            three *= 3
        five *= 5
    return best


def _limit(samples: Floats, rate: int, peak: float) -> Floats:
    """Hold peaks under `peak` by a gain that looks ahead 5 ms and moves smoothly: no clipping, no clicks.

    The gain is worked out for frames of 1 ms and drawn straight between their middles. Each mean takes only minima
    whose window holds the frame and both its neighbours, so that no sample gets more gain than its frame allows.
    """
    if not len(samples) or np.abs(samples).max() <= peak:
        return samples
    frame = max(1, rate // 1000)
    count = -(-len(samples) // frame)
    loudest = np.abs(np.pad(samples, (0, count * frame - len(samples)))).reshape(count, frame).max(axis=1)
    allowed = peak / np.maximum(loudest, peak)
    reach = _LOOK_AHEAD_FRAMES
    padded = np.pad(allowed, 2 * reach + 1, mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 3).min(axis=1)
    smooth = np.convolve(least, np.full(2 * reach + 1, 1 / (2 * reach + 1)), mode="valid")
    gain = np.interp(np.arange(len(samples)), (np.arange(count) + 0.5) * frame - 0.5, smooth)
    return samples * gain
