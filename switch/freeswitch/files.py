"""Files of recordings: the switch writes under a name of ours; what is whole is given its own name at once."""

from __future__ import annotations

import os
import re
import wave
from pathlib import Path

import structlog

from calls.ids import AttemptId, Seconds
from switch.freeswitch.wire import Event

log = structlog.get_logger(__name__)

_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def raw_of(folder: Path, attempt: AttemptId) -> Path:
    """The file that the switch writes for this command."""
    return folder / f"unfinished-{_UNSAFE_IN_NAME.sub('_', attempt)}.wav"


def target_of(folder: Path, name: str) -> Path | None:
    """Where a recording of that name goes; None for a name that leads out of the folder."""
    folder = folder.resolve()
    target = (folder / f"{name}.wav").resolve()
    return target if target.is_relative_to(folder) and "\0" not in name else None


def there(folder: Path, raw: Path, name: str) -> Path:
    """Where the file is: under its name already, if an earlier controller died before it could tell, or when it
    had. Whoever heard it knows that."""
    target = target_of(folder, name)
    put = target is not None and target.exists() and not raw.exists()
    return target if put and target is not None else raw


def put_in_place(folder: Path, raw: Path, name: str) -> Path | None:
    """Give a whole file its name; one that has it has it. None when the switch wrote none."""
    source, target = there(folder, raw, name), target_of(folder, name)
    if target is None or source == target:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
    except OSError as fault:
        log.error("recording_lost", path=str(raw), fault=str(fault))
        return None
    return target


def length_s(path: Path) -> Seconds:
    """How long a file is that the switch has closed; 0 when it did not come to that."""
    try:
        with wave.open(str(path)) as file:
            frames, rate = file.getnframes(), file.getframerate()
            return float(frames / rate)
    except (OSError, EOFError, wave.Error):
        return 0.0


def duration_s(event: Event | None) -> Seconds:
    """How long the file is, as the switch counted."""
    text = event.variable("record_ms") if event is not None else ""
    return int(text) / 1000 if text.isascii() and text.isdigit() else 0.0
