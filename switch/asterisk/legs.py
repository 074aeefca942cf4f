"""A leg on Asterisk, the causes of its end, and the outcome of a command that Asterisk refused."""

from __future__ import annotations

import asyncio

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
        "begun",
        "caller_name",
        "end_after_report",
        "hanging_up",
        "in_bridge",
        "keys",
        "last_digit",
        "mask",
        "placing",
        "playing",
        "recording",
        "report_timer",
        "seen_cause",
        "seen_status",
        "stopping",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        super().__init__(leg, caller, called, inbound=inbound, device=device)
        self.caller_name = ""
        self.begun = False  # it was told of that Asterisk begins to call it
        self.placing: dict[str, object] | None = None  # the request by which it is called, by the trunk of now
        self.playing: AttemptId | None = None  # in Asterisk, as far as we ordered
        self.recording: AttemptId | None = None
        self.stopping: set[AttemptId] = set()  # told to stop: its end is a stop, not a finish
        self.in_bridge: str | None = None  # Asterisk's bridge id, as events tell
        self.keys = Keys()
        self.last_digit = ""
        self.hanging_up = False  # the hangup request was seen
        self.mask = 0  # of a soft one, by Asterisk itself or by us
        self.seen_cause = 0  # else its Q.850
        self.seen_status = 0  # and the SIP status
        self.report_timer: asyncio.TimerHandle | None = None  # its phone is being told of a transfer until then
        self.end_after_report: Cause | None = None  # and is hung up after that

    def cancel_timers(self) -> None:
        """Also that of a report."""
        super().cancel_timers()
        if self.report_timer is not None:
            self.report_timer.cancel()


CAUSE_OF_MASK = {
    1: Cause.TIMED_OUT,  # by the channel's driver: rtp_timeout
    4: Cause.LOST,  # Asterisk ends
    8: Cause.NORMAL,  # its time was over
    32: Cause.NORMAL,  # a request: ours, or from Asterisk's console
}
"""Asterisk's own hang-ups of legs that were up (AST_SOFTHANGUP_*, channel.h): their number is a mask, and no Q.850."""

Q850_OF = {cause: 38 for cause in Cause} | {
    Cause.NORMAL: 16,
    Cause.BUSY: 17,
    Cause.NO_ANSWER: 19,
    Cause.REJECTED: 21,
    Cause.UNWANTED: 21,
    Cause.BLOCKED: 21,
    Cause.UNREACHABLE: 20,
    Cause.SWITCHED_OFF: 20,
    Cause.INVALID_NUMBER: 1,
    Cause.CANCELLED: 16,
    Cause.TIMED_OUT: 16,
    Cause.CONGESTION: 42,
    Cause.NO_TRUNK: 42,
    Cause.TRANSFERRED: 16,
}
"""What a HangUp with each cause tells the far end: of a call that was not answered yet, 42 becomes 503, 38 becomes 500.

38 for the rest: a fault of ours. (41 would become 603, which blames the person who was called.)
"""


def failure_of(command: LegCommand, reply: Reply) -> events.SwitchEvent:
    """The outcome of a command that Asterisk refused or did not answer."""
    return failed(command, reason_of(reply), reply.reason)


def reason_of(reply: Reply) -> FailureReason:
    """The neutral reason of a failed reply; 404 means that the leg is gone."""
    if reply.failure == "refused" or reply.failure is None:
        return "leg_gone" if reply.status == 404 else "refused"
    return reply.failure
