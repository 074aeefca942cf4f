"""What 20 ms of sound are: silence, one of a few known tones, or something else. Many packets at once.

The tone test is Goertzel's: the power of a packet at one frequency against its whole power. As all packets
of a batch are asked the same questions, it is one matrix product here. Over 160 samples tones that are
multiples of 50 Hz do not disturb each other, so prompts of a bench are best made of these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from phones.audio import PACKET_SAMPLES, RATE_HZ
from phones.g711 import ALAW_LEVELS, ULAW_LEVELS

Labels = npt.NDArray[np.int8]

SILENT = 0  # labels above it are 1 + the place of a tone in the ear's list
OTHER = -1
NOT_AUDIO = -2

DEFAULT_TONES_HZ = (300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0, 1200.0, 1400.0, 1600.0, 1800.0)
SILENCE_DBOV = -50.0  # below it a packet is silence: the noise floor of a G.711 line is near -60
_PURITY = 0.6  # a packet is a tone when so much of its power is at the one frequency


def audible(labels: Labels) -> npt.NDArray[np.bool_]:
    """Which labels are of sound that a person would hear."""
    heard: npt.NDArray[np.bool_] = (labels > SILENT) | (labels == OTHER)
    return heard


class Ear:
    """Labels packets of code words. `tones_hz` are the tones it can tell; at most 100."""

    def __init__(self, tones_hz: Sequence[float] = DEFAULT_TONES_HZ) -> None:
        if not 0 < len(tones_hz) <= 100:
            raise ValueError("an ear knows 1 to 100 tones")
        self.tones_hz = tuple(tones_hz)
        at = np.arange(PACKET_SAMPLES)[:, None] * (2 * np.pi / RATE_HZ) * np.array(tones_hz)[None, :]
        self._waves = np.hstack((np.cos(at), np.sin(at))).astype(np.float32)
        # 16-bit linear scaled to one, u-law first: the index is 256 * (payload type 8) + code word
        self._levels = (np.concatenate((ULAW_LEVELS, ALAW_LEVELS)) / 32_768).astype(np.float32)
        self._silence = np.float32(10 ** (SILENCE_DBOV / 10))

    def label_of(self, hz: float) -> int:
        """The label of a tone. Raises ValueError for one that this ear was not given."""
        try:
            return 1 + self.tones_hz.index(hz)
        except ValueError:
            raise ValueError(f"this ear knows {self.tones_hz} Hz, not {hz}") from None

    def tone_of(self, label: int) -> float | None:
        """The tone of a label in Hz; None for silence and other sound."""
        return self.tones_hz[label - 1] if label > 0 else None

    def labels(self, codes: npt.NDArray[np.uint8], alaw: npt.NDArray[np.bool_] | None = None) -> Labels:
        """(packets, 160) code words to (packets,) labels. `alaw`: which packets are A-law, None: none."""
        if alaw is None:
            samples = self._levels.take(codes)
        else:
            samples = self._levels.take(codes + (alaw[:, None] * np.uint16(256)))
        power = np.einsum("ij,ij->i", samples, samples)
        labels = np.where(power < self._silence * PACKET_SAMPLES, SILENT, OTHER).astype(np.int8)
        loud = np.flatnonzero(labels)
        if len(loud):
            count = len(self.tones_hz)
            at_tones = np.square(samples[loud] @ self._waves)
            at_tones = at_tones[:, :count] + at_tones[:, count:]
            best = at_tones.argmax(axis=1)
            # a pure sine of amplitude a: |X|^2 = (a n / 2)^2 and the sum of squares is n a^2 / 2
            share = at_tones[np.arange(len(loud)), best] * 2 / (PACKET_SAMPLES * power[loud])
            labels[loud] = np.where(share > _PURITY, best + 1, OTHER)
        return labels
