"""Why something ended, in words that no switch owns. Adapters translate Q.850 and SIP codes into these."""

from enum import StrEnum
from typing import Literal

FailureReason = Literal["leg_gone", "refused", "deadline", "switch_lost", "missing_file", "unsupported"]
"""Why a command came to nothing."""


class Cause(StrEnum):
    """Neutral end of a leg, with the Q.850 numbers that each comes from."""

    NORMAL = "normal"  # 16: somebody hung up
    BUSY = "busy"  # 17
    NO_ANSWER = "no_answer"  # 18, 19: it rang, nobody picked up, or our own ring time ran out
    REJECTED = "rejected"  # 21: declined at the phone
    UNREACHABLE = "unreachable"  # 1, 3, 20, 22, 27: no such number, not registered
    CANCELLED = "cancelled"  # we withdrew an Originate before it was answered
    CONGESTION = "congestion"  # 34, 38, 41, 42: the network or the switch had no room
    TRANSFERRED = "transferred"  # the switch took the leg elsewhere on our order
    LOST = "lost"  # the switch died, or the leg was gone when we came back
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
