"""A callback that keeps the place, from the offer on the line to the talk on the caller's own phone."""

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play, Sentence
from calls.ids import AgentId
from control.messages import commands, log_commands
from control.rules.treatment import CallbackRules
from tests.unit.control.callbacks.callback_house import (
    NUMBER,
    RULES,
    accepted,
    answer_check,
    booked,
    make,
    offers_callbacks,
    rows,
    waiting,
)

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures(offers_callbacks.__name__)]


def test_from_the_offer_to_the_talk() -> None:
    house = make()
    call = booked(house)
    assert house.router.register.calls[call].place == "booked"
    assert house.given(log_commands.LogCall) == [], "the journey goes on"
    house.tell(AgentSignedIn(AgentId("01")), after_s=100.0)
    agent = accepted(house)
    dialled = house.last(Originate)
    assert dialled.to == f"tel:{NUMBER}"
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    assert (bridge.a, bridge.b) == (dialled.leg, agent)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.router.register.calls[call].place == "talking"
    house.tell(door.CallEnded(agent, Cause.NORMAL), after_s=30.0)
    assert house.last(HangUp).leg == dialled.leg
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    house.tell(door.RecordingFinished(bridge.a, bridge.attempt, "talk.wav", 30.0))
    assert house.last(log_commands.LogRecording).call == call
    row = house.last(log_commands.LogCall)
    assert (row.call, row.outcome, row.agent) == (call, "answered", "01")
    assert rows(house) == ["booked", "reached"]
    register = house.router.register
    left = [*register.calls, *register.legs, *register.offers, *register.bridges]
    assert left == []


def test_the_place_is_kept_before_those_who_came_later() -> None:
    house = make()
    first = booked(house)
    second = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[first].place == "offered"
    assert house.router.register.calls[second].place == "waiting"


def test_a_caller_who_is_not_reached_is_tried_again_from_the_old_place() -> None:
    house = make()
    call = booked(house)
    second = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    agent = accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallEnded(dialled.leg, Cause.NO_ANSWER), after_s=20.0)
    assert HangUp(agent, Cause.CANCELLED) in house.commands
    house.tell(door.CallEnded(agent, Cause.CANCELLED))
    assert house.router.register.calls[second].place == "offered", "the agent goes on with the next"
    assert house.router.register.calls[call].place == "booked"
    house.wait(61.0)
    house.tell(AgentSignedIn(AgentId("02")))
    assert house.router.register.calls[call].place == "offered"
    agent = accepted(house)
    again = house.last(Originate)
    assert (again.to, again.leg != dialled.leg) == (f"tel:{NUMBER}", True)
    house.tell(door.CallEnded(again.leg, Cause.BUSY))
    assert call not in house.router.register.calls
    assert house.last(log_commands.LogCall).outcome == "unreached"
    assert rows(house) == ["booked", "booked", "unreached"]
    assert house.last(commands.Noticed).event == "callback given up"


def test_a_number_that_no_trunk_carried_was_not_tried() -> None:
    house = make()
    call = booked(house)
    for _ in range(RULES.tries + 1):  # more often than a number is tried that does not answer
        house.tell(AgentSignedIn(AgentId("01")))
        accepted(house)
        dialled = house.last(Originate)
        assert dialled.to == f"tel:{NUMBER}"
        house.tell(door.CallEnded(dialled.leg, Cause.NO_TRUNK, "carrier: SIP 503"))
        assert house.last(commands.Noticed).event == "callback not dialled"
        assert house.router.register.calls[call].place == "booked"
        assert house.last(log_commands.LogCallback).detail == "no_trunk"
        house.tell(door.CallEnded(house.last(HangUp).leg, Cause.CANCELLED))
        house.wait(61.0)
    assert rows(house)[-1] == "booked"


@pytest.mark.parametrize("way", ["declines", "is silent", "hangs up"])
def test_an_agent_who_does_not_accept_leaves_the_place_as_it_is(way: str) -> None:
    house = make("01")
    house.take(waiting(house, "13700137000"))
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("02")))
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    if way == "declines":
        house.press(ringing.leg, "2")
    elif way == "is silent":
        house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
        house.wait(11.0)
    if way != "hangs up":
        assert house.last(HangUp).leg == ringing.leg
    house.tell(door.CallEnded(ringing.leg, Cause.NORMAL))
    assert house.router.register.calls[call].place == "booked"
    house.wait(16.0)
    assert house.router.register.calls[call].place == "offered", "asked again after a rest"


def test_it_expires() -> None:
    house = make()
    call = booked(house)
    house.wait(1_000.0)
    assert call not in house.router.register.calls
    assert rows(house) == ["booked", "expired"]
    house.tell(AgentSignedIn(AgentId("01")))
    assert not house.given(Originate)


def test_nobody_is_booked_who_may_not_be_called() -> None:
    house = make()
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    answer_check(house, allowed=False)
    assert house.router.register.calls[call].place == "waiting"
    said = house.last(Play).media[0]
    assert isinstance(said, Sentence)
    assert said.text == "Not that number."


@pytest.mark.parametrize("rules", [None, CallbackRules(hours="never")])
def test_no_callback_where_the_queue_has_none_or_is_closed(rules: CallbackRules | None) -> None:
    house = make(rules=rules)
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    assert house.given(commands.AskGate) == []
    assert house.router.register.calls[call].place == "waiting"


def test_an_agent_who_is_free_in_the_middle_of_the_booking_gets_the_caller_on_the_line() -> None:
    house = make()
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    house.tell(AgentSignedIn(AgentId("01")))
    answer_check(house)
    assert house.router.register.calls[call].callback is None
    house.take(call)
    assert house.router.register.calls[call].place == "talking"


def test_a_restart_and_a_replay_go_on_alike() -> None:
    house = make()
    booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now, before = house.now, len(house.commands)
    dialled = house.last(Originate)
    for one in (house, heir):
        one.tell(door.CallEnded(dialled.leg, Cause.NO_ANSWER), after_s=20.0)
        one.wait(1_100.0)
    assert house.commands[before:] == heir.commands
    assert [row.outcome for row in heir.given(log_commands.LogCallback)] == ["booked", "expired"]
    again = house.empty()
    assert [command for at, event in house.journal for command in again.router.handle(event, at)] == house.commands


def test_an_agent_hands_on_a_caller_who_was_called_back_and_the_last_talk_ends_the_call() -> None:
    house = make()
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    leg = accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(AgentSignedIn(AgentId("02")))
    house.tell(door.TransferRequested(leg, "8002"))
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert house.last(Originate).to == "phone:8002"
    second = house.take(call)
    house.tell(door.CallEnded(second, Cause.NORMAL), after_s=5.0)
    assert house.last(HangUp).leg == dialled.leg
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    assert (house.last(log_commands.LogCall).agent, house.last(log_commands.LogCall).outcome) == ("02", "answered")
    assert rows(house)[-1] == "reached"
    assert house.router.register.calls == {}
    assert house.router.register.handed_on == {}
