"""Callbacks of one number: a person who is to be called twice for one thing is called once, never twice at a time."""

from calls.identity import known_by
from control.hub.hub import Hub
from control.register.call import Call
from control.register.register import Register


def twin(register: Register, call: Call, number: str) -> Call | None:
    """Another call of the same queue whose caller is kept a place, and is to be called at this number too."""
    if known_by(number):
        for other in register.calls.values():
            callback = other.kept_callback
            if other is call or callback is None or callback.state == "talking" or other.queue != call.queue:
                continue
            if callback.number == number:
                return other
    return None


def on_the_line(register: Register, call: Call, number: str) -> bool:
    """Whether this number is in another call than `call`: it talks, waits, or its phone rings."""
    parties = (number, f"tel:{number}")
    return any(leg.party in parties and leg.call != call.call for leg in register.legs.values())


def is_ahead(hub: Hub, one: Call, other: Call) -> bool:
    """Whether `one` has the better place of two callers of a queue, or is with an agent already."""
    if one.place == "offered":
        return True
    place, its = hub.queue_view.position(one.call), hub.queue_view.position(other.call)
    if place is not None and its is not None:
        return place < its
    return (one.queued_at or 0.0) <= (other.queued_at or 0.0)  # one of them rests, and has the place of its time
