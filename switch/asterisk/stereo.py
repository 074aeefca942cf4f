"""Files of recordings: two sides become one stereo file, and what is whole appears under its name at once.

Blocking: for a thread of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import soundfile


class RecordingBroken(Exception):
    """There is no file to put in place, or none that can be read."""


def target_of(folder: Path, name: str) -> Path:
    """`name` without ending as a WAV file in the folder. Raises RecordingBroken for a name that leads out of it."""
    target = (folder / f"{name}.wav").resolve()
    if not target.is_relative_to(folder.resolve()):
        raise RecordingBroken(f"the name {name!r} leads out of the recordings folder")
    return target


def put_in_place(folder: Path, raw: str, name: str) -> tuple[Path, float]:
    """Give the file `raw`.wav its name; its path and duration in seconds. Raises RecordingBroken, OSError."""
    source, target = folder / f"{raw}.wav", target_of(folder, name)
    try:
        duration_s = float(soundfile.info(source).duration)
    except soundfile.SoundFileError as error:
        raise RecordingBroken(str(error)) from error
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
    return target, duration_s


def join_sides(folder: Path, sides: tuple[str, str], name: str) -> tuple[Path, float]:
    """Two mono files as one stereo file, left the first; path and duration. Raises RecordingBroken, OSError.

    Both end together, as the talk did: so where they differ in length, the shorter began later.
    """
    target = target_of(folder, name)
    tracks = []
    for side in sides:
        try:
            samples, rate = soundfile.read(folder / f"{side}.wav", dtype="int16")
        except soundfile.SoundFileError as error:
            raise RecordingBroken(str(error)) from error
        tracks.append(samples)
    length = max(len(track) for track in tracks)
    if length == 0:
        raise RecordingBroken("nothing was recorded")
    stereo = np.zeros((length, 2), np.int16)
    for channel, track in enumerate(tracks):
        stereo[length - len(track) :, channel] = track
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.new")
    soundfile.write(unfinished, stereo, rate, subtype="PCM_16", format="WAV")
    os.replace(unfinished, target)
    for side in sides:
        (folder / f"{side}.wav").unlink(missing_ok=True)
    return target, length / rate
