"""A machine's table: what it lists happens, what it ignores does not, what it does not know is a broken rule."""

from typing import Literal

import pytest

from calls.errors import BrokenRule
from calls.transitions import Transitions

pytestmark = pytest.mark.unit

Door = Literal["open", "closed", "gone"]
Event = Literal["push", "pull", "burn"]
DOOR: Transitions[Door, Event] = Transitions(
    "door",
    {"open": {"push": "closed", "burn": "gone"}, "closed": {"pull": "open", "burn": "gone"}},
    {"closed": {"push": "it is closed already"}},
)


def test_a_listed_event_leads_to_its_state() -> None:
    assert DOOR.after("open", "push") == "closed"


def test_an_ignored_event_leads_nowhere() -> None:
    assert DOOR.after("closed", "push") is None


@pytest.mark.parametrize("state", ["open", "gone"])
def test_an_empty_cell_is_a_broken_rule(state: Door) -> None:
    with pytest.raises(BrokenRule, match=f"door: pull while {state}"):
        DOOR.after(state, "pull")


def test_a_cell_is_a_move_or_ignored_and_never_both() -> None:
    with pytest.raises(BrokenRule, match="push in open"):
        Transitions("door", {"open": {"push": "closed"}}, {"open": {"push": "no"}})


def test_the_drawing_has_one_arrow_for_each_pair_of_states() -> None:
    assert DOOR.drawing("open").splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> closed : push",
        "    open --> gone : burn",
        "    closed --> open : pull",
        "    closed --> gone : burn",
        "    gone --> [*]",
    ]
