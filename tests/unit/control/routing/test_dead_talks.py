"""A talk that dies under one of the two: told, logged as what it was, and the caller is the next to be answered."""

import json

import pytest

from acd.events import AgentSignedIn, AgentSignedOut
from calls import events as door
from calls.causes import Cause, DeviceState
from calls.commands import Bridge, HangUp, Originate, Play, Sentence, StartMusic
from calls.ids import AgentId, CallId, LegId
from complaints.cases import FileCase
from control.messages import commands, log_commands
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def queued(house: ControlHarness, caller: str) -> CallId:
    call = house.arrive(caller=caller)
    house.press(call, "1")
    return call


def dying(house: ControlHarness, cause: Cause = Cause.UNREACHABLE, apart_first: bool = True) -> CallId:
    """A caller in a talk whose agent's phone dies after half a minute; the switch tells it in either order."""
    call = queued(house, "13800138000")
    leg = house.take(call)
    house.wait(30.0)
    bridge = house.last(Bridge)
    if apart_first:
        house.tell(door.Unbridged(bridge.attempt, (bridge.a,)), after_s=0.0)
    house.tell(door.CallEnded(leg, cause), after_s=0.01)
    return call


def place(house: ControlHarness, call: CallId) -> str:
    return house.router.register.calls[call].place


def cases(house: ControlHarness) -> list[str]:
    return [command.case.category for command in house.given(FileCase)]


@pytest.mark.parametrize("apart_first", [True, False])
@pytest.mark.parametrize("cause", [Cause.UNREACHABLE, Cause.FAILED, Cause.CONGESTION, Cause.NO_ANSWER])
def test_the_caller_is_told_and_waits_first_in_line(cause: Cause, apart_first: bool) -> None:
    house = ControlHarness("01")
    call = dying(house, cause, apart_first)
    other = queued(house, "13900139000")
    assert (place(house, call), place(house, other)) == ("waiting", "waiting")
    said = [command.media[0] for command in house.given(Play) if command.leg == call]
    assert said[-1] == Sentence("talk_cut_off", "en")
    assert house.last(StartMusic).leg == other
    assert LegId(call) in {command.leg for command in house.given(StartMusic)[-2:]}
    assert house.router.wait_of(call)["position"] == 1
    talk = house.last(log_commands.LogTalk)
    assert (talk.agent, talk.cause, round(talk.ended_at - talk.began_at)) == ("01", cause, 30)
    house.tell(AgentSignedIn(AgentId("02")))
    assert house.rings_for(house.last(Originate).leg) == call
    house.talk(call, 20.0)
    row = next(row for row in house.given(log_commands.LogCall) if row.call == call)
    assert (row.outcome, row.agent) == ("answered", "02")
    assert [row.number for row in house.given(log_commands.LogTalk)] == [1, 2]
    assert cases(house) == []


def test_they_go_before_one_who_waited_all_the_while() -> None:
    house = ControlHarness("01")
    first = queued(house, "13800138000")
    leg = house.take(first)
    waiting = queued(house, "13900139000")
    house.tell(door.CallEnded(leg, Cause.UNREACHABLE), after_s=600.0)
    assert [house.router.wait_of(call)["position"] for call in (first, waiting)] == [1, 2]


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.REJECTED, Cause.BUSY, Cause.LOST])
def test_an_end_that_was_wanted_or_is_not_known_is_the_end_of_the_talk(cause: Cause) -> None:
    house = ControlHarness("01")
    call = dying(house, cause)
    assert place(house, call) == "menu"
    assert [one.event for one in house.given(commands.Noticed)] == []
    assert house.last(log_commands.LogTalk).cause == cause


def test_who_gives_up_waiting_after_that_is_owed_a_call_back() -> None:
    house = ControlHarness("01")
    call = dying(house)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=20.0)
    row = house.last(log_commands.LogCall)
    assert (row.outcome, row.agent) == ("cut_off", "01")
    assert cases(house) == ["cut_off"]
    assert house.last(FileCase).case.fields == {"place": "waiting", "queue": "care", "agent": "01", "reason": "care"}


def test_the_agent_whose_phone_died_is_offered_nobody_until_it_is_back() -> None:
    house = ControlHarness("01")
    call = dying(house)
    house.wait(7.0)  # the wrap-up is over
    (first, _) = house.router.agents()
    assert (first.state, first.reason, place(house, call)) == ("paused", "unreachable", "waiting")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE))
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE))
    assert place(house, call) == "offered"


def test_without_any_word_of_the_phone_they_are_back_after_a_minute() -> None:
    house = ControlHarness("01")
    call = dying(house)
    house.wait(59.0)
    assert place(house, call) == "waiting"
    house.wait(2.0)
    assert place(house, call) == "offered"


def test_a_caller_who_dies_takes_the_talk_along_and_is_logged_as_what_it_was() -> None:
    house = ControlHarness("01")
    call = queued(house, "13800138000")
    leg = house.take(call)
    house.tell(door.CallEnded(LegId(call), Cause.UNREACHABLE), after_s=30.0)
    assert HangUp(leg) in house.commands
    assert (house.last(log_commands.LogTalk).cause, house.last(log_commands.LogCall).cause) == (
        "unreachable",
        "unreachable",
    )
    assert cases(house) == []


def test_a_transfers_target_that_dies_has_failed_and_not_ended() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "3")
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(door.CallEnded(dialled.leg, Cause.FAILED), after_s=40.0)
    assert house.last(log_commands.LogTalk).cause == "failed"
    step = house.last(log_commands.LogStep).step
    assert (step.kind, step.outcome) == ("transfer", "failed")


def test_a_restart_between_the_two_events_goes_on_alike() -> None:
    house = ControlHarness("01")
    call = queued(house, "13800138000")
    leg = house.take(call)
    bridge = house.last(Bridge)
    house.tell(door.Unbridged(bridge.attempt, (bridge.a,)), after_s=30.0)
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    assert json.loads(heir.router.snapshot())["register"] == json.loads(house.router.snapshot())["register"]
    heir.now, before = house.now, len(house.commands)
    for one in (house, heir):
        one.tell(door.CallEnded(leg, Cause.UNREACHABLE))
    assert heir.commands == house.commands[before:]
    assert place(heir, call) == "waiting"


def test_with_nobody_else_there_the_flow_has_the_caller_as_it_says() -> None:
    house = ControlHarness("01")
    call = dying(house)
    house.tell(AgentSignedOut(AgentId("01")))
    house.press(call, "9")
    assert place(house, call) == "menu"
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert (house.last(log_commands.LogCall).outcome, cases(house)) == ("cut_off", ["cut_off"])
