"""Who declines being recorded: before the talk, in it, and after one."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, MuteRecording
from calls.ids import CallId, LegId
from control.messages import log_commands
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

PATH = "/recordings/talk.wav"


def talk(house: ControlHarness, keys: str) -> tuple[CallId, LegId]:
    """A caller who keyed this and then talks with an agent."""
    call = house.arrive()
    house.press(call, keys)
    return call, house.take(call)


def recorded(house: ControlHarness, call: str) -> None:
    """The file of the newest bridge is there."""
    house.tell(door.RecordingFinished(LegId(call), house.last(Bridge).attempt, PATH, 8.0))


def consent_of(house: ControlHarness) -> str:
    return house.last(log_commands.LogCall).consent


def test_declined_in_the_flow_it_is_not_begun_and_the_log_says_so() -> None:
    house = ControlHarness("01")
    call, agent = talk(house, "71")
    assert house.last(Bridge).record is None
    house.press(agent, "*7")
    assert not house.given(MuteRecording)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert consent_of(house) == "declined"


def test_who_allows_it_again_is_recorded() -> None:
    house = ControlHarness("01")
    call, _ = talk(house, "781")
    assert house.last(Bridge).record is not None
    recorded(house, call)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert consent_of(house) == "allowed"
    assert [row.path for row in house.given(log_commands.LogRecording)] == [PATH]


def test_who_says_nothing_is_recorded() -> None:
    house = ControlHarness("01")
    call, _ = talk(house, "1")
    assert house.last(Bridge).record is not None
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert consent_of(house) == ""


def test_declined_in_the_talk_it_is_silent_at_once_and_deleted_when_it_is_there() -> None:
    house = ControlHarness("01")
    call, agent = talk(house, "1")
    house.press(agent, "*7")
    muted = house.last(MuteRecording)
    assert (muted.bridge, muted.on) == (house.last(Bridge).attempt, True)
    house.press(agent, "*8")
    house.press(call, "•#")
    assert house.given(MuteRecording) == [muted], "the end of hidden digits does not let it be heard again"
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert consent_of(house) == "declined"
    recorded(house, call)
    assert not house.given(log_commands.LogRecording)
    assert house.given(log_commands.DropRecording) == [log_commands.DropRecording(call, PATH)]
    assert not house.router.register.unwanted


def test_a_controller_that_dies_in_that_talk_leaves_it_to_its_heir() -> None:
    house = ControlHarness("01")
    call, agent = talk(house, "1")
    house.press(agent, "*7")
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    recorded_by = house.last(Bridge).attempt
    heir.tell(door.RecordingFinished(LegId(call), recorded_by, PATH, 8.0))
    assert heir.given(log_commands.DropRecording) == [log_commands.DropRecording(call, PATH)]


def test_declined_after_a_talk_its_recording_goes() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    agent = house.take(call)
    recorded(house, call)
    assert [row.path for row in house.given(log_commands.LogRecording)] == [PATH]
    house.press(agent, "*7")
    assert house.given(log_commands.DropRecording) == [log_commands.DropRecording(call, PATH)]
