"""The reasons of a core's decisions, for tests: as things stand, and by a replay of the events."""

from collections.abc import Iterable

from acd.config import Provider
from acd.core import Acd
from acd.events import AcdEvent
from acd.trace import Decision, Witness, decide
from calls.ids import CallId, Instant


def explain(core: Acd, call: CallId, now: Instant) -> Decision | None:
    """The decision on a caller who waits or is on offer, as things stand; None for any other call."""
    caller = core.callers.by_call.get(call)
    if caller is None:
        return None
    offer = caller.offer
    return decide(core, caller, offer.agent if offer else None, offer.attempt if offer else None, now)


def why(events: Iterable[tuple[Instant, AcdEvent]], configurations: Provider, call: CallId) -> list[Decision]:
    """Every decision on one call, by a replay of `events` in a new core."""
    witness = Witness(call)
    core = Acd(configurations, witness=witness)
    for now, event in events:
        core.handle(event, now)
    return witness.decisions
