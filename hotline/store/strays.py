"""Strays: sound files of callers that no row names, left by a crash, a full disk or a hand that deleted rows.

Nobody finds such a file by the log, and retention by rows never reaches it. A file counts as one by its name alone,
for a row may name its folder in another way; one of a call on legal hold is none. Only reads.
"""

import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calls.ids import file_name

SOUNDS = frozenset({".wav", ".wav16", ".alaw", ".ulaw", ".sln", ".sln16", ".g722", ".gsm"})
"""Endings of what switches record: see `AsteriskOptions.endings`; FreeSWITCH writes .wav."""
IN_WORK_S = 86_400.0
"""A file that was written to so lately may be about to get its row."""


@dataclass(frozen=True, slots=True)
class Stray:
    """One file; `at` is when it was written to last, UTC epoch seconds."""

    path: Path
    size: int
    at: float


def strays(connection: sqlite3.Connection, folders: Iterable[Path], before: float) -> list[Stray]:
    """Those in `folders` that were written to last before `before` (UTC epoch seconds), the oldest first."""
    found = {stray.path.name: stray for folder in folders for stray in _sounds(folder, before)}
    if not found:
        return []
    for (path,) in connection.execute("SELECT path FROM recordings"):
        found.pop(os.path.basename(path), None)
    held = tuple(file_name(call) for (call,) in connection.execute("SELECT call FROM legal_holds"))
    left = [stray for name, stray in found.items() if not held or not name.startswith(held)]
    return sorted(left, key=lambda stray: (stray.at, stray.path))


def _sounds(folder: Path, before: float) -> Iterable[Stray]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            if path.suffix not in SOUNDS or path.is_symlink():
                continue
            try:
                seen = path.stat()
            except OSError:
                continue  # it has just gone
            if seen.st_mtime < before:
                yield Stray(path, seen.st_size, seen.st_mtime)
