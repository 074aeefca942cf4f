"""A new kind of leg is a new part and one entry in the router's dictionary: here, a call that we watch."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import HangUp, Originate, Play, Sentence
from calls.ids import LegId
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.messages.log_commands import LogLeg
from control.register.register import Leg
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


class Watched(QuietPart):
    """Calls a number, says who calls, and hangs up at any key."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def call(self, number: str) -> None:
        leg = LegId("watched-1")
        self._hub.register.legs[leg] = Leg(leg, "watched", None, number, self._hub.now)
        self._hub.give(Originate(leg, self._hub.mint(leg), f"tel:{number}", "", "", 20.0))

    def answered(self, leg: Leg, event: door.CallAnswered) -> None:
        self._hub.give(Play(leg.leg, self._hub.mint(leg.leg), (Sentence("This is the hotline.", "en"),)))

    def digit(self, leg: Leg, event: door.DigitPressed) -> None:
        self._hub.give(HangUp(leg.leg))


def test_a_new_role_is_one_part_and_one_entry() -> None:
    house = ControlHarness()
    watched = house.router.parts["watched"] = Watched(house.router.hub)
    watched.call("+861012345")
    ring = house.router.hub.out[-1]
    assert isinstance(ring, Originate)
    assert isinstance(house.tell(door.CallAnswered(ring.leg, ring.attempt))[0], Play)
    restored = house.empty()
    restored.router.parts["watched"] = Watched(restored.router.hub)
    restored.router.restore(house.router.snapshot())
    restored.now = house.now
    assert restored.tell(door.DigitPressed(ring.leg, "1")) == [HangUp(ring.leg)]
    row = restored.tell(door.CallEnded(ring.leg, Cause.NORMAL))[0]
    assert isinstance(row, LogLeg)
    assert (row.role, row.party) == ("watched", "+861012345")
    assert restored.router.register.legs == {}
