"""Overrides: what a supervisor puts above the published version for a while, on a bad night.

| kind | target | what callers meet |
|---|---|---|
| closure | `queue:NAME` | the queue takes nobody; flows go the way of `closed` |
| closure | `line:NUMBER` | the flow that overrides.yaml names for closed lines, or `closed_today` and the end |
| announcement | `line:NUMBER`, `all` | words before everything else of that line, or of each |
| hours | `hours:NAME` | these hours today instead of those of hours.yaml |

Each has an author, a reason and an end, and is over by itself at its end.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Kind = Literal["closure", "announcement", "hours"]
ALL = "all"
"""The target of an announcement on every line."""


class Override(msgspec.Struct, frozen=True):
    """One override that is in force. `target` is as in the table above; instants are UTC epoch seconds."""

    number: int
    """By which people name it: counted from 1, and never used again."""
    kind: Kind
    target: str
    author: str
    reason: str
    set_at: float
    ends_at: float | None
    """None: until somebody lifts it."""
    texts: dict[str, str] = msgspec.field(default_factory=dict)
    """Of an announcement: the words by language."""
    recording: str = ""
    """Of an announcement that was spoken by phone: the sound's path without ending; it comes before `texts`."""
    node: str = ""
    """The switch that has the recording; callers of another one hear `texts` alone."""
    spans: tuple[tuple[int, int], ...] = ()
    """Of hours: minutes of the day from and to; none is closed all day."""

    @property
    def name(self) -> str:
        """Of the target: the queue, the line or the hours."""
        return self.target.partition(":")[2]


def closes(overrides: list[Override], target: str) -> Override | None:
    """The closure of this target that is in force."""
    return next((one for one in overrides if one.kind == "closure" and one.target == target), None)


def end_of_day(utc_s: float, zone: str) -> float:
    """The end of the day of `utc_s` in an IANA zone, as UTC epoch seconds; a day may have 23 or 25 hours."""
    day = datetime.fromtimestamp(utc_s, UTC).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()
