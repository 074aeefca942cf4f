"""Call logs: rows of CSV, plain or gzip, one call each. Every row is checked; the first bad one ends the reading.

Columns: arrived_at, queued_at, left_queue_at, answered_at, ended_at (ISO local time; empty = never), outcome (answered,
abandoned, left_in_menu), kind, priority, agent (empty = unknown). Rows stand in order of arrival, over all files.

The clocks of the log may disagree (the switch writes the answer up to two seconds before the queue writes the leaving;
in the bank's log 0.4 % of the rows differ by more): the queue's own instants count, and what would run backwards is
taken as simultaneous. How many rows were mended so is told in `Log.mended`.
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import msgspec

from calls.errors import BadInput

COLUMNS = (
    "arrived_at",
    "queued_at",
    "left_queue_at",
    "answered_at",
    "ended_at",
    "outcome",
    "kind",
    "priority",
    "agent",
)
OUTCOMES = ("answered", "abandoned", "left_in_menu")
LONGEST_GAP_S = 4 * 86400.0
"""A log without a single call for longer than this has a hole: holidays are shorter."""
CLOCKS_AGREE_S = 2.0


class LoggedCall(msgspec.Struct, frozen=True):
    """One row. Instants in seconds since `Log.origin`; None = never."""

    arrived_at: float
    queued_at: float | None
    left_at: float | None
    answered_at: float | None
    ended_at: float
    answered: bool
    kind: str
    priority: int
    agent: str


class HoleInLog(BadInput):
    """Days of the log are missing: whoever was at work before knows nothing of what comes after."""


class Log(msgspec.Struct):
    """All rows in order of arrival. `origin` is the midnight before the first; `mended` rows had clocks that differ.

    `sides`: where a hole was accepted, the place in `calls` of the first row after it.
    """

    origin: datetime
    calls: list[LoggedCall]
    mended: int
    sides: list[int] = msgspec.field(default_factory=list)


def read(
    paths: Iterable[Path], told: Callable[[Path, int], None] = lambda path, rows: None, *, holes: bool = False
) -> Log:
    """Read logs in the order of their names. `told(path, rows so far)` is called after each file. `holes` accepts a
    hole of more than four days and notes it; else it is HoleInLog.

    Raises BadInput with file:line for a missing file or column, a value that cannot be read, rows out of order, a
    hole of more than four days, and instants that are missing or impossible for the outcome.
    """
    log: Log | None = None
    for path in sorted(paths, key=lambda p: p.name):
        try:
            with _open(path) as lines:
                for place, row in _rows(path, lines):
                    if log is None:
                        log = Log(_instant(row, "arrived_at", place).replace(hour=0, minute=0, second=0), [], 0)
                    _append(log, row, place, holes)
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: cannot be read: {error}") from error
        told(path, len(log.calls) if log else 0)
    if log is None:
        raise BadInput("no calls in the logs")
    return log


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _rows(path: Path, lines: TextIO) -> Iterator[tuple[str, dict[str, str]]]:
    reader = csv.reader(lines)
    head = next(reader, None)
    if head is None:
        raise BadInput(f"{path}:1: empty file")
    for column in COLUMNS:
        if column not in head:
            near = get_close_matches(column, head, 1)
            hint = f"; is {near[0]!r} meant?" if near else ""
            raise BadInput(f"{path}:1: no column {column!r}{hint}")
    for values in reader:
        place = f"{path}:{reader.line_num}"
        if len(values) != len(head):
            raise BadInput(f"{place}: {len(values)} values for {len(head)} columns")
        yield place, dict(zip(head, values, strict=True))


def _append(log: Log, row: dict[str, str], place: str, holes: bool) -> None:
    call, mended = _call(row, log.origin, place)
    if log.calls:
        gap_s = call.arrived_at - log.calls[-1].arrived_at
        if gap_s < 0:
            raise BadInput(f"{place}: out of order: arrived {-gap_s:.0f} s before the row above")
        if gap_s > LONGEST_GAP_S:
            if not holes:
                raise HoleInLog(f"{place}: a hole of {gap_s / 86400:.1f} days before this row")
            log.sides.append(len(log.calls))
    log.calls.append(call)
    log.mended += mended


def _instant(row: dict[str, str], column: str, place: str) -> datetime:
    try:
        value = datetime.fromisoformat(row[column])
    except ValueError as error:
        raise BadInput(f"{place}: {column} is {row[column]!r}, not an instant like 1999-01-31T09:15:00") from error
    if value.tzinfo is not None:
        raise BadInput(f"{place}: {column} has a time zone; the log is in local time")
    return value


def _call(row: dict[str, str], origin: datetime, place: str) -> tuple[LoggedCall, bool]:
    def seconds(column: str) -> float | None:
        return (_instant(row, column, place) - origin).total_seconds() if row[column] else None

    arrived, queued, left = seconds("arrived_at"), seconds("queued_at"), seconds("left_queue_at")
    answered, ended = seconds("answered_at"), seconds("ended_at")
    outcome = row["outcome"]
    if outcome not in OUTCOMES:
        near = get_close_matches(outcome, OUTCOMES, 1)
        raise BadInput(f"{place}: outcome {outcome!r} is not one of {', '.join(near or OUTCOMES)}")
    if arrived is None or ended is None:
        raise BadInput(f"{place}: no {'arrived_at' if arrived is None else 'ended_at'}")
    if not row["priority"].isdecimal():
        raise BadInput(f"{place}: priority is {row['priority']!r}, not a whole number")
    if not row["kind"]:
        raise BadInput(f"{place}: no kind")
    if (queued is None) != (left is None):
        raise BadInput(f"{place}: {'queued_at' if queued is None else 'left_queue_at'} is missing, the other is there")
    if queued is not None and left is not None and left < queued:
        raise BadInput(f"{place}: left the queue {queued - left:.0f} s before it joined")
    if (outcome == "answered") != (answered is not None):
        raise BadInput(f"{place}: outcome {outcome} {'without' if answered is None else 'with'} answered_at")
    if outcome == "abandoned" and queued is None:
        raise BadInput(f"{place}: abandoned without queued_at")
    served_at = left if left is not None else answered
    order = [i for i in (arrived, queued, served_at, ended) if i is not None]
    mended = order != sorted(order) or (
        left is not None and answered is not None and abs(left - answered) > CLOCKS_AGREE_S
    )
    return (
        LoggedCall(
            arrived_at=arrived,
            queued_at=queued,
            left_at=left,
            answered_at=answered,
            ended_at=max(order),
            answered=outcome == "answered",
            kind=row["kind"],
            priority=int(row["priority"]),
            agent=row["agent"],
        ),
        mended,
    )
