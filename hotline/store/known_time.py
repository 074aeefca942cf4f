"""The time that a site's retention may trust: a clock far ahead of all that is known deletes nothing.

A machine whose battery is empty, or whose time server is wrong, may wake up years ahead, and everything would be older
than the site keeps it. So the time of the last good run is kept in a file beside the store, and before the first one it
is the newest row. The clock may be ahead of that by AHEAD_S and the time that has passed since on the monotonic line.
Of a clock that is further ahead nothing is believed until somebody says that it is right (`accept`).
"""

import contextlib
import json
from pathlib import Path

from calls.ids import Instant
from hotline.store import opening
from switch.runfolder import write_private

AHEAD_S = 7 * 86_400.0
"""A server may have been off for so long."""
_JUST_NOW_S = 120.0
"""Rows as young as that may have been written by the clock that is asked about."""
_NEWEST = """SELECT max(utc) FROM (
    SELECT max(arrived_at) AS utc FROM calls WHERE arrived_at < :before
    UNION ALL SELECT max(since) FROM agent_states WHERE since < :before
    UNION ALL SELECT max(utc) FROM snapshots WHERE utc < :before)"""


class KnownTime:
    """The file, and what one process has seen since it read it. Methods block on files and the store."""

    def __init__(self, state: Path, database: Path) -> None:
        self._path = state / "retention.json"
        self._database = database
        self._read: float | None = None
        """What the file said last, UTC epoch seconds."""
        self._read_at: Instant = 0.0

    def ahead_s(self, now: Instant, utc: float) -> float:
        """Seconds by which the clock, `utc`, is ahead of what can be; 0 where it is right. `now` is monotonic.

        A clock that is right is remembered. Raises OSError, sqlite3.Error.
        """
        kept = self._kept()
        if kept is None:
            kept = self._newest(utc - _JUST_NOW_S)
            self._keep(utc if kept is None else kept, now)
            kept = self._read
        if kept != self._read:  # the first look of this process, or somebody has accepted another clock
            self._read, self._read_at = kept, now
        assert self._read is not None
        ahead_s = utc - (self._read + (now - self._read_at) + AHEAD_S)
        if ahead_s > 0:
            return ahead_s + AHEAD_S
        self._keep(utc, now)
        return 0.0

    def seen_ahead_s(self, utc: float) -> float:
        """The same for somebody who only looks, and remembers nothing. Raises sqlite3.Error."""
        kept = self._kept()
        if kept is None:
            kept = self._newest(utc - _JUST_NOW_S)
        ahead_s = 0.0 if kept is None else utc - kept
        return ahead_s if ahead_s > AHEAD_S else 0.0

    def accept(self, utc: float) -> None:
        """Somebody says that the clock is right. A server that runs sees it at its next run. Raises OSError."""
        self._keep(utc, 0.0)

    def _kept(self) -> float | None:
        try:
            return float(json.loads(self._path.read_text(encoding="utf-8"))["utc"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return None  # half a file after a crash: the newest row counts again

    def _keep(self, utc: float, now: Instant) -> None:
        write_private(self._path, json.dumps({"utc": utc}))
        self._read, self._read_at = utc, now

    def _newest(self, before: float) -> float | None:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            found: float | None = connection.execute(_NEWEST, {"before": before}).fetchone()[0]
        return found


def as_days(seconds: float) -> str:
    """In words, for a log."""
    return f"{seconds / 86_400.0:.0f} days"
