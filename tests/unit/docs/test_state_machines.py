"""docs/architecture.md draws every state machine of the house as its table has it.

A new machine: its table in MACHINES below, and `python -m tests.unit.docs.test_state_machines NAME` prints the drawing.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from acd.agents import TRANSITIONS as AGENT
from calls.transitions import Transitions
from complaints.followups.table import FOLLOW_UPS
from complaints.stages.table import LINKS as CASE_LINKS
from complaints.stages.table import STAGES as CASE
from control.machines.contact_states import CONTACT_CALLS
from control.machines.disposition_states import DISPOSITIONS
from control.machines.ladder import LADDER
from control.machines.override_menu import MENUS
from control.machines.proposals import PROPOSALS
from control.machines.states import AGENT_CALLS, CALLBACKS, CONSULTATIONS, OFFERS, PLACES, TRANSFERS
from dialer.campaigns.states import CAMPAIGNS, CONTACTS
from ivr.machine.phases import PHASES as SESSION
from switch.asterisk.talk import TRANSITIONS as ASTERISK_TALK
from switch.freeswitch.talk import TRANSITIONS as FREESWITCH_TALK

pytestmark = pytest.mark.unit

MACHINES: Mapping[str, Transitions[str, str] | Mapping[str, frozenset[str]]] = {
    "call": PLACES,  # type: ignore[dict-item]  # the states are literals
    "offer": OFFERS,  # type: ignore[dict-item]
    "callback": CALLBACKS,  # type: ignore[dict-item]
    "ladder": LADDER,  # type: ignore[dict-item]
    "proposal": PROPOSALS,  # type: ignore[dict-item]
    "override menu": MENUS,  # type: ignore[dict-item]
    "transfer": TRANSFERS,  # type: ignore[dict-item]
    "agents call": AGENT_CALLS,  # type: ignore[dict-item]
    "consultation": CONSULTATIONS,  # type: ignore[dict-item]
    "disposition": DISPOSITIONS,  # type: ignore[dict-item]
    "campaign": CAMPAIGNS,  # type: ignore[dict-item]
    "contact": CONTACTS,  # type: ignore[dict-item]
    "contacts call": CONTACT_CALLS,  # type: ignore[dict-item]
    "agent": AGENT,  # type: ignore[dict-item]
    "case": CASE,  # type: ignore[dict-item]
    "case link": CASE_LINKS,  # type: ignore[dict-item]
    "follow up": FOLLOW_UPS,  # type: ignore[dict-item]
    "session": SESSION,  # type: ignore[dict-item]
    "talk asterisk": ASTERISK_TALK,  # type: ignore[dict-item]
    "talk freeswitch": FREESWITCH_TALK,  # type: ignore[dict-item]
}
"""By the name that stands in the comment above the drawing: `<!-- machine: call -->`."""

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "architecture.md"
_DRAWN = re.compile(r"<!-- machine: ([a-z ]+) -->\n```mermaid\n(.*?)\n```", re.DOTALL)
_ARROW = re.compile(r"^\s+(\S+) --> (\S+?)(?: : .*)?$", re.MULTILINE)


def _drawings() -> dict[str, str]:
    return dict(_DRAWN.findall(_PAGE.read_text(encoding="utf-8")))


def test_every_machine_is_drawn_once_and_nothing_else_is() -> None:
    assert sorted(name for name, _ in _DRAWN.findall(_PAGE.read_text(encoding="utf-8"))) == sorted(MACHINES)


@pytest.mark.parametrize("name", MACHINES)
def test_the_drawing_is_the_table(name: str) -> None:
    drawn, table = _drawings()[name], MACHINES[name]
    if isinstance(table, Transitions):
        first = _ARROW.findall(drawn)[0][1]
        assert drawn == table.drawing(first)
    else:
        arrows = {(state, to) for state, to in _ARROW.findall(drawn) if "[*]" not in (state, to)}
        assert arrows == {(state, to) for state, ways in table.items() for to in ways}


if __name__ == "__main__":
    asked = MACHINES[sys.argv[1]]
    assert isinstance(asked, Transitions)
    sys.stdout.write(asked.drawing(next(iter(asked.moves))) + "\n")
