"""Masks: silence in the recording while the agent wants it, counted and timed for the talk."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, MuteRecording, Originate
from calls.ids import AgentId, CallId, LegId
from control.messages.events import RecordingMaskWanted, TalkMoveWanted
from control.messages.log_commands import LogTalk
from control.rules.treatment import QueueTreatment
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def talking() -> tuple[ControlHarness, CallId, LegId]:
    house = ControlHarness("01", habits=QueueTreatment(record=True, record_hold=False))
    call = house.arrive()
    house.press(call, "1")
    return house, call, house.take(call)


def mutes(house: ControlHarness) -> list[bool]:
    return [command.on for command in house.given(MuteRecording)]


def test_silence_is_written_from_the_command_to_its_end_and_counted_for_the_talk() -> None:
    house, call, agent = talking()
    for masked_s in (5.0, 7.0):
        house.tell(RecordingMaskWanted(call, True, "01"))
        house.tell(RecordingMaskWanted(call, True, "01"))
        house.tell(RecordingMaskWanted(call, False, "01"), after_s=masked_s)
        house.tell(RecordingMaskWanted(call, False, "01"))
    assert mutes(house) == [True, False, True, False], "said twice it is once"
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    row = house.last(LogTalk)
    assert (row.masks, row.masked_s) == (2, pytest.approx(12.2))


def test_a_talk_that_ends_masked_has_the_time_up_to_its_end_and_the_next_is_recorded() -> None:
    house, call, agent = talking()
    house.tell(RecordingMaskWanted(call, True))
    house.tell(door.CallEnded(agent, Cause.NORMAL), after_s=9.0)
    row = house.last(LogTalk)
    assert (row.masks, row.masked_s) == (1, pytest.approx(9.0))
    assert not house.router.register.calls[call].recording.muted


def test_the_end_of_a_hold_or_of_a_secret_does_not_take_the_mask_off() -> None:
    house, call, agent = talking()
    house.tell(RecordingMaskWanted(call, True))
    house.tell(door.CallHeld(agent))
    house.tell(door.CallResumed(agent))
    house.press(agent, "*8")
    house.press(call, "#")
    assert mutes(house) == [True]
    house.tell(RecordingMaskWanted(call, False))
    assert mutes(house) == [True, False]


def test_a_talk_that_moves_to_another_phone_stays_masked() -> None:
    house, call, _ = talking()
    house.tell(RecordingMaskWanted(call, True))
    house.tell(TalkMoveWanted(AgentId("01")))
    moved = house.last(Originate)
    house.tell(door.CallAnswered(moved.leg, moved.attempt))
    bridge = house.last(Bridge)
    assert bridge.record is not None
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    command = house.last(MuteRecording)
    assert (command.bridge, command.on) == (bridge.attempt, True), "the new recording, too"
    house.tell(RecordingMaskWanted(call, False), after_s=3.0)
    house.tell(door.CallEnded(moved.leg, Cause.NORMAL))
    row = house.last(LogTalk)
    assert (row.number, row.masks, row.masked_s) == (2, 1, pytest.approx(3.0))


def test_what_is_not_recorded_or_no_talk_is_refused_and_changes_nothing() -> None:
    house, call, agent = talking()
    house.press(agent, "*7")
    assert house.router.mask_refusal(call) == "this talk is not recorded"
    assert house.tell(RecordingMaskWanted(call, True)) == []
    house = ControlHarness("01", habits=QueueTreatment(record=True))
    call = house.arrive()
    assert house.router.mask_refusal(call) == "the call is in no talk"
    assert house.tell(RecordingMaskWanted(call, True)) == []
    assert house.tell(RecordingMaskWanted(CallId("gone"), True)) == []
