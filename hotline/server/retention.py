"""Retention of a running server: what is older than the site keeps goes in small pieces, one a second, each hour.

Rows are read beside the event loop and deleted by the store's one writer; files go before their rows, so that a row
without a file is tried again and no file is forgotten. Each piece is in the audit log before it goes.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from calls.ids import Instant
from hotline.site import audit
from hotline.store import opening
from hotline.store.known_time import KnownTime, as_days
from hotline.store.retention import KINDS, Kind, Piece, next_piece
from hotline.store.strays import Stray, strays
from hotline.store.writer import Writer

log = structlog.get_logger("hotline")

_EVERY_S = 3_600.0
_FIRST_S = 60.0
"""After a start: callers of before come first."""
_DAY_S = 86_400.0
_STRAYS_AT_A_TIME = 100
_AUDITED: frozenset[Kind] = frozenset({"cases", "recordings", "voicemail", "calls"})
"""What is of callers."""


class Retention:
    """A step of the upkeep; each `look` does one piece at most. `keep` has the days of each kind; None: for ever."""

    def __init__(
        self,
        database: Path,
        state: Path,
        writer: Writer,
        keep: Mapping[str, int | None],
        sounds: Sequence[Path] = (),
    ) -> None:
        """`state` is the folder of the audit log, `sounds` are those of recordings and messages."""
        self._database = database
        self._state = state
        self._writer = writer
        self._keep = keep
        self._begin_at: Instant | None = None
        self._left: list[Kind] = []
        self._utc = 0.0
        """Of the run that goes on: when it began."""
        self._given = 0
        """Rows that the writer was given when the last piece was."""
        self._gone: Counter[str] = Counter()
        self._stuck: Counter[str] = Counter()
        self._sounds = sounds
        self._known_time = KnownTime(state, database)
        self._ahead_s = 0.0

    def warnings(self) -> list[str]:
        """In words, for `/health`: why nothing goes."""
        if not self._ahead_s:
            return []
        return [f"retention: the clock is {as_days(self._ahead_s)} ahead of all that is known; nothing is deleted"]

    async def look(self, now: Instant, utc: float) -> None:
        """At `now` (monotonic), which is `utc`: go on with what is to go. Raises OSError, sqlite3.Error.

        Never waits for the store: while that does not write, nothing more goes.
        """
        if self._begin_at is None:
            self._begin_at = now + _FIRST_S
        if self._writer.committed < self._given:
            return
        if not self._left and now >= self._begin_at:
            self._begin_at = now + _EVERY_S
            if await self._clock_is_right(now, utc):
                await self._collect_strays()
                self._left = [kind for kind in KINDS if self._keep[kind] is not None]
        if self._left:
            kind = self._left[0]
            if not await self._one_piece(kind, self._utc - (self._keep[kind] or 0) * _DAY_S):
                self._left.pop(0)
                if not self._left:
                    self._tell()

    async def _clock_is_right(self, now: Instant, utc: float) -> bool:
        """Whether what is old by the clock may go. It is asked before each run; a run takes no jump of the clock with
        it, for the instants of one are those of its beginning."""
        self._ahead_s = await asyncio.to_thread(self._known_time.ahead_s, now, utc)
        self._utc = utc
        if self._ahead_s:
            advice = "set the clock; where it is right, as after a long time off: hotline retention --force"
            log.error("retention stands still", detail=f"the clock is {as_days(self._ahead_s)} ahead", advice=advice)
        return not self._ahead_s

    async def _collect_strays(self) -> None:
        """Delete sound files without a row that are older than recordings and messages are kept, both."""
        days = [self._keep.get(kind) for kind in ("recordings", "voicemail")]
        if not self._sounds or None in days:
            return
        before = self._utc - max(day for day in days if day is not None) * _DAY_S
        found = await asyncio.to_thread(self._strays, before)
        for stray in found:
            await asyncio.to_thread(audit.note, self._state, "deleted by retention", f"without a row: {stray.path}")
            if error := (await asyncio.to_thread(_unlinked, [str(stray.path)])).get(0):
                advice = "make the folder writable for the controller; it is tried again in an hour"
                log.error("recording not deleted", error=str(error), kind="without a row", advice=advice)
            else:
                self._gone["without a row"] += 1

    def _strays(self, before: float) -> list[Stray]:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            return strays(connection, self._sounds, before)[:_STRAYS_AT_A_TIME]

    async def _one_piece(self, kind: Kind, before: float) -> bool:
        """Whether there was one."""
        piece = await asyncio.to_thread(self._next, kind, before)
        if not piece.rows:
            return False
        if kind in _AUDITED:
            about = f"{kind}: {piece.count}, older than {self._keep[kind]} days"
            await asyncio.to_thread(audit.note, self._state, "deleted by retention", about)
        stuck = await asyncio.to_thread(_unlinked, piece.files)
        for number, (statement, values) in enumerate(piece.rows):
            if number not in stuck:
                self._writer.write(statement, values)
        self._given = self._writer.given
        self._gone[kind] += piece.count - len(stuck)
        if stuck:
            if not self._stuck[kind]:
                error = next(iter(stuck.values()))
                advice = "make the folder writable for the controller; it is tried again in an hour"
                log.error("recording not deleted", error=str(error), kind=kind, advice=advice)
            self._stuck[kind] += len(stuck)
        return True

    def _next(self, kind: Kind, before: float) -> Piece:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            return next_piece(connection, kind, before, self._stuck[kind])

    def _tell(self) -> None:
        if self._gone:
            log.info("deleted by retention", **{kind.replace(" ", "_"): count for kind, count in self._gone.items()})
        self._gone.clear()
        self._stuck.clear()


def _unlinked(files: list[str]) -> dict[int, OSError]:
    """Delete them; by number those that cannot be. One that is gone already is as it should be."""
    stuck = {}
    for number, path in enumerate(files):
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            stuck[number] = error
    return stuck
