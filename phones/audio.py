"""Sound to send: tones, something like speech, WAV files. All of it int16 at 8,000 samples a second, mono."""

from __future__ import annotations

import wave
from pathlib import Path
from random import Random

import numpy as np

from phones.g711 import Samples, alaw_encode, ulaw_encode
from phones.sdp import PCMU

RATE_HZ = 8_000
PACKET_SAMPLES = 160


class Clip:
    """A piece of sound that many calls may play; it is encoded once for each law, in whole 20 ms packets."""

    __slots__ = ("_encoded", "samples")

    def __init__(self, samples: Samples) -> None:
        if samples.ndim != 1 or samples.dtype != np.int16 or len(samples) == 0:
            raise ValueError("a clip is a non-empty row of int16 samples")
        self.samples = samples
        self._encoded: dict[int, bytes] = {}

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return len(self.samples) / RATE_HZ

    def payload(self, payload_type: int) -> bytes:
        """Code words for payload type 0 (u-law) or 8 (A-law); the last packet is filled up with silence."""
        encoded = self._encoded.get(payload_type)
        if encoded is None:
            filled = np.pad(self.samples, (0, -len(self.samples) % PACKET_SAMPLES))
            encode = ulaw_encode if payload_type == PCMU else alaw_encode
            encoded = self._encoded[payload_type] = encode(filled).tobytes()
        return encoded


def tone(hz: float, duration_s: float, level: float = 0.3) -> Clip:
    """A sine. `level` is its amplitude as a part of full scale."""
    at = np.arange(round(duration_s * RATE_HZ))
    return Clip((np.sin(2 * np.pi * hz * at / RATE_HZ) * level * 32_767).astype(np.int16))


def murmur(rng: Random, duration_s: float, level: float = 0.25) -> Clip:
    """Noise that swells and fades four times a second, as syllables do: it is speech to a voice detector."""
    count = round(duration_s * RATE_HZ)
    noise = np.random.default_rng(rng.getrandbits(64)).standard_normal(count)
    voiced = np.convolve(noise, np.ones(8) / 8, mode="same")  # low-pass: most energy of a voice is below 1 kHz
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * np.arange(count) / RATE_HZ)
    shaped = voiced * swell
    return Clip((shaped / np.abs(shaped).max() * level * 32_767).astype(np.int16))


def load_wav(path: Path) -> Clip:
    """A 16-bit PCM WAV file; channels are averaged, other rates brought to 8 kHz by linear interpolation.

    Raises ValueError for another sample width, OSError and wave.Error as the file deserves.
    """
    with wave.open(str(path), "rb") as source:
        if source.getsampwidth() != 2:
            raise ValueError(f"{path}: {8 * source.getsampwidth()}-bit samples, 16-bit wanted")
        rate, channels = source.getframerate(), source.getnchannels()
        frames = np.frombuffer(source.readframes(source.getnframes()), dtype="<i2")
    mono = frames.reshape(-1, channels).mean(axis=1)
    if rate != RATE_HZ:
        wanted = np.arange(round(len(mono) * RATE_HZ / rate)) * rate / RATE_HZ
        mono = np.interp(wanted, np.arange(len(mono)), mono)
    return Clip(mono.astype(np.int16))
