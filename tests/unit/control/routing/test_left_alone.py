"""Nobody is left in silence: a connection that comes to nothing gives its caller music again, and a new controller
hangs up the legs whose command to hang up went down with the one before."""

import pytest

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play, StartMusic
from calls.events import LiveLeg, SwitchBack
from calls.ids import AgentId, AttemptId, CallId, LegId
from control.messages import commands, events
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def connecting() -> tuple[ControlHarness, CallId, Bridge]:
    """An agent has heard why, and the two are being connected."""
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    ring = house.last(Originate)
    house.tell(door.CallAnswered(ring.leg, ring.attempt))
    house.tell(door.PlaybackFinished(ring.leg, house.last(Play).attempt, Outcome.FINISHED))
    return house, call, house.last(Bridge)


def music(given: list[commands.RouterCommand], call: CallId) -> int:
    return sum(isinstance(command, StartMusic) and command.leg == LegId(call) for command in given)


def test_an_agent_who_hangs_up_as_they_are_connected() -> None:
    house, call, bridge = connecting()
    assert music(house.tell(door.CallEnded(bridge.b, Cause.NORMAL)), call) == 1
    assert music(house.tell(door.CommandFailed(bridge.attempt, "leg_gone", bridge.b)), call) == 0
    assert house.router.register.calls[call].place == "waiting"


def test_a_bridge_that_is_refused() -> None:
    house, call, bridge = connecting()
    assert music(house.tell(door.CommandFailed(bridge.attempt, "refused")), call) == 1
    assert house.router.register.calls[call].place == "waiting"


def test_an_agent_who_pauses_as_they_are_connected() -> None:
    house, call, bridge = connecting()
    assert music(house.tell(AgentPaused(AgentId("01"), "lunch")), call) == 1
    assert HangUp(bridge.b) in house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(door.CallEnded(bridge.b, Cause.NORMAL))
    assert music(house.tell(door.Unbridged(bridge.attempt, (LegId(call),))), call) == 1


def test_no_music_for_who_was_never_to_be_connected() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    ring = house.last(Originate)
    assert music(house.tell(door.CallEnded(ring.leg, Cause.NO_ANSWER)), call) == 0, "it plays still"


def heir_of(house: ControlHarness, *live: LiveLeg) -> list[commands.RouterCommand]:
    """What the next controller commands."""
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    return [*heir.tell(events.Restarted()), *heir.tell(SwitchBack("switch", live))]


def test_a_caller_whose_walk_is_over_is_hung_up_by_the_heir() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "1")
    house.press(call, "9")
    goodbye = house.last(Play)
    assert HangUp(LegId(call)) in house.tell(door.PlaybackFinished(goodbye.leg, goodbye.attempt, Outcome.FINISHED))
    assert HangUp(LegId(call)) in heir_of(house, LiveLeg(LegId(call), "1", "2", True, True))


def test_an_agent_whose_offer_is_over_is_hung_up_by_the_heir() -> None:
    house, call, bridge = connecting()
    assert HangUp(bridge.b, Cause.CANCELLED) in house.tell(AgentPaused(AgentId("01"), "lunch"))
    caller, agent = LiveLeg(LegId(call), "1", "2", True, True), LiveLeg(bridge.b, "", "", True, False)
    given = heir_of(house, caller, agent)
    assert HangUp(bridge.b) in given
    assert HangUp(LegId(call)) not in given


def test_who_talks_or_waits_is_not_hung_up_by_the_heir() -> None:
    house, call, bridge = connecting()
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    talking = (
        LiveLeg(LegId(call), "1", "2", True, True, bridged_with=bridge.b, bridge=bridge.attempt),
        LiveLeg(bridge.b, "", "", True, False, bridged_with=LegId(call), bridge=AttemptId(bridge.attempt)),
    )
    assert not [command for command in heir_of(house, *talking) if isinstance(command, HangUp)]


def both_live(bridge: Bridge) -> tuple[LiveLeg, LiveLeg]:
    """Neither is in a bridge."""
    return LiveLeg(bridge.a, "1", "2", True, True), LiveLeg(bridge.b, "", "", True, False)


def test_who_was_to_be_connected_is_by_the_heir() -> None:
    """The command went down with its controller."""
    house, _, bridge = connecting()
    given = heir_of(house, *both_live(bridge))
    (again,) = [command for command in given if isinstance(command, Bridge)]
    assert (again.a, again.b, again.attempt != bridge.attempt) == (bridge.a, bridge.b, True)
    assert not [command for command in given if isinstance(command, HangUp)]


def test_who_was_to_be_connected_is_once_the_link_is_back() -> None:
    house, call, bridge = connecting()
    house.tell(door.SwitchLost("switch"))
    assert house.tell(door.CommandFailed(bridge.attempt, "switch_lost")) == []
    (again,) = [
        command for command in house.tell(SwitchBack("switch", both_live(bridge))) if isinstance(command, Bridge)
    ]
    house.tell(door.Bridged(again.attempt, (again.a, again.b)))
    assert house.router.register.calls[call].place == "talking"


@pytest.mark.parametrize("gone", ["the agent", "the caller"])
def test_nobody_is_connected_with_one_who_left_in_the_gap(gone: str) -> None:
    house, call, bridge = connecting()
    caller, agent = both_live(bridge)
    given = heir_of(house, caller if gone == "the agent" else agent)
    assert not [command for command in given if isinstance(command, Bridge)]
    assert (music(given, call) > 0) is (gone == "the agent")
    assert (HangUp(bridge.b) in given) is (gone == "the caller")
