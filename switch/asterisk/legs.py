"""A leg on Asterisk, the causes of its end, and the outcome of a command that Asterisk refused."""

from __future__ import annotations

from calls import events
from calls.causes import Cause, FailureReason
from calls.ids import AttemptId, LegId
from switch import legs
from switch.asterisk.keys import Keys
from switch.asterisk.requests import Reply
from switch.legs import LegCommand, failed


class Leg(legs.Leg):
    """One channel of ours. Its id is the channel's own."""

    __slots__ = (
        "caller_name",
        "hanging_up",
        "in_bridge",
        "keys",
        "last_digit",
        "playing",
        "recording",
        "seen_cause",
        "stopping",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        super().__init__(leg, caller, called, inbound=inbound, device=device)
        self.caller_name = ""
        self.playing: AttemptId | None = None  # in Asterisk, as far as we ordered
        self.recording: AttemptId | None = None
        self.stopping: set[AttemptId] = set()  # told to stop: its end is a stop, not a finish
        self.in_bridge: str | None = None  # Asterisk's bridge id, as events tell
        self.keys = Keys()
        self.last_digit = ""
        self.hanging_up = False  # the hangup request was seen
        self.seen_cause = 0  # and its Q.850


def cause_of(q850: int) -> Cause:
    """A Q.850 number in the house's words."""
    return _CAUSES.get(q850, Cause.FAILED)


_CAUSES = {
    0: Cause.NORMAL,  # Asterisk did not note one: an ordinary end
    1: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.UNREACHABLE,
    26: Cause.CANCELLED,
    27: Cause.UNREACHABLE,
    31: Cause.NORMAL,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
}

Q850_OF = {
    Cause.NORMAL: 16,
    Cause.BUSY: 17,
    Cause.NO_ANSWER: 19,
    Cause.REJECTED: 21,
    Cause.UNREACHABLE: 20,
    Cause.CANCELLED: 16,
    Cause.CONGESTION: 42,
    Cause.TRANSFERRED: 16,
    Cause.LOST: 41,
    Cause.FAILED: 41,
}
"""What a HangUp with each cause tells the far end."""


def failure_of(command: LegCommand, reply: Reply) -> events.SwitchEvent:
    """The outcome of a command that Asterisk refused or did not answer."""
    return failed(command, reason_of(reply), reply.reason)


def reason_of(reply: Reply) -> FailureReason:
    """The neutral reason of a failed reply; 404 means that the leg is gone."""
    if reply.failure == "refused" or reply.failure is None:
        return "leg_gone" if reply.status == 404 else "refused"
    return reply.failure
