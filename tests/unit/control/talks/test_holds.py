"""Holds: counted and timed for the talk, told when they take too long, left out of recordings where a queue says so."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, MuteRecording, Originate, StartMusic
from calls.events import CallHeld, CallResumed, LiveLeg, SwitchBack
from calls.ids import CallId, LegId
from control.messages.commands import Noticed
from control.messages.log_commands import LogTalk
from control.rules.treatment import QueueTreatment
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def talking(habits: QueueTreatment | None = None) -> tuple[ControlHarness, CallId, LegId]:
    """A house with one talk: the call and the agent's leg."""
    house = ControlHarness("01", habits=habits)
    call = house.arrive()
    house.press(call, "1")
    return house, call, house.take(call)


def long_holds(house: ControlHarness) -> list[Noticed]:
    return [notice for notice in house.given(Noticed) if notice.event == "long hold"]


def test_holds_are_counted_and_timed_for_their_talk() -> None:
    house, call, agent = talking()
    for held_s in (4.0, 6.0):
        house.tell(CallHeld(agent))
        talk = house.router.register.calls[call].talk
        assert talk is not None
        assert talk.held_since == house.now
        house.tell(CallResumed(agent), after_s=held_s)
        assert talk.held_since is None
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    row = house.last(LogTalk)
    assert row.holds == 2
    assert row.held_s == pytest.approx(10.0)


def test_a_talk_that_ends_on_hold_has_the_time_up_to_its_end() -> None:
    house, call, agent = talking()
    house.tell(CallHeld(agent))
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=7.0)
    row = house.last(LogTalk)
    assert (row.holds, row.held_s) == (1, pytest.approx(7.0))


def test_the_switch_plays_the_music_and_nothing_is_ordered_for_it() -> None:
    house, _, agent = talking()
    assert house.tell(CallHeld(agent)) == []
    assert house.tell(CallResumed(agent)) == []


def test_a_caller_who_holds_is_nobodys_work() -> None:
    house, call, agent = talking()
    house.tell(CallHeld(LegId(call)))
    house.wait(1_000.0)
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    assert house.last(LogTalk).holds == 0
    assert long_holds(house) == []


def test_somebody_outside_who_holds_a_flows_transfer_is_nobodys_work() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "3")
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(CallHeld(dialled.leg))
    house.wait(1_000.0)
    assert long_holds(house) == [], "and no number of theirs is in the log"
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    assert house.last(LogTalk).holds == 0


def test_supervisors_are_told_once_of_a_hold_that_takes_too_long() -> None:
    house, call, agent = talking(QueueTreatment(hold_alert_s=60.0))
    house.tell(CallHeld(agent))
    house.wait(59.0)
    assert long_holds(house) == []
    house.wait(100.0)
    assert [(notice.call, notice.detail) for notice in long_holds(house)] == [(call, "01: 60 s")]
    house.tell(CallResumed(agent))
    house.tell(CallHeld(agent))
    house.wait(61.0)
    assert len(long_holds(house)) == 2, "each hold has its own time"


def test_a_hold_that_ends_in_time_is_told_to_nobody_and_no_limit_is_none() -> None:
    house, _, agent = talking(QueueTreatment(hold_alert_s=60.0))
    house.tell(CallHeld(agent))
    house.tell(CallResumed(agent), after_s=59.0)
    house.wait(200.0)
    assert long_holds(house) == []
    house, _, agent = talking(QueueTreatment(hold_alert_s=0.0))
    house.tell(CallHeld(agent))
    house.wait(10_000.0)
    assert long_holds(house) == []


def mutes(house: ControlHarness) -> list[bool]:
    return [command.on for command in house.given(MuteRecording)]


def test_a_recording_goes_on_unless_the_queue_says_otherwise() -> None:
    house, _, agent = talking(QueueTreatment(record=True))
    house.tell(CallHeld(agent))
    house.tell(CallResumed(agent))
    assert mutes(house) == []
    house, _, agent = talking(QueueTreatment(record=True, record_hold=False))
    house.tell(CallHeld(agent))
    assert mutes(house) == [True]
    house.tell(CallResumed(agent))
    assert mutes(house) == [True, False]


def test_a_secret_that_is_keyed_on_hold_stays_unheard_until_both_are_over() -> None:
    house, call, agent = talking(QueueTreatment(record=True, record_hold=False))
    house.press(agent, "*8")
    house.tell(CallHeld(agent))
    house.tell(CallResumed(agent))
    assert mutes(house) == [True], "the secret is keyed still"
    house.tell(CallHeld(agent))
    house.press(call, "#")
    assert mutes(house) == [True], "the hold goes on"
    house.tell(CallResumed(agent))
    assert mutes(house) == [True, False]


def test_a_new_talk_of_a_call_that_died_on_hold_is_recorded() -> None:
    house, call, agent = talking(QueueTreatment(record=True, record_hold=False))
    house.tell(CallHeld(agent))
    house.tell(door.CallEnded(agent, Cause.TIMED_OUT))
    recording = house.router.register.calls[call].recording
    assert not recording.muted


def test_a_phone_that_holds_before_the_talk_holds_it_from_its_begin() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(CallHeld(ringing.leg))
    leg = house.take(call)
    talk = house.router.register.calls[call].talk
    assert talk is not None
    assert talk.held_by == [leg]
    assert talk.holds == 1


def test_a_hold_that_began_or_ended_in_a_gap_is_told_by_what_is_live() -> None:
    house, call, agent = talking()
    bridge = house.router.register.calls[call].bridge
    assert bridge is not None

    def back(held: bool) -> SwitchBack:
        legs = ((LegId(call), agent, False, True), (agent, LegId(call), held, False))
        live = tuple(
            LiveLeg(leg, "", "", True, inbound, bridged_with=other, bridge=bridge.attempt, held=is_held)
            for leg, other, is_held, inbound in legs
        )
        return SwitchBack("", live)

    talk = bridge.talk
    assert talk is not None
    house.tell(back(True))
    assert (talk.held_by, talk.holds) == ([agent], 1)
    house.tell(back(True))
    assert talk.holds == 1
    house.tell(back(False), after_s=5.0)
    assert talk.held_since is None
    assert not house.given(StartMusic)[1:], "the talk stands: nobody is given music"


def test_the_deadline_of_a_hold_outlives_the_controller() -> None:
    house, _, agent = talking(QueueTreatment(hold_alert_s=60.0))
    house.tell(CallHeld(agent))
    other = house.empty()
    other.router.restore(house.router.snapshot())
    other.now = house.now
    assert other.router.next_deadline() == house.router.next_deadline()
    other.wait(61.0)
    assert len(long_holds(other)) == 1
