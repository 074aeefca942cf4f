"""A note beside the files of a recording says what the next controller must know to finish it, and to tell of it.

It stays until what was told is kept. Blocking, and short.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from glob import escape as glob_escape
from pathlib import Path
from typing import TypeVar

import msgspec

from calls.ids import Seconds

T = TypeVar("T")

SIDE_FORMAT = "sln"
"""Signed linear without a header: a file is whole as far as it goes, also when Asterisk is killed."""
_NOTE_ENDING = ".talk.json"
_MESSAGE_ENDING = ".message"
_UNFINISHED = ".new"


class TalkNote(msgspec.Struct, frozen=True):
    """Of a talk, from its Bridge command on. `over`: the talk had ended when the note was last written.

    `joined` is the length of the stereo file, once that is in place under its name. Notes of earlier releases have no
    `leg_b`.
    """

    attempt: str
    leg_a: str
    name: str
    sides: tuple[str, str]
    leg_b: str = ""
    over: bool = False
    joined: Seconds | None = None


def write_note(folder: Path, note: TalkNote) -> None:
    """Put a note down, in one rename. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _talk_note(folder, note.sides)
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
    try:
        unfinished.write_bytes(msgspec.json.encode(note))
        os.replace(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def written_at(folder: Path, note: TalkNote) -> float:
    """When a note was last written, by the clock of the file system: that of its sides. Raises OSError."""
    return _talk_note(folder, note.sides).stat().st_mtime


def notes(folder: Path, prefix: str) -> Iterator[TalkNote]:
    """The notes of one application."""
    yield from _whole(folder, f"{glob_escape(prefix)}*{_NOTE_ENDING}", TalkNote)


def drop_unfinished(folder: Path, prefix: str) -> None:
    """Delete what a killed controller had begun to write; the note that it was to replace, if any, still stands."""
    for path in folder.glob(f".{glob_escape(prefix)}*{_NOTE_ENDING}{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def drop_sides(folder: Path, sides: tuple[str, str]) -> None:
    """Delete the files of both sides and, last, their note."""
    drop_sounds(folder, sides)
    _talk_note(folder, sides).unlink(missing_ok=True)


def drop_sounds(folder: Path, sides: tuple[str, str]) -> None:
    """Delete the files of both sides; the note stays."""
    for side in sides:
        (folder / f"{side}.{SIDE_FORMAT}").unlink(missing_ok=True)


def _talk_note(folder: Path, sides: tuple[str, str]) -> Path:
    return folder / f"{sides[0]}{_NOTE_ENDING}"


class MessageNote(msgspec.Struct, frozen=True):
    """Of a message, which is recorded to the file `raw`.wav."""

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
        if with_file:
            (folder / f"{self.raw}.wav").unlink(missing_ok=True)
        (folder / f"{self.raw}{_MESSAGE_ENDING}").unlink(missing_ok=True)


def message_notes(folder: Path, prefix: str) -> Iterator[MessageNote]:
    """The notes of one application."""
    yield from _whole(folder, f"{glob_escape(prefix)}*{_MESSAGE_ENDING}", MessageNote)


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
