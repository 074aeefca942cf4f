"""The states of a talk on Asterisk. It counts as up only when Asterisk tells that both legs are in its bridge."""

from __future__ import annotations

from typing import Literal

from calls.ids import AttemptId, LegId
from calls.transitions import Transitions
from switch import talk

State = Literal["joining", "up", "parting", "gone"]
Event = Literal[
    "found",  # the inventory has the bridge with both legs in it
    "both in",  # ChannelEnteredBridge, of the second leg
    "refused",  # addChannel was answered with an error
    "left",  # ChannelLeftBridge
    "leg ended",
    "link lost",
    "overdue",  # its timer
    "clear",  # of both legs it is known where they are
]

_LATE_REPLY = "the reply to addChannel counts while the two join; afterwards the events of the bridge do"
_STANDS = "what stands goes on standing in Asterisk; the inventory of the next link tells the rest"

TRANSITIONS: Transitions[State, Event] = Transitions(
    "talk asterisk",
    {
        "joining": {
            "found": "up",
            "both in": "up",
            "refused": "gone",
            "leg ended": "gone",
            "link lost": "gone",
            "overdue": "gone",
        },
        "up": {"left": "parting", "leg ended": "parting"},
        "parting": {"left": "parting", "leg ended": "parting", "clear": "gone", "overdue": "gone"},
    },
    {
        "joining": {"left": "one was in, and is out before the other came: its end or the deadline tells"},
        "up": {
            "both in": "told again: an event that was held back while the inventory found the talk",
            "refused": _LATE_REPLY,
            "link lost": _STANDS,
        },
        "parting": {
            "both in": "one is out, and the other one is being taken out: they do not come together again",
            "refused": _LATE_REPLY,
            "link lost": _STANDS,
        },
        "gone": {"refused": _LATE_REPLY, "leg ended": "another talk of the same leg was told of its end first"},
    },
)


class Talk(talk.Talk[State, Event]):
    """One Bridge command. `bridge` is the id of its bridge in Asterisk, `inside` the legs that are seen to be in it."""

    __slots__ = ("bridge", "inside", "left_first")

    def __init__(self, attempt: AttemptId, bridge: str, a: LegId, b: LegId, record: str | None) -> None:
        super().__init__(TRANSITIONS, "joining", attempt, a, b, record)
        self.bridge = bridge
        self.inside: set[LegId] = set()
        self.left_first: LegId | None = None
