"""Recovery: what the controller before left, in the store and ahead of it, as a router and the entries to replay."""

from pathlib import Path
from typing import NamedTuple

import structlog

from calls.ids import Instant
from control.router import Router
from hotline.journal import reading
from hotline.journal.reading import Entry
from hotline.journal.replaying import NewRouter, restored
from hotline.journal.write_ahead import WriteAhead

log = structlog.get_logger("hotline")


class Recovered(NamedTuple):
    """A router as the newest snapshot has it, and every entry after that, the last at `at` with number `seq`.

    Both are 0 for a journal that is empty. `unstored` are the last entries, which the store does not have yet.
    """

    router: Router
    entries: list[Entry]
    unstored: list[Entry]
    seq: int
    at: Instant


def recover(database: Path, write_ahead: WriteAhead, new_router: NewRouter) -> Recovered:
    """Read what was left, and replay nothing yet; all entries where the snapshot is of another release."""

    def refused(error: Exception) -> None:
        advice = "the whole journal is replayed instead; this takes longer, and once"
        log.warning("snapshot of another release", error=str(error)[:200], advice=advice)

    left = reading.read(database)
    router, first = restored(new_router, left.snapshot, refused)
    if left.snapshot is not None and first <= left.snapshot.seq:
        left = reading.read(database, whole=True)
    # A store that is empty is a new one, and a write-ahead file beside it is somebody else's.
    unstored = write_ahead.after(left.seq) if left.seq else []
    last = unstored[-1] if unstored else left
    return Recovered(router, [*left.entries, *unstored], unstored, last.seq, last.at)
