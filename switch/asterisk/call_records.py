"""Call records of Asterisk's own are read here: how legs ended while no controller was there to be told.

Asterisk writes one line for each leg, once it has ended, where the site asks for it (`asterisk/conf/cdr_custom.conf`).
A leg that an application has placed bears the application's id. The number called is not in its record.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from calls.causes import Cause
from calls.events import EndedLeg
from calls.ids import LegId, Seconds

PLACE = Path("log", "cdr-custom", "calls.csv")
"""In the run directory of the instance; the folder is named by Asterisk."""
COLUMNS = (
    *("leg", "linked", "channel", "caller", "called", "start", "answer", "end", "duration", "billed"),
    "disposition",
)
"""In the order of `asterisk/conf/cdr_custom.conf`; instants are UTC epoch seconds, `answer` 0 where nobody did."""
TAIL_BYTES = 512_000
"""About 3,000 legs: a controller that is killed is back within seconds."""
_CAUSES = {"ANSWERED": Cause.NORMAL, "BUSY": Cause.BUSY, "CONGESTION": Cause.CONGESTION}
"""`NO ANSWER` is also what Asterisk writes of a number that nobody has, and of a call that was declined."""


class CallRecord(NamedTuple):
    """One line. `answered_s`: for how long it was up; None: nobody answered."""

    leg: str
    linked: str
    caller: str
    started_at: float
    ended_at: float
    answered_s: Seconds | None
    disposition: str


def read(path: Path, tail_bytes: int | None = None) -> list[CallRecord]:
    """The records of a file, the oldest first; of its last bytes only, if so many are given. Lines that are no records,
    or not whole yet, are left out. No file has none. Raises OSError."""
    try:
        with path.open("rb") as file:
            if tail_bytes is not None and (size := path.stat().st_size) > tail_bytes:
                file.seek(size - tail_bytes)
                file.readline()
            text = file.read()
    except FileNotFoundError:
        return []
    whole = text[: text.rfind(b"\n") + 1].decode("utf-8", "replace")
    return [record for row in csv.reader(whole.splitlines()) if (record := _record(row)) is not None]


def ended_legs(path: Path) -> tuple[EndedLeg, ...]:
    """The legs that ended last. Raises OSError."""
    ended: dict[LegId, EndedLeg] = {}
    for record in read(path, TAIL_BYTES):
        leg = LegId(record.leg)
        ended.pop(leg, None)
        ended[leg] = EndedLeg(leg, _CAUSES.get(record.disposition, Cause.LOST), record.answered_s)
    return tuple(ended.values())


def _record(row: list[str]) -> CallRecord | None:
    if len(row) != len(COLUMNS):
        return None
    told = dict(zip(COLUMNS, row, strict=True))
    try:
        started, answered, ended = (float(told[name] or 0.0) for name in ("start", "answer", "end"))
    except ValueError:
        return None
    up_s = max(ended - answered, 0.0) if told["disposition"] == "ANSWERED" and answered else None
    return CallRecord(told["leg"], told["linked"], told["caller"], started, ended, up_s, told["disposition"])
