"""The causes of SIP answers and of Q.850 numbers: one table for every switch, so that one answer has one word.

The SIP status counts where there is one. A `Reason: Q.850` beside it does not: of the switches one obeys it in failure
answers and the other has no way to tell of it. Q.850 alone counts for a leg that was up (it comes with the BYE).

Sources: RFC 3261 section 21; RFC 8197 (607); RFC 8688 (608); RFC 8224 (428, 436, 437, 438); RFC 5079 (433);
ITU-T Q.850 table 1; RFC 3398 section 7.2.4.1.
"""

from __future__ import annotations

from calls.causes import Cause

SILENT = frozenset({408, 480})
"""Answers that a switch invents where there was none, so what they mean depends on whether it rang."""

_OF_STATUS = {
    401: Cause.WRONG_CREDENTIALS,
    402: Cause.BLOCKED,
    403: Cause.BLOCKED,
    404: Cause.INVALID_NUMBER,
    407: Cause.WRONG_CREDENTIALS,
    410: Cause.INVALID_NUMBER,
    416: Cause.INVALID_NUMBER,
    428: Cause.BLOCKED,
    429: Cause.BLOCKED,
    433: Cause.BLOCKED,
    436: Cause.BLOCKED,
    437: Cause.BLOCKED,
    438: Cause.BLOCKED,
    470: Cause.BLOCKED,
    484: Cause.INVALID_NUMBER,
    485: Cause.INVALID_NUMBER,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    501: Cause.FAILED,
    505: Cause.FAILED,
    513: Cause.FAILED,
    580: Cause.FAILED,
    603: Cause.REJECTED,
    604: Cause.INVALID_NUMBER,
    606: Cause.FAILED,
    607: Cause.UNWANTED,
    608: Cause.BLOCKED,
}
_OF_CLASS = {3: Cause.FORWARDED, 4: Cause.FAILED, 5: Cause.CONGESTION, 6: Cause.BUSY}
"""RFC 3261, 8.1.3.2: an answer that is not known counts as the x00 of its class."""

_OF_Q850 = {
    0: Cause.NORMAL,  # none was noted: an ordinary end
    1: Cause.INVALID_NUMBER,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.INVALID_NUMBER,
    23: Cause.FORWARDED,
    26: Cause.CANCELLED,
    27: Cause.UNREACHABLE,
    28: Cause.INVALID_NUMBER,
    31: Cause.NORMAL,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    47: Cause.CONGESTION,
    50: Cause.BLOCKED,
    52: Cause.BLOCKED,
    54: Cause.BLOCKED,
    55: Cause.BLOCKED,
    57: Cause.BLOCKED,
    102: Cause.UNREACHABLE,
}


def cause_of_status(status: int, *, rang: bool) -> Cause:
    """The cause of a final answer, 300 to 699, to our INVITE. `rang`: 180 or 183 came before it."""
    if status in SILENT:
        if rang:
            return Cause.NO_ANSWER
        return Cause.SWITCHED_OFF if status == 480 else Cause.UNREACHABLE
    return _OF_STATUS.get(status) or _OF_CLASS.get(status // 100, Cause.FAILED)


def cause_of_q850(number: int) -> Cause:
    """The cause of a Q.850 number; 0 where the switch noted none."""
    return _OF_Q850.get(number, Cause.FAILED)
