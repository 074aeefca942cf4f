"""Echo tests: an agent's phone is called, hears itself, and nothing of it stays."""

import pytest

from calls import events as door
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import Clip, HangUp, Originate, Play, Record
from calls.ids import AgentId
from control.messages.events import EchoTestWanted
from control.messages.log_commands import DropRecording, LogRecording
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

ONE = AgentId("01")
PATH = "/rec/echo/one.wav"


def ringing() -> tuple[ControlHarness, Originate]:
    house = ControlHarness("01")
    house.tell(EchoTestWanted(ONE))
    return house, house.last(Originate)


def answered() -> tuple[ControlHarness, Record]:
    house, rung = ringing()
    house.tell(door.CallAnswered(rung.leg, rung.attempt))
    return house, house.last(Record)


def test_the_agent_speaks_hears_it_and_it_goes() -> None:
    house, rung = ringing()
    assert (rung.to, rung.auto_answer) == ("phone:8001", True)
    standing = house.router.agent(ONE, house.now)
    assert standing is not None
    assert (standing.state, standing.reason) == ("paused", "in_a_call"), "and is offered nobody meanwhile"
    house.tell(door.CallAnswered(rung.leg, rung.attempt))
    recording = house.last(Record)
    house.tell(door.RecordingFinished(rung.leg, recording.attempt, PATH, 4.0))
    play = house.last(Play)
    assert (play.leg, play.media) == (rung.leg, (Clip("/rec/echo/one"),))
    house.tell(door.PlaybackFinished(rung.leg, play.attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == rung.leg
    house.tell(door.CallEnded(rung.leg, Cause.NORMAL))
    assert house.last(DropRecording).path == PATH
    assert not house.given(LogRecording)
    assert (house.router.register.echo_tests, house.router.register.unwanted) == ({}, [])
    standing = house.router.agent(ONE, house.now)
    assert standing is not None
    assert standing.state == "idle"


def test_who_hangs_up_while_they_speak_leaves_nothing() -> None:
    house, recording = answered()
    house.tell(door.CallEnded(recording.leg, Cause.NORMAL))
    house.tell(door.RecordingFinished(recording.leg, recording.attempt, PATH, 1.0))
    assert house.last(DropRecording).path == PATH
    assert not house.given(Play)


def test_what_could_not_be_recorded_ends_the_test() -> None:
    house, recording = answered()
    house.tell(door.RecordingFinished(recording.leg, recording.attempt, "", 0.0, Outcome.FAILED))
    assert house.last(HangUp).leg == recording.leg


def test_a_phone_in_a_call_or_away_is_not_tried() -> None:
    house, _ = ringing()
    assert house.router.echo_test_refusal(ONE) == "the agent's phone is in a call"
    assert house.tell(EchoTestWanted(ONE)) == []
    house = ControlHarness("01")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE, node="switch-1"))
    assert house.router.echo_test_refusal(ONE) == "the agent's phone is not registered"


def test_a_snapshot_knows_a_test_that_goes_on() -> None:
    house, recording = answered()
    house.router.restore(house.router.snapshot())
    house.tell(door.RecordingFinished(recording.leg, recording.attempt, PATH, 4.0))
    assert house.given(Play)
