"""Replaying the journal: a new router takes its entries again, and gives the same commands.

Recovery, `hotline why` and the day that is simulated again all replay here. A replay reads and writes nothing else;
what is done with the commands is up to the caller.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator

import msgspec
import structlog

from calls.ids import Instant
from control import commands, events
from control.router import Router
from hotline.journal.reading import Entry, Snapshot

log = structlog.get_logger("hotline")

NewRouter = Callable[[], Router]
"""Makes a router that has taken no event yet."""


def commands_of(router: Router, seq: int, event: events.RouterEvent, now: Instant) -> list[commands.RouterCommand]:
    """The router's commands for event number `seq`. A rule that raises is logged in full and gives none: live, and
    again in each replay, or else one broken call would keep the server from ever starting again."""
    try:
        return router.handle(event, now)
    except Exception:  # noqa: BLE001 - one broken call must not take the house down
        log.critical(
            "a rule is broken",
            event_type=type(event).__name__,
            seq=seq,
            trace=traceback.format_exc(),
            advice="report this with the journal around seq; other calls go on",
        )
        return []


def restored(
    new_router: NewRouter, snapshot: Snapshot | None, on_refusal: Callable[[Exception], None] = lambda error: None
) -> tuple[Router, int]:
    """A router as of `snapshot`, and the number of the first entry to replay.

    Without a snapshot, and with one of a release whose state had another shape, the router is new and the first entry
    is 1; `on_refusal` is then given the reason.
    """
    router = new_router()
    if snapshot is None:
        return router, 1
    try:
        router.restore(snapshot.state)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        on_refusal(error)
        return new_router(), 1
    return router, snapshot.seq + 1


def replayed(router: Router, entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[commands.RouterCommand]]]:
    """Each entry with the router's commands for it. The next entry is asked for once the one before has been taken."""
    for entry in entries:
        yield entry, commands_of(router, entry.seq, entry.event, entry.at)
