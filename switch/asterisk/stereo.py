"""Files of recordings: two sides become one stereo file, which appears under its name when it is whole.

Blocking: for a thread of its own.
"""

from __future__ import annotations

import os
import wave
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import soundfile

from calls.ids import Seconds
from switch.asterisk.notes import SIDE_FORMAT, TalkNote, drop_sides, drop_sounds, write_note, written_at

RATE_HZ = 8000
_TOGETHER_S: Seconds = 0.5
"""Sides whose files ended no further apart ended together: Asterisk closes one after the other."""


class RecordingBroken(Exception):
    """There is no file to put in place, or none that can be read."""


class NothingRecorded(RecordingBroken):
    """Neither side has any sound."""


def target_of(folder: Path, name: str) -> Path:
    """`name` without ending as a WAV file in the folder. Raises RecordingBroken for a name that leads out of it."""
    target = (folder / f"{name}.wav").resolve()
    if not target.is_relative_to(folder.resolve()):
        raise RecordingBroken(f"the name {name!r} leads out of the recordings folder")
    return target


def put_in_place(folder: Path, raw: str, name: str) -> tuple[Path, float]:
    """Give the file `raw`.wav its name; its path and duration in seconds. Raises RecordingBroken, OSError.

    One that a killed controller has put there already is there.
    """
    source, target = folder / f"{raw}.wav", target_of(folder, name)
    there = target if target.exists() and not source.exists() else source
    try:
        duration_s = float(soundfile.info(there).duration)
    except soundfile.SoundFileError as error:
        raise RecordingBroken(str(error)) from error
    if there is source:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
    return target, duration_s


def finish_talk(folder: Path, note: TalkNote) -> tuple[Path, float]:
    """Put the stereo file of a talk in place and say so in its note; path, duration. Raises RecordingBroken, OSError.

    The sides go then. The note goes when what is told of the file is kept; where it cannot be written, both sides stay
    with it until then.
    """
    path, duration_s = join_sides(folder, note)
    with suppress(OSError):
        write_note(folder, msgspec.structs.replace(note, joined=duration_s))
        drop_sounds(folder, note.sides)
    return path, duration_s


def join_sides(folder: Path, note: TalkNote) -> tuple[Path, float]:
    """Two files of a side each as one stereo file, left the first; path, duration. Raises RecordingBroken, OSError.

    Both end together, as the talk did: so where they differ in length, the shorter began later. While no controller is
    there, one side may be recorded on when the other's leg has gone, and both when the talk is over: what came after
    the first of them was closed, or after a talk that was `over`, is left out. Of a leg that sends nothing, silence is
    recorded (seen with 22.10.1), so its file is not closed sooner. A side without a file is silent: its controller was
    killed before it could ask for it. Where neither has sound, nothing is left of them.
    """
    target = target_of(folder, note.name)
    tracks = _tracks(folder, note)
    length = max(len(track) for track in tracks)
    if length == 0:
        drop_sides(folder, note.sides)
        raise NothingRecorded("nothing was recorded")
    stereo = np.zeros((length, 2), np.int16)
    for channel, track in enumerate(tracks):
        stereo[length - len(track) :, channel] = track
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.new")
    try:
        with unfinished.open("wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(RATE_HZ)
            sound.writeframes(stereo.astype("<i2").tobytes())
    except OSError:
        unfinished.unlink(missing_ok=True)  # of a full disk, not even this
        raise
    os.replace(unfinished, target)
    return target, length / RATE_HZ


def _tracks(folder: Path, note: TalkNote) -> list[npt.NDArray[np.int16]]:
    """What was said on each side until the talk was over; all end at one instant."""
    files = [folder / f"{side}.{SIDE_FORMAT}" for side in note.sides]
    tracks: list[npt.NDArray[np.int16]] = [
        np.fromfile(file, "<i2") if file.exists() else np.empty(0, np.int16) for file in files
    ]
    ends = [file.stat().st_mtime if len(track) else None for file, track in zip(files, tracks, strict=True)]
    over_at = min((end for end in (*ends, _over_at(folder, note)) if end is not None), default=0.0)
    for number, ended_at in enumerate(ends):
        if ended_at is not None and ended_at - over_at > _TOGETHER_S:
            after = round((ended_at - over_at) * RATE_HZ)
            tracks[number] = tracks[number][: max(0, len(tracks[number]) - after)]
    return tracks


def _over_at(folder: Path, note: TalkNote) -> float | None:
    """When the talk was over, by the clock of the file system; None where that is not known."""
    if not note.over:
        return None
    try:
        return written_at(folder, note)
    except OSError:
        return None
