"""The menu of overrides by phone, as a state machine: what it waits for, and what it has been told so far."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from calls.ids import AttemptId, Instant, LegId
from calls.overrides import Kind
from calls.transitions import Transitions

MenuState = Literal[
    "pin", "checking", "language", "action", "target", "hours", "recording", "until", "confirming", "leaving"
]
MenuEvent = Literal[
    "pin_keyed",
    "right_pin",
    "wrong_pin",
    "locked",
    "chosen",
    "to_record",
    "to_hours",
    "recorded",
    "not_recorded",
    "done",
    "silent",
]

MENUS: Transitions[MenuState, MenuEvent] = Transitions(
    "menu",
    {
        "pin": {"pin_keyed": "checking", "silent": "leaving"},
        "checking": {"right_pin": "language", "wrong_pin": "pin", "locked": "leaving", "silent": "leaving"},
        "language": {"chosen": "action", "silent": "leaving"},
        "action": {"chosen": "target", "done": "action", "silent": "leaving"},
        "target": {
            "chosen": "until",
            "to_record": "recording",
            "to_hours": "hours",
            "done": "action",
            "silent": "leaving",
        },
        "hours": {"chosen": "until", "silent": "leaving"},
        "recording": {"recorded": "until", "not_recorded": "action", "silent": "leaving"},
        "until": {"chosen": "confirming", "silent": "leaving"},
        "confirming": {"done": "action", "silent": "leaving"},
    },
    {
        "pin": {"recorded": "no recording was asked for"},
        "leaving": {
            "silent": "the last words are being said",
            "recorded": "it hung up while it recorded",
            "not_recorded": "as recorded",
        },
    },
)
"""`done`: it is set, lifted or dropped, or the list was said; back to the actions."""


_CLOSED_ALL_DAY = "0"
IN_FORCE = {"closure": "override_closure", "announcement": "override_announcement", "hours": "override_hours_set"}
"""The phrase that tells of an override in force."""
PHRASES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("override_pin", "override_wrong_pin", "override_locked", "override_menu", "override_hours"),
            *("override_record", "override_until", "override_confirm", "override_set", "override_dropped"),
            *("override_lifted", "override_none", "override_not_possible"),
        ),
        frozenset[str](),
    ),
    **dict.fromkeys(("override_language", "override_choice_all"), frozenset({"key"})),
    "override_choice": frozenset({"name", "key"}),
    **dict.fromkeys(IN_FORCE.values(), frozenset({"number", "name"})),
    "override_announcement_all": frozenset({"number"}),
}
"""The phrases of prompts/ for the menu, each with the places that are filled in it."""


class OverrideMenu(msgspec.Struct):
    """One phone in the menu: where it is, and the override as far as it was keyed."""

    leg: LegId
    party: str
    """An account of the house, or `outside`: who is locked after wrong PINs."""
    author: str
    state: MenuState = "pin"
    language: str = ""
    keys: str = ""
    attempt: AttemptId | None = None
    """Of the sound that is said, the check of the PIN, or the recording: an outcome of another one is stale."""
    due_at: Instant | None = None
    asked: int = 0
    """How often the question was put without an answer."""
    action: Literal["", "close", "lift", "announce", "hours"] = ""
    kind: Kind = "closure"
    target: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    recording: str = ""
    until: Literal["today", "lifted"] = "today"

    def on(self, event: MenuEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = MENUS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class PinFailures(msgspec.Struct):
    """Wrong PINs in a row from one party, and until when it is locked (monotonic); None: it is not."""

    count: int = 0
    locked_until: Instant | None = None


def spans_of(keys: str) -> tuple[tuple[int, int], ...] | None:
    """Hours as they are keyed: `09001800` is from 9:00 to 18:00, `0` closed all day; None for what is neither."""
    if keys == _CLOSED_ALL_DAY:
        return ()
    if len(keys) != 8 or not keys.isdecimal():
        return None
    first, last = (int(keys[at : at + 2]) * 60 + int(keys[at + 2 : at + 4]) for at in (0, 4))
    right = int(keys[2:4]) < 60 and int(keys[6:8]) < 60 and first < last <= 1440
    return ((first, last),) if right else None
