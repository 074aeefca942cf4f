"""Log files are turned over: one that grew too large or too old is put aside by its time, gzipped, and deleted later.

The same for the controller's own log and for a switch's. `NAME.log` is put aside as `NAME-20261201T073000Z.log`, then
`….log.gz`. Nothing here knows who writes the file: whoever does opens it anew after `put_aside`.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DAY_S = 86_400.0
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Turnover:
    """When a log is turned over, and how long what was put aside is kept."""

    max_bytes: int = 50_000_000
    max_days: float = 1.0
    """Of one file."""
    keep_days: float = 30.0
    keep_files: int = 30
    """At most, whatever their age: so many times `max_bytes`, gzipped, is all the room that a flood may take."""

    def due(self, path: Path, now: float) -> bool:
        """Whether the file is to be put aside at `now` (UTC epoch seconds); never one that is not there, or empty."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return False
        if not found.st_size:
            return False
        return found.st_size >= self.max_bytes or now - _began(path, found.st_mtime) >= self.max_days * DAY_S


def put_aside(path: Path, now: float) -> Path:
    """Give the file its name of the past, and return it. Raises OSError."""
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    aside, number = path.with_name(f"{path.stem}-{stamp}{path.suffix}"), 1
    while aside.exists() or aside.with_name(f"{aside.name}.gz").exists():
        number += 1
        aside = path.with_name(f"{path.stem}-{stamp}-{number}{path.suffix}")
    path.rename(aside)
    return aside


def tidy(path: Path, turnover: Turnover, now: float) -> None:
    """Gzip what of `path` was put aside, and delete what is too old or too much. Takes time for large files.

    Raises OSError; what is not done then is done the next time.
    """
    kept = [_compressed(aside) for aside in put_asides(path)]
    too_many = kept[: max(0, len(kept) - turnover.keep_files)]
    for aside in kept:
        if aside in too_many or now - aside.stat().st_mtime > turnover.keep_days * DAY_S:
            aside.unlink(missing_ok=True)


def put_asides(path: Path) -> list[Path]:
    """What was put aside of `path`, the oldest first."""
    ours = re.compile(rf"{re.escape(path.stem)}-(\d{{8}}T\d{{6}}Z)(?:-(\d+))?{re.escape(path.suffix)}(?:\.gz)?")
    found = [(match, file) for file in path.parent.iterdir() if (match := ours.fullmatch(file.name))]
    return [file for _, file in sorted(found, key=lambda one: (one[0][1], int(one[0][2] or 1)))]


def _compressed(aside: Path) -> Path:
    if aside.suffix == ".gz":
        return aside
    whole = aside.with_name(f"{aside.name}.gz")
    unfinished = aside.with_name(f".{aside.name}.gz.new")
    try:
        with aside.open("rb") as read, gzip.open(unfinished, "wb", compresslevel=6) as written:
            shutil.copyfileobj(read, written, 1 << 20)
        unfinished.chmod(0o600)
        shutil.copystat(aside, unfinished)
        unfinished.replace(whole)
    finally:
        unfinished.unlink(missing_ok=True)
    aside.unlink()
    return whole


def _began(path: Path, changed_at: float) -> float:
    """When the file was begun, as its first line says (Asterisk's, JSON with a timestamp, or a record with UTC epoch
    seconds); else its last change."""
    with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
        first = file.readline(4096).decode("utf-8", "replace")
        found = re.search(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z?)", first)
        if found is not None:
            at = datetime.fromisoformat(f"{found[1]}T{found[2]}")
            return (at.replace(tzinfo=UTC) if found[3] else at.astimezone()).timestamp()
        if (record := re.search(r'"(\d{10}\.\d{6})"', first)) is not None:
            return float(record[1])
    return changed_at
