"""Callers with a callback who are on the line again: it ends, and the time that it has waited counts on."""

from acd.events import CallLeft
from calls.identity import known_by
from calls.ids import Seconds
from control.callbacks.callback_places import CallbackPlaces
from control.hub.hub import Hub
from control.register.call import Call, Callback


def end_on_return(hub: Hub, places: CallbackPlaces, call: Call, queue: str) -> tuple[Seconds, CallLeft | None]:
    """The caller is on the line again. Ends the callback of the same number; the time that it waited counts on.

    0 when there is none, or when it waited in another queue than the one that is entered now. The event is for the
    queues, once they know the new call: the agent who was asked to call back is free then, and gets this caller.
    """
    if call.callback is not None and call.callback.state == "checking":
        call.callback = None
    if call.callback is not None and call.place == "offered":  # an agent is asked for a caller on the line again
        places.leave(call, call.callback)
        call.callback.on("came_back")
        hub.settle()
    caller = known_by(call.caller)
    for other in list(hub.register.calls.values()):
        callback = other.callback
        if callback is None:
            continue
        mine = other is call or (caller != "" and caller in (other.caller, callback.number))
        if not mine or (other is not call and other.queue != queue):
            continue
        if other.place != "booked" and not _agent_only(hub, other, callback):
            continue
        waited_s = hub.now - (other.queued_at or hub.now)
        if other is not call:
            call.replaced_callback = callback
        left = places.end(other, "came_back", call)
        return (waited_s if other.queue == queue else 0.0), left
    return 0.0, None


def _agent_only(hub: Hub, call: Call, callback: Callback) -> bool:
    """Whether an agent is there for the callback, and the caller has not picked up."""
    offer = hub.register.offer_of(call)
    return call.place == "offered" and callback.state != "checking" and offer is not None and offer.state != "bridging"
