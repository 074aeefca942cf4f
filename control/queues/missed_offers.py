"""Missed offers: why an agent's phone that was rung brought no talk, in the queues' words."""

from typing import Literal

from calls.causes import PARTED, Cause
from control.register import register as at

MissReason = Literal["no_answer", "busy", "rejected", "unreachable", "failed", "forwarded"]
_MISSED: dict[Cause, MissReason] = {
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",  # withdrawn by our own ring time
    Cause.BUSY: "busy",
    Cause.REJECTED: "rejected",
    Cause.BLOCKED: "rejected",  # 403: a phone that takes no calls now
    Cause.UNWANTED: "rejected",
    Cause.FORWARDED: "forwarded",
    Cause.UNREACHABLE: "unreachable",
    Cause.SWITCHED_OFF: "unreachable",
    Cause.INVALID_NUMBER: "unreachable",  # the phone knows no such account
    Cause.TIMED_OUT: "unreachable",
    Cause.LOST: "unreachable",
}


def miss_reason(leg: at.Leg, cause: Cause) -> MissReason:
    """The reason of a missed offer. Who answered and hung up refuses; a phone that then died does not."""
    if leg.answered_at is not None:
        return "rejected" if cause in PARTED else "unreachable"
    return _MISSED.get(cause, "failed")
