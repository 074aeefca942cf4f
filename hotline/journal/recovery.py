"""Recovery: what the controller before left, in the store and ahead of it, as a router and the entries to replay."""

import contextlib
from pathlib import Path
from typing import NamedTuple

import structlog

from calls.ids import Instant
from control.routing.router import Router
from hotline.journal import reading
from hotline.journal.reading import Entry, Tail
from hotline.journal.replaying import NewRouter, restored
from hotline.journal.write_ahead import WriteAhead
from hotline.store import opening

log = structlog.get_logger("hotline")


class Recovered(NamedTuple):
    """A router as the newest snapshot has it, and every entry after that, the last at `at` with number `seq`.

    Both are 0 for a journal that is empty. `unstored` are the last entries, which the store does not have yet.
    """

    router: Router
    entries: Tail
    unstored: list[Entry]
    seq: int
    at: Instant


def recover(database: Path, write_ahead: WriteAhead, new_router: NewRouter) -> Recovered:
    """Read what was left, and replay nothing yet. Where a snapshot cannot be read, the one before is gone on from."""

    def refused(snapshot: reading.Snapshot, error: Exception) -> None:
        advice = "the journal is replayed from an earlier snapshot; this takes longer, and once"
        log.warning("snapshot of another release", seq=snapshot.seq, error=str(error)[:200], advice=advice)

    with contextlib.closing(opening.to_read(database)) as connection:
        router, snapshot = restored(new_router, reading.snapshots(connection), refused)
        begins, seq, at = reading.ends(connection)
    if snapshot is None and begins > 1:
        log.critical(
            "journal without its beginning",
            first=begins,
            advice="calls, callbacks and agents of before are not known; the store is as it was: stop, start the "
            "release that wrote it, let it end in order, and upgrade again",
        )
    # A store that is empty is a new one, and a write-ahead file beside it is somebody else's.
    replayed = 0 if snapshot is None else snapshot.seq
    if snapshot is not None and snapshot.seq >= seq:
        seq, at = snapshot.seq, snapshot.at
    unstored = write_ahead.after(seq) if seq else []
    entries = Tail(database, replayed + 1, seq, unstored)
    if unstored:
        seq, at = unstored[-1].seq, unstored[-1].at
    return Recovered(router, entries, unstored, seq, at)
