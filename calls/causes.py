"""Why something ended, in words that no switch owns."""

from enum import StrEnum
from typing import Literal

FailureReason = Literal["leg_gone", "refused", "deadline", "switch_lost", "missing_file", "unsupported"]
"""Why a command came to nothing."""


class Cause(StrEnum):
    """Neutral end of a leg. `calls/sip_causes.py` has what each SIP answer and each Q.850 number comes to."""

    NORMAL = "normal"  # somebody hung up
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # it rang, and nobody picked up
    REJECTED = "rejected"  # declined at the phone
    UNREACHABLE = "unreachable"  # not registered, or silent when it was called
    CANCELLED = "cancelled"  # withdrawn before the answer: by us, or a caller who gave up
    CONGESTION = "congestion"  # the network or the switch had no room
    NO_TRUNK = "no_trunk"  # none carries the number or is free, or the switch is away: the number is not to blame
    TRANSFERRED = "transferred"  # the switch took the leg elsewhere by our command
    LOST = "lost"  # the switch died, or the leg was gone when we came back
    FORWARDED = "forwarded"  # the phone or the trunk answered that we should call somewhere else, which is never done
    INVALID_NUMBER = "invalid_number"  # nobody has this number, or not any more
    SWITCHED_OFF = "switched_off"  # the network knows the phone, and it is not there
    UNWANTED = "unwanted"  # they want no calls from us: never call again by yourself
    BLOCKED = "blocked"  # the network does not let the call through
    WRONG_CREDENTIALS = "wrong_credentials"  # the trunk refuses our password
    TIMED_OUT = "timed_out"  # no audio came for as long as the setting says
    TRUNK_UNREACHABLE = "trunk_unreachable"  # the trunk said nothing at all: another one may
    FAILED = "failed"  # everything else; the adapter gives the native code as detail


PARTED = frozenset({Cause.NORMAL, Cause.BUSY, Cause.REJECTED, Cause.CANCELLED, Cause.TRANSFERRED})
"""Ends that somebody wanted. All others are the doing of a network or a switch."""


class Outcome(StrEnum):
    """How something that takes time ended."""

    FINISHED = "finished"
    STOPPED = "stopped"  # on our order: barge-in, for one
    FAILED = "failed"


class DeviceState(StrEnum):
    """What the switch knows of a phone."""

    UNREACHABLE = "unreachable"  # not registered, or silent when asked
    IDLE = "idle"
    RINGING = "ringing"
    BUSY = "busy"
