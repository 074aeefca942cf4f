"""Messages on disk: what a caller said stays where a flow took it, and nowhere else."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Record
from calls.ids import AttemptId, LegId
from control.messages.log_commands import DropRecording, LogRecording
from ivr.commands import VoicemailLeft
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def recording() -> tuple[ControlHarness, LegId, Record]:
    """A caller whose message is being recorded."""
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "6")
    return house, LegId(call), house.last(Record)


def dropped(house: ControlHarness) -> list[str]:
    return [command.path for command in house.given(DropRecording)]


def test_a_message_stays() -> None:
    house, leg, record = recording()
    house.tell(door.RecordingFinished(leg, record.attempt, "/rec/m.wav", 7.5, ended_by="digit"))
    assert house.last(VoicemailLeft).path == "/rec/m.wav"
    assert dropped(house) == []


def test_one_that_is_too_short_does_not_stay() -> None:
    house, leg, record = recording()
    house.tell(door.RecordingFinished(leg, record.attempt, "/rec/m.wav", 0.3, ended_by="digit"))
    assert house.given(VoicemailLeft) == house.given(LogRecording) == []
    assert dropped(house) == ["/rec/m.wav"]


def test_one_that_no_flow_waits_for_any_more_does_not_stay() -> None:
    house, leg, _ = recording()
    house.tell(door.RecordingFinished(leg, AttemptId(f"{leg}/99"), "/rec/m.wav", 7.5))
    assert dropped(house) == ["/rec/m.wav"]


def test_one_of_a_call_that_is_over_does_not_stay() -> None:
    house, leg, record = recording()
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    house.tell(door.RecordingFinished(leg, record.attempt, "/rec/m.wav", 7.5, ended_by="hang_up"))
    assert dropped(house) == ["/rec/m.wav"]


def test_what_came_to_nothing_has_no_file_to_drop() -> None:
    house, leg, record = recording()
    house.tell(door.RecordingFinished(leg, record.attempt, "", 0.0))
    assert dropped(house) == []
