"""A note beside a file that the switch is writing says what the next controller must know to finish it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

from calls.ids import AttemptId, LegId

log = structlog.get_logger(__name__)

_ENDING = ".talk.json"


class TalkNote(msgspec.Struct, frozen=True):
    """A talk that is being recorded: its Bridge's attempt, the leg that the file hangs on, the name it will have."""

    attempt: AttemptId
    leg: LegId
    name: str


def leave(raw: Path, note: TalkNote) -> None:
    """Write it beside the file `raw`. Raises OSError."""
    _beside(raw).write_bytes(msgspec.json.encode(note))


def remove(raw: Path) -> None:
    """The file is finished, or is none."""
    _beside(raw).unlink(missing_ok=True)


def found(folder: Path) -> Iterator[TalkNote]:
    """All notes in a folder. One that cannot be read is told and left for a person."""
    for path in sorted(folder.glob(f"*{_ENDING}")):
        try:
            yield msgspec.json.decode(path.read_bytes(), type=TalkNote)
        except (OSError, msgspec.DecodeError) as fault:
            log.error("note_unreadable", path=str(path), fault=str(fault))


def _beside(raw: Path) -> Path:
    return raw.with_name(raw.stem + _ENDING)
