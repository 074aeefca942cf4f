"""Replaying the journal: a new router takes its entries again, and gives the same commands.

Recovery, `hotline why` and the day that is simulated again all replay here. A replay reads and writes nothing else;
what is done with the commands is up to the caller.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator

import msgspec
import structlog

from calls.ids import Instant
from control.messages import commands, events
from control.routing.router import Router
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
    new_router: NewRouter,
    snapshots: Iterable[Snapshot],
    on_refusal: Callable[[Snapshot, Exception], None] = lambda snapshot, error: None,
) -> tuple[Router, Snapshot | None]:
    """A router as of the first of `snapshots` that can be read, and that snapshot; a new router and None without one.

    A snapshot of a release whose state had another shape is refused: `on_refusal` is given it, and the reason.
    """
    for snapshot in snapshots:
        router = new_router()
        try:
            router.restore(snapshot.state)
        except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
            on_refusal(snapshot, error)
        else:
            return router, snapshot
    return new_router(), None


def replayed(router: Router, entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[commands.RouterCommand]]]:
    """Each entry with the router's commands for it. The next entry is asked for once the one before has been taken."""
    for entry in entries:
        yield entry, commands_of(router, entry.seq, entry.event, entry.at)
