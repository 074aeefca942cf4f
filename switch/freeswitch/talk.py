"""The states of a talk on FreeSWITCH. It counts as up only when the switch tells that both legs are bridged.

A uuid_bridge that is answered -ERR has touched neither leg (1.10.12). One that is answered +OK, or not at all, may
come to nothing all the same, and a leg of it be anywhere: then the talk is failing until each survivor is seen parked.
"""

from __future__ import annotations

from typing import Literal

from calls.causes import FailureReason
from calls.ids import AttemptId, LegId
from calls.transitions import Transitions
from switch import talk

State = Literal["joining", "failing", "up", "parting", "gone"]
Event = Literal[
    "found",  # the inventory has both legs bridged
    "missing",  # the inventory has not
    "bridged",  # CHANNEL_BRIDGE
    "refused",  # uuid_bridge was answered -ERR
    "unanswered",  # uuid_bridge was not answered
    "parked",  # CHANNEL_PARK of a leg
    "unbridged",  # CHANNEL_UNBRIDGE of a leg
    "leg ended",
    "link lost",
    "overdue",  # its timer
    "settled",  # of a talk that fails: each survivor is parked
    "clear",  # of a talk that parts: of both legs it is known where they are
]

_LATE_REPLY = "the reply to uuid_bridge counts while the talk joins; afterwards the events of its legs do"
_STANDS = "what stands goes on standing in the switch; the next inventory tells the rest"
_BEFORE = "the leg leaves what it was in before: the talk is taking it"
_YOUNG = "it was begun since the link is back: the inventory does not know it yet"

TRANSITIONS: Transitions[State, Event] = Transitions(
    "talk freeswitch",
    {
        "joining": {
            "found": "up",
            "bridged": "up",
            "unanswered": "failing",
            "leg ended": "failing",
            "overdue": "failing",
            "refused": "gone",
            "link lost": "gone",
        },
        "failing": {
            "parked": "failing",
            "leg ended": "failing",
            "settled": "gone",
            "refused": "gone",
            "link lost": "gone",
            "overdue": "gone",
        },
        "up": {"unbridged": "parting", "parked": "parting", "leg ended": "parting", "missing": "gone"},
        "parting": {"parked": "parting", "leg ended": "parting", "clear": "gone", "overdue": "gone", "missing": "gone"},
    },
    {
        "joining": {"parked": _BEFORE, "unbridged": _BEFORE, "missing": _YOUNG},
        "failing": {
            "bridged": "too late: it was given up, and both legs are parked again",
            "unanswered": "it fails already",
            "unbridged": _BEFORE,
            "missing": _YOUNG,
        },
        "up": {
            "bridged": "told again: it comes for one leg, and may come for the other",
            "refused": _LATE_REPLY,
            "unanswered": _LATE_REPLY,
            "link lost": _STANDS,
        },
        "parting": {
            "bridged": "one leg is out: what is told again of both is late",
            "unbridged": "the first of the two began it",
            "refused": _LATE_REPLY,
            "unanswered": _LATE_REPLY,
            "link lost": _STANDS,
        },
        "gone": {
            "refused": _LATE_REPLY,
            "unanswered": _LATE_REPLY,
            "leg ended": "another talk of the same leg was told of its end first",
        },
    },
)


class Talk(talk.Talk[State, Event]):
    """One Bridge command. `fault` is why it fails; `left` are legs that are out: parked, elsewhere or ended."""

    __slots__ = ("fault", "left", "replied")

    def __init__(self, attempt: AttemptId, a: LegId, b: LegId, record: str | None) -> None:
        super().__init__(TRANSITIONS, "joining", attempt, a, b, record)
        self.replied = False
        self.fault: tuple[FailureReason, str] = ("refused", "")
        self.left: set[LegId] = set()
