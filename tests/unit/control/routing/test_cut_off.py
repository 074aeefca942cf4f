"""A link that is cut for a moment: what it cut off is said again once it is back, and nobody is thrown out by it."""

import pytest

from calls import events as door
from calls.causes import Outcome
from calls.commands import Bridge, HangUp, Originate, Play
from calls.events import LiveLeg, SwitchBack, SwitchLost
from calls.ids import LegId
from control.messages import commands
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def cut(house: ControlHarness, *live: LiveLeg) -> list[commands.RouterCommand]:
    """What is ordered from the loss of the link, in the middle of the newest prompt, until it is back."""
    prompt, begun = house.last(Play), len(house.commands)
    house.tell(door.PlaybackFinished(prompt.leg, prompt.attempt, Outcome.FAILED, "", "switch_lost"))
    house.tell(SwitchLost("switch"))
    house.tell(SwitchBack("switch", live))
    return house.commands[begun:]


def test_a_goodbye_is_said_again_and_then_the_caller_is_hung_up() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "19")
    goodbye = house.last(Play)
    given = cut(house, LiveLeg(LegId(call), "1", "2", True, True))
    (again,) = [command for command in given if isinstance(command, Play)]
    assert again.media == goodbye.media
    assert not [command for command in given if isinstance(command, HangUp)]
    assert HangUp(LegId(call)) in house.tell(door.PlaybackFinished(again.leg, again.attempt, Outcome.FINISHED))


def test_an_agent_hears_again_why_and_is_connected_then() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    ring = house.last(Originate)
    house.tell(door.CallAnswered(ring.leg, ring.attempt))
    whisper = house.last(Play)
    caller = LiveLeg(LegId(call), "1", "2", True, True, in_music=True)
    given = cut(house, caller, LiveLeg(ring.leg, "", "", True, False))
    (again,) = [command for command in given if isinstance(command, Play)]
    assert (again.leg, again.media) == (ring.leg, whisper.media)
    assert not [command for command in given if isinstance(command, HangUp | Bridge)]
    house.tell(door.PlaybackFinished(again.leg, again.attempt, Outcome.FINISHED))
    assert house.last(Bridge).b == ring.leg
