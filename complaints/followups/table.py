"""The states of a follow-up visit as one table, from the day that it is planned to its end.

Nothing leads from `asked` to a second call: who is on a campaign's list is called by that campaign, by its tries, and
comes back here when they are at an end. docs/architecture.md draws the table.
"""

from typing import Literal

from calls.transitions import Transitions

FollowUpState = Literal[
    "planned",
    "due",
    "asked",
    "placed",
    "answered",
    "unanswered",
    "held",
    "done",
    "given_up",
    "not_wanted",
    "cancelled",
]
FollowUpEvent = Literal[
    "came_due",
    "asked",
    "put_back",
    "placed",
    "answered",
    "not_answered",
    "denied",
    "spent",
    "results",
    "said_nothing",
    "refused",
    "done_by_hand",
    "released",
    "cancelled",
]

FOLLOW_UPS: Transitions[FollowUpState, FollowUpEvent] = Transitions(
    "follow-up",
    {
        "planned": {
            "came_due": "due",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
        "due": {
            "asked": "asked",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
        "asked": {
            "placed": "placed",
            "results": "done",
            "said_nothing": "given_up",
            "denied": "held",
            "spent": "given_up",
            "put_back": "due",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
        "placed": {"answered": "answered", "not_answered": "unanswered"},
        "answered": {
            "results": "done",
            "said_nothing": "given_up",
            "refused": "not_wanted",
            "not_answered": "unanswered",
        },
        # As while asked an agent may say that somebody was reached after all; answers of a call that was cut off count.
        "unanswered": {
            "placed": "placed",
            "results": "done",
            "said_nothing": "given_up",
            "denied": "held",
            "spent": "given_up",
            "put_back": "due",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
        # Whoever may not be called is not forgotten: a person of the house sees to it, or asks again.
        "held": {
            "released": "due",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
        "given_up": {
            "released": "due",
            "done_by_hand": "done",
            "refused": "not_wanted",
            "cancelled": "cancelled",
        },
    },
    {
        "done": {"cancelled": "it is done: a case that is reopened is followed up anew"},
        "not_wanted": {"cancelled": "it is over already"},
        "cancelled": {"cancelled": "it is over already"},
        "placed": {"cancelled": "they are on the telephone: the try's end decides"},
        "answered": {"cancelled": "as placed"},
    },
)
"""A follow-up.

| state | what goes on |
|---|---|
| planned | its first day has not come |
| due | to be called, or visited, from now on |
| asked | on the list of a campaign, which asks the governor before each call |
| placed, answered | a call of the campaign |
| unanswered | tried again within the campaign's budget |
| held | the governor allows no call: the person is held, or a rule forbids it |
| done | the questions were answered, by telephone or to a person of the house |
| given_up | the budget is used, or they answered and said nothing: a person of the house sees to it |
| not_wanted | they wish none |
| cancelled | the case was reopened or merged, somebody said so, or they were asked lately |
"""

OVER: frozenset[FollowUpState] = frozenset({"done", "not_wanted", "cancelled"})
"""States in which nothing is owed."""
OPEN: frozenset[FollowUpState] = frozenset(FOLLOW_UPS.moves)
"""The others."""
CALLED: frozenset[FollowUpState] = frozenset({"asked", "placed", "answered", "unanswered"})
"""A campaign has it."""
BY_HAND: frozenset[FollowUpEvent] = frozenset({"done_by_hand", "refused", "released", "cancelled"})
"""What people of the house may say of one."""
