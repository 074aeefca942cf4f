"""A note beside a file that the switch is writing says what the next controller must know to finish it.

It stays until what was told of the file is kept. Blocking, and short.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from calls.ids import AttemptId, LegId

log = structlog.get_logger(__name__)

N = TypeVar("N", "TalkNote", "MessageNote")


class TalkNote(msgspec.Struct, frozen=True):
    """A talk that is being recorded: its Bridge's attempt, the leg that the file hangs on, the name it will have.

    `controller` is whose it is, where several share the switch.
    """

    attempt: AttemptId
    leg: LegId
    name: str
    controller: str = ""


class MessageNote(msgspec.Struct, frozen=True):
    """A message that one leg is being recorded for: its Record's attempt, and as above."""

    attempt: AttemptId
    leg: LegId
    name: str
    controller: str = ""


_ENDINGS: dict[type[TalkNote] | type[MessageNote], str] = {TalkNote: ".talk.json", MessageNote: ".message.json"}


def leave(raw: Path, note: TalkNote | MessageNote) -> None:
    """Write it beside the file `raw`. Raises OSError."""
    raw.parent.mkdir(parents=True, exist_ok=True)
    _beside(raw, type(note)).write_bytes(msgspec.json.encode(note))


def remove(raw: Path, kind: type[TalkNote] | type[MessageNote]) -> None:
    """The file is finished, or is none."""
    _beside(raw, kind).unlink(missing_ok=True)


def found(folder: Path, kind: type[N], controller: str) -> Iterator[N]:
    """All notes of this kind and this controller in a folder. One that is not whole is taken away: its controller was
    killed while it wrote it, and had asked for nothing to be recorded yet."""
    for path in sorted(folder.glob(f"*{_ENDINGS[kind]}")):
        try:
            note = msgspec.json.decode(path.read_bytes(), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            path.unlink(missing_ok=True)
            continue
        except OSError as fault:
            log.error("note_unreadable", path=str(path), fault=str(fault))
            continue
        if note.controller == controller:
            yield note


def _beside(raw: Path, kind: type[TalkNote] | type[MessageNote]) -> Path:
    return raw.with_name(raw.stem + _ENDINGS[kind])
