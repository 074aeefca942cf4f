"""Music on hold: a soft chime for callers who wait, until a site brings music of its own.

A switch that plays a file as it is wants it encoded in the two telephone codecs, and as linear audio for all other
legs; another wants a WAV. Telephone codecs distort loud and high sounds, and a switch may take steady tones for keys:
so the chime is quiet, below 2 kHz, and dies away.
"""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calls.g711 import alaw_codes, ulaw_codes

Ending = Literal[".sln", ".ulaw", ".alaw", ".wav"]
RATE_HZ = 8000
# Pentatonic: any two notes that overlap sound well together. A major, from E3, with A4 at 437.5 Hz: neither a note nor
# a partial is near a multiple of 100 Hz above 200: whoever listens for such a test tone is not answered by the music.
_NOTES_HZ = (163.9, 183.9, 218.7, 245.6, 275.6, 327.7, 367.9, 437.5)
# The tune by index into _NOTES_HZ, one note a beat, -1 a rest; the bass lies an octave under each bar's first note.
_TUNE = (2, 4, 5, -1, 4, 3, 2, -1, 1, 3, 4, -1, 3, 2, 0, -1, 2, 4, 7, -1, 6, 5, 4, -1, 3, 4, 3, 1, 2, -1, -1, -1)
_BEAT_S = 0.75
_PEAK = 5000  # about -16 dBFS: under speech, so that announcements stand out


def write_hold_music(folder: Path, *endings: Ending) -> None:
    """Put the chime (24 s, 8 kHz) into `folder`, as one file for each ending. A file that is there stays."""
    files = [(folder / f"chime{ending}", ending) for ending in endings]
    if all(path.exists() for path, _ in files):
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    samples = chime()
    for path, ending in files:
        if not path.exists():
            _write(path, ending, samples)


def _write(path: Path, ending: Ending, samples: NDArray[np.int16]) -> None:
    linear = samples.astype("<i2").tobytes()
    match ending:
        case ".sln":
            path.write_bytes(linear)
        case ".ulaw":
            path.write_bytes(_encoded(samples, ulaw_codes()))
        case ".alaw":
            path.write_bytes(_encoded(samples, alaw_codes()))
        case ".wav":
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                file.writeframes(linear)


def _encoded(samples: NDArray[np.int16], codes: bytes) -> bytes:
    return np.frombuffer(codes, np.uint8)[samples.view(np.uint16)].tobytes()


@cache
def chime() -> NDArray[np.int16]:
    """The tune as 16-bit samples at 8 kHz, to be read only; its end runs into its beginning without a click."""
    length = int(len(_TUNE) * _BEAT_S * RATE_HZ)
    mix = np.zeros(length)
    for beat, note in enumerate(_TUNE):
        at = int(beat * _BEAT_S * RATE_HZ)
        if note >= 0:
            _add(mix, at, _struck(_NOTES_HZ[note], seconds=2.5))
        if beat % 4 == 0:
            _add(mix, at, 0.6 * _struck(_NOTES_HZ[max(note, 0)] / 2, seconds=3.5))
    samples: NDArray[np.int16] = np.round(mix / np.max(np.abs(mix)) * _PEAK).astype(np.int16)
    samples.flags.writeable = False  # whoever asks next is given the same
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
