"""The fate of a caller who came to a queue: one of a closed list, so that all fates add up to the callers offered.

The first line that fits is the fate:

    callback     a callback was booked, whatever came of it
    answered     the caller talked with an agent
    abandoned    the caller hung up while they waited
    lost         the switch lost the call meanwhile
    timed_out    the longest wait of the queue was over
    turned_away  no agent, a full queue, a fault, or a queue that was closed meanwhile
    way_out      the caller took a key's or an offer's way out: a message, another flow, a number
    other        none of these
"""

from typing import Literal, get_args

from reporting.rows import CallRow

Fate = Literal["answered", "abandoned", "callback", "way_out", "timed_out", "turned_away", "lost", "other"]
FATES: tuple[Fate, ...] = get_args(Fate)
_TURNED_AWAY = frozenset({"no_agents", "full", "failed", "closed"})
_WAYS_OUT = frozenset({"message", *"0123456789*#"})
"""An offer that was taken, or a key of the queue's step."""


def fate(call: CallRow) -> Fate | None:
    """The fate of a call; None of one that was in no queue, or is no caller's."""
    if call.direction != "in" or call.queued_at is None:
        return None
    if call.callback or call.outcome == "callback":
        return "callback"
    if call.answered_at is not None:
        return "answered"
    match call.outcome:
        case "abandoned" | "lost":
            return call.outcome
        case _ if call.left == "timed_out":
            return "timed_out"
        case _ if call.left in _TURNED_AWAY:
            return "turned_away"
        case _ if call.left in _WAYS_OUT:
            return "way_out"
        case "message" | "transferred" | "self_service":
            return "way_out"
        case "refused":
            return "turned_away"
        case _:
            return "other"
