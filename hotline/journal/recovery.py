"""Being who the last controller was: its newest snapshot, the facts after it, and those that it had not yet stored."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from control.router import Router
from hotline.journal.write_ahead import Tail
from hotline.store import opening

log = structlog.get_logger("hotline")


class Heir(NamedTuple):
    """A router as the snapshot left it, and all facts after that; `unstored` are the last of them, not yet stored."""

    router: Router
    left: opening.Left
    unstored: list[opening.Entry]


def inherit(database: Path, tail: Tail, new: Callable[[], Router]) -> Heir:
    """Read what was left; all facts where no snapshot can be read. `new` makes a router that was told nothing yet."""
    left, router = opening.read(database), new()
    try:
        if left.snapshot is not None:
            router.restore(left.snapshot)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        advice = "the whole journal is replayed instead; this takes longer, and once"
        log.warning("snapshot of another release", error=str(error)[:200], advice=advice)
        left, router = opening.read(database, whole=True), new()
    # A store that is empty is a new one, and a tail beside it is somebody else's.
    unstored = tail.after(left.seq) if left.seq else []
    if unstored:
        last = unstored[-1]
        left = left._replace(entries=[*left.entries, *unstored], seq=last.seq, at=last.at)
    return Heir(router, left, unstored)
