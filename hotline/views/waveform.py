"""The waveform of a recording: how loud each side is along the time, and when it speaks.

A talk is stereo, the caller left and the agent right; a message has the caller alone. Blocking: for a thread.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
import soundfile

from calls.errors import BadInput

Side = Literal["caller", "agent"]
_FRAME_S = 0.1
_QUIETEST_DB = -50.0
_SPEECH_DB = -40.0
"""Of full scale, of a tenth of a second: talk at a telephone is above it, a line that is silent below."""
_PAUSE_S = 0.6
"""A pause that is shorter is one between words."""
_SHORTEST_S = 0.2


class SideShape(msgspec.Struct, frozen=True):
    """One side. `levels`: from 0 (silence) to 1 (full scale), evenly along the time, on a scale of decibels;
    `spoken`: from and to, in seconds."""

    side: Side
    levels: list[float]
    spoken: list[tuple[float, float]]


class Waveform(msgspec.Struct, frozen=True):
    """The shape of a recording, the caller first."""

    duration_s: float
    sides: list[SideShape]


def waveform(path: Path, points: int = 600) -> Waveform:
    """The waveform of a file, at most `points` levels a side. Raises BadInput for what is no sound."""
    try:
        with soundfile.SoundFile(path) as sound:
            loud = _decibels(sound)
            duration_s = sound.frames / sound.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise BadInput(f"{path.name} is no sound that can be read: {error}") from error
    names: tuple[Side, ...] = ("caller", "agent")
    sides = [SideShape(name, _levels(column, points), _spoken(column)) for name, column in zip(names, loud.T)]  # noqa: B905 - a mono file has one
    return Waveform(round(duration_s, 2), sides)


def _decibels(sound: soundfile.SoundFile) -> npt.NDArray[np.float32]:
    """The loudness of each frame (a row) of each channel (a column), in decibels of full scale."""
    frame = max(int(sound.samplerate * _FRAME_S), 1)
    rows = list(_rows(sound, frame))
    return np.concatenate(rows) if rows else np.zeros((0, sound.channels), np.float32)


def _rows(sound: soundfile.SoundFile, frame: int) -> Iterator[npt.NDArray[np.float32]]:
    for block in sound.blocks(blocksize=frame * 600, dtype="float32", always_2d=True):
        whole = np.pad(block, ((0, -len(block) % frame), (0, 0)))
        power = np.square(whole.reshape(-1, frame, whole.shape[1])).mean(axis=1)
        yield (10.0 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)


def _levels(column: npt.NDArray[np.float32], points: int) -> list[float]:
    parts = np.array_split(column, min(points, len(column))) if len(column) else []
    scaled = [float((part.max() - _QUIETEST_DB) / -_QUIETEST_DB) for part in parts]
    return [round(min(max(level, 0.0), 1.0), 3) for level in scaled]


def _spoken(column: npt.NDArray[np.float32]) -> list[tuple[float, float]]:
    """Spans of speech, those joined that only a short pause parts."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], column > _SPEECH_DB, [False])).astype(np.int8)))
    found: list[tuple[float, float]] = []
    for begin, end in (edges.reshape(-1, 2) * _FRAME_S).tolist():
        if found and begin - found[-1][1] < _PAUSE_S:
            found[-1] = (found[-1][0], round(end, 1))
        else:
            found.append((round(begin, 1), round(end, 1)))
    return [span for span in found if span[1] - span[0] >= _SHORTEST_S]
