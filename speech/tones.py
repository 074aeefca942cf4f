"""Sounds without words, made by arithmetic at build time: music on hold that nobody else owns, and a beep.

The music is a slow pentatonic figure over three soft chords, 32 s that end where they begin. Telephone codecs distort
loud and high sounds and switches may take steady tones for keys: so it is quiet, below 2 kHz, and never two bare sines.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.store import ENDINGS, RATE, encode, write_durably
from speech.voice import Pcm

MUSIC = "music/default"
BEEP = "beep"

_BEAT_S = 1.0
_CHORDS = (  # MIDI note numbers, 8 beats each: F, D minor, B flat, C
    (53, 57, 60, 65),
    (50, 57, 62, 65),
    (46, 53, 62, 65),
    (48, 55, 60, 64),
)
_TUNE = (  # note and beats; 0 rests; 32 beats in F pentatonic
    *((72, 2), (69, 1), (67, 1), (65, 2), (0, 2), (69, 1), (72, 1), (74, 2), (72, 2), (0, 2)),
    *((74, 2), (72, 1), (69, 1), (67, 2), (65, 2), (67, 2), (69, 1), (67, 1), (72, 2), (0, 2)),
)

Floats = NDArray[np.float64]


def music() -> Pcm:
    """The music on hold, 8 kHz, some 32 s. Plays in a loop without a seam: what rings at its end rings at its start."""
    length = round(len(_CHORDS) * 8 * _BEAT_S * RATE)
    mix = np.zeros(length)
    for index, chord in enumerate(_CHORDS):
        for voice, note in enumerate(chord):
            _add(mix, index * 8 * _BEAT_S + 0.03 * voice, _pad(note, 8.5 * _BEAT_S), 0.16)
    at_s = 0.0
    for note, beats in _TUNE:
        if note:
            _add(mix, at_s, _bell(note, 3.0), 0.22)
            _add(mix, at_s + 0.375, _bell(note, 2.0), 0.05)  # an echo gives it a room
        at_s += beats * _BEAT_S
    return _pcm(mix / np.abs(mix).max() * 0.25)


def beep() -> Pcm:
    """After it a caller speaks: 0.35 s of 1 kHz with soft ends, 8 kHz."""
    at = np.arange(round(0.35 * RATE)) / RATE
    edge = np.minimum(1.0, np.minimum(at, at[::-1]) / 0.02)
    return _pcm(0.3 * edge * np.sin(2 * np.pi * 1000 * at))


def write_tones(folder: Path) -> dict[str, Path]:
    """Write the music and the beep below `folder`, in every ending of `speech.store`; stems by name.

    Raises SoundError when the folder cannot be written. `music/` holds nothing else, so that a switch may play it all.
    """
    stems: dict[str, Path] = {}
    for name, make in ((MUSIC, music), (BEEP, beep)):
        stem = (folder / name).absolute()
        if not all(Path(f"{stem}{ending}").exists() for ending in ENDINGS):
            for ending, content in zip(ENDINGS, encode(make()), strict=True):
                write_durably(Path(f"{stem}{ending}"), content)
        stems[name] = stem
    return stems


def _hertz(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _pad(note: int, duration_s: float) -> Floats:
    """A soft string: two voices a little out of tune, each with weak overtones, swelling and fading."""
    at = np.arange(round(duration_s * RATE)) / RATE
    swell = np.sin(np.pi * at / duration_s) ** 0.7
    sound = np.zeros(len(at))
    for detune in (0.998, 1.002):
        for overtone, weight in ((1, 1.0), (2, 0.25), (3, 0.1)):
            sound += weight * np.sin(2 * np.pi * _hertz(note) * detune * overtone * at)
    result: Floats = swell * sound / 2.7
    return result


def _bell(note: int, duration_s: float) -> Floats:
    """A struck tone that dies away; its overtones die sooner."""
    at = np.arange(round(duration_s * RATE)) / RATE
    attack = np.minimum(1.0, at / 0.01)
    release = np.minimum(1.0, (duration_s - at) / 0.1)
    sound = np.zeros(len(at))
    for overtone, weight, decay_s in ((1, 1.0, 0.9), (2, 0.35, 0.4), (3, 0.12, 0.2)):
        sound += weight * np.exp(-at / decay_s) * np.sin(2 * np.pi * _hertz(note) * overtone * at)
    result: Floats = attack * release * sound
    return result


def _add(mix: Floats, at_s: float, sound: Floats, weight: float) -> None:
    """Mix in, wrapping round the end: that is what makes the loop seamless."""
    places = (round(at_s * RATE) + np.arange(len(sound))) % len(mix)
    mix[places] += weight * sound


def _pcm(sound: Floats) -> Pcm:
    return Pcm(np.round(sound * 32767).astype(np.int16), RATE)
