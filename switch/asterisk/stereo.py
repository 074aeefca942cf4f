"""Files of recordings: two sides become one stereo file, which appears under its name when it is whole.

Blocking: for a thread of its own.
"""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from contextlib import suppress
from glob import escape as glob_escape
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import soundfile

T = TypeVar("T")

SIDE_FORMAT = "sln"
"""Signed linear without a header: a file is whole as far as it goes, also when Asterisk is killed."""
RATE_HZ = 8000
_NOTE_ENDING = ".talk.json"
_MESSAGE_ENDING = ".message"


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


class TalkNote(msgspec.Struct, frozen=True):
    """Kept beside the sides of a talk while it is recorded, so that a controller that starts anew can finish it."""

    attempt: str
    leg_a: str
    name: str
    sides: tuple[str, str]


def write_note(folder: Path, note: TalkNote) -> None:
    """Put a note down. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{note.sides[0]}{_NOTE_ENDING}").write_bytes(msgspec.json.encode(note))


def notes(folder: Path, prefix: str) -> Iterator[TalkNote]:
    """The notes of one application."""
    yield from _whole(folder, f"{glob_escape(prefix)}*{_NOTE_ENDING}", TalkNote)


def _whole(folder: Path, pattern: str, kind: type[T]) -> Iterator[T]:
    """Notes by their files. One that is not whole is taken away: its controller was killed while it wrote it, and had
    asked for nothing to be recorded yet."""
    for path in sorted(folder.glob(pattern)):
        with suppress(OSError):
            try:
                note = msgspec.json.decode(path.read_bytes(), type=kind)
            except (msgspec.DecodeError, UnicodeDecodeError):
                path.unlink()
                continue
            yield note


class MessageNote(msgspec.Struct, frozen=True):
    """Kept beside the file `raw`.wav of a message while it is recorded, for the same reason."""

    attempt: str
    leg: str
    name: str
    raw: str

    def write(self, folder: Path) -> None:
        """Put it down. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.raw}{_MESSAGE_ENDING}").write_bytes(msgspec.json.encode(self))

    def drop(self, folder: Path, *, with_file: bool = False) -> None:
        """Take it away, and what was recorded where nobody wants it."""
        (folder / f"{self.raw}{_MESSAGE_ENDING}").unlink(missing_ok=True)
        if with_file:
            (folder / f"{self.raw}.wav").unlink(missing_ok=True)


def message_notes(folder: Path, prefix: str) -> Iterator[MessageNote]:
    """The notes of one application."""
    yield from _whole(folder, f"{glob_escape(prefix)}*{_MESSAGE_ENDING}", MessageNote)


def join_sides(folder: Path, sides: tuple[str, str], name: str) -> tuple[Path, float]:
    """Two files of a side each as one stereo file, left the first; path, duration. Raises RecordingBroken, OSError.

    Both end together, as the talk did: so where they differ in length, the shorter began later. A side without a file
    is silent: its controller was killed before it could ask for it. Where neither has sound, nothing is left of them.
    """
    target = target_of(folder, name)
    files = [folder / f"{side}.{SIDE_FORMAT}" for side in sides]
    tracks = [np.fromfile(file, "<i2") if file.exists() else np.empty(0, np.int16) for file in files]
    length = max(len(track) for track in tracks)
    if length == 0:
        drop_sides(folder, sides)
        raise RecordingBroken("nothing was recorded")
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
    drop_sides(folder, sides)
    return target, length / RATE_HZ


def drop_sides(folder: Path, sides: tuple[str, str]) -> None:
    """Delete the files of both sides and their note."""
    for file in (*(f"{side}.{SIDE_FORMAT}" for side in sides), f"{sides[0]}{_NOTE_ENDING}"):
        (folder / file).unlink(missing_ok=True)
