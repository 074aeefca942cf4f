"""Recordings of which a switch tells once more, because the controller it told was killed: each counts once."""

import pytest

from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Record
from calls.ids import AttemptId, LegId
from control.messages.log_commands import DropRecording, LogRecording
from ivr.commands import VoicemailLeft
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

PATH = "/recordings/talk.wav"


def heir_of(house: ControlHarness) -> ControlHarness:
    """The next controller, which has read the journal of the one before."""
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    return heir


def recorded(house: ControlHarness, *, over: bool) -> door.RecordingFinished:
    """A talk, and what is told of its file; not yet told."""
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    if over:
        house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    return door.RecordingFinished(LegId(call), house.last(Bridge).attempt, PATH, 8.0)


@pytest.mark.parametrize("over", [True, False])
def test_one_that_the_earlier_controller_did_not_take_has_its_row(over: bool) -> None:
    house = ControlHarness("01")
    told = recorded(house, over=over)
    heir = heir_of(house)
    heir.tell(told)
    assert [row.path for row in heir.given(LogRecording)] == [PATH]


@pytest.mark.parametrize("over", [True, False])
def test_one_that_it_took_has_no_second_row(over: bool) -> None:
    house = ControlHarness("01")
    told = recorded(house, over=over)
    house.tell(told)
    heir = heir_of(house)
    heir.tell(told)
    assert heir.given(LogRecording) == heir.given(DropRecording) == []


def test_a_declined_one_stays_declined() -> None:
    house = ControlHarness("01")
    told = recorded(house, over=False)
    house.press(LegId(house.last(Bridge).b), "*7")
    house.tell(told)
    heir = heir_of(house)
    heir.tell(told)
    assert heir.given(LogRecording) == []
    assert heir.given(DropRecording) == [DropRecording(house.last(DropRecording).call, PATH)], "it goes if it is back"


def test_one_that_was_declined_after_its_talk_stays_declined() -> None:
    house = ControlHarness("01")
    told = recorded(house, over=False)
    house.tell(told)
    house.press(LegId(house.last(Bridge).b), "*7")
    assert len(house.given(DropRecording)) == 1
    heir = heir_of(house)
    heir.tell(told)
    assert heir.given(LogRecording) == []
    assert len(heir.given(DropRecording)) == 1


def test_a_declined_one_that_failed_is_not_kept_when_it_is_there_after_all() -> None:
    """The disk was full: the sides are joined by the next controller."""
    house = ControlHarness("01")
    told = recorded(house, over=False)
    house.press(LegId(house.last(Bridge).b), "*7")
    house.tell(door.RecordingFinished(told.leg, told.attempt, "", 0.0, Outcome.FAILED, "failed"))
    assert house.given(DropRecording) == []
    house.tell(told)
    assert house.given(LogRecording) == []
    assert len(house.given(DropRecording)) == 1


def test_one_that_failed_has_its_row_when_it_is_there_after_all() -> None:
    house = ControlHarness("01")
    told = recorded(house, over=True)
    house.tell(door.RecordingFinished(told.leg, told.attempt, "", 0.0, Outcome.FAILED, "failed"))
    house.tell(told)
    assert [row.path for row in house.given(LogRecording)] == [PATH]


def test_a_message_that_was_left_is_not_dropped() -> None:
    """No flow waits for it any more, and what none waits for does not stay."""
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "6")
    told = door.RecordingFinished(LegId(call), house.last(Record).attempt, "/rec/m.wav", 7.5, ended_by="hang_up")
    house.tell(told)
    assert house.last(VoicemailLeft).path == told.path
    heir = heir_of(house)
    heir.tell(told)
    assert heir.given(DropRecording) == heir.given(LogRecording) == heir.given(VoicemailLeft) == []


def test_what_is_remembered_has_a_bound() -> None:
    house = ControlHarness("01")
    for number in range(1_000):
        house.tell(
            door.RecordingFinished(LegId(f"call{number}"), AttemptId(f"call{number}:1"), f"/rec/{number}.wav", 1.0)
        )
    assert len(house.router.register.settled) == 500
    assert house.router.register.settled[AttemptId("call999:1")] == "/rec/999.wav"
