"""A caller who confirms a callback and hangs up at once: the check of the number goes on, and decides."""

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import HangUp, Originate, Play
from calls.ids import AgentId, AttemptId, CallId, LegId
from control.messages import commands, events, log_commands
from tests.unit.control import harness
from tests.unit.control.callbacks.callback_house import (
    NUMBER,
    accepted,
    answer_check,
    booked,
    make,
    offers_callbacks,
    rows,
    waiting,
)
from tests.unit.control.harness import ControlHarness

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures(offers_callbacks.__name__)]


def confirmed(house: ControlHarness) -> CallId:
    """A caller who has taken the callback, and of whose number nothing is known yet."""
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    return call


def hangs_up(house: ControlHarness, call: CallId) -> None:
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))


def test_it_is_booked_in_the_old_place() -> None:
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    assert house.given(log_commands.LogCall) == [], "the journey goes on"
    waiting(house, "13900139000")
    answer_check(house)
    assert rows(house) == ["booked"]
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    dialled = house.last(Originate)
    assert (house.rings_for(dialled.leg), dialled.to) == (call, f"tel:{NUMBER}")


def test_no_agent_is_rung_for_a_caller_who_is_gone_and_may_not_be_called() -> None:
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    house.tell(AgentSignedIn(AgentId("01")))
    assert not house.given(Originate)
    answer_check(house, allowed=False)
    assert rows(house) == ["refused"]
    assert house.last(commands.Noticed).event == "callback given up"
    assert house.last(log_commands.LogCall).call == call
    assert not house.router.register.calls


def test_an_agent_whose_phone_rings_already_is_let_go_and_asked_once_it_is_known() -> None:
    house = make()
    call = confirmed(house)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    hangs_up(house, call)
    assert house.last(HangUp).leg == ringing.leg
    house.tell(door.CallEnded(ringing.leg, Cause.CANCELLED))
    assert house.router.register.calls[call].place == "booked"
    answer_check(house)
    assert house.router.register.calls[call].place == "offered"
    accepted(house)
    assert house.last(Originate).to == f"tel:{NUMBER}"


def test_a_check_that_died_with_its_controller_is_asked_again() -> None:
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    asked = house.last(commands.AskGate)
    after = house.empty()
    after.router.restore(house.router.snapshot())
    after.now = house.now
    after.tell(events.Restarted(), after_s=0.0)
    after.tell(door.SwitchBack("", ()))
    assert after.last(commands.AskGate) == asked, "by the same name, so that nothing is reserved twice"
    after.tell(events.NumberChecked(call, AttemptId("stale"), False, "stale"))
    answer_check(after)
    assert rows(after) == ["booked"]


def test_a_check_that_never_answers_is_a_no_and_the_operator_is_told() -> None:
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    house.wait(11.0)
    assert (rows(house), house.last(commands.Noticed).detail) == (["refused"], "refused no answer")
    assert call not in house.router.register.calls


def test_who_came_back_books_another_number_and_leaves_keeps_the_old_one_if_the_new_is_refused() -> None:
    house = make()
    booked(house)
    call = confirmed(house)
    hangs_up(house, call)
    answer_check(house, allowed=False)
    assert house.router.register.calls[call].place == "booked"
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    assert house.last(Originate).to == f"tel:{NUMBER}"


def test_a_callback_of_that_number_with_a_better_place_does_for_both() -> None:
    house = make()
    first = booked(house)
    other = waiting(house, "13900139000")
    house.wait(10.5)
    house.press(other, "1213800138000#1")
    hangs_up(house, other)
    answer_check(house)
    assert rows(house) == ["booked", "joined"]
    assert list(house.router.register.calls) == [first]


def test_a_caller_on_the_line_again_takes_the_place_before_it_is_known() -> None:
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    again = waiting(house)
    assert rows(house) == ["came_back"]
    assert list(house.router.register.calls) == [again]
    answer_check(house)
    assert rows(house) == ["came_back"], "the answer is to nobody"


def test_no_agents_phone_rings_while_every_trunk_is_down() -> None:
    house = make()
    call = booked(house)
    down = tuple(harness.TRUNKS)
    house.tell(events.TrunksChanged(down))
    house.tell(AgentSignedIn(AgentId("01")))
    assert not house.given(Originate)
    assert house.last(log_commands.LogCallback).detail == "no trunk is up that carries the number"
    house.wait(61.0)
    assert not house.given(Originate), "looked at again, and still down"
    house.tell(events.TrunksChanged())
    house.wait(61.0)
    accepted(house)
    assert (house.rings_for(house.last(Originate).leg), house.last(Originate).to) == (call, f"tel:{NUMBER}")


def test_a_trunk_that_goes_down_while_the_agent_is_asked_ends_in_no_call() -> None:
    house = make()
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(events.TrunksChanged(tuple(harness.TRUNKS)))
    house.press(ringing.leg, "1")
    answer_check(house)
    assert house.last(Originate) is ringing
    assert house.router.register.calls[call].callback is not None
    assert house.last(log_commands.LogCallback).tries == 0


def heir_of(house: ControlHarness) -> ControlHarness:
    """The controller died before the answer came; the next one is told before it knows of any leg."""
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    heir.tell(events.Restarted())
    return heir


def test_the_next_controller_says_the_rest_once_it_knows_that_the_caller_is_there() -> None:
    house = make()
    call = confirmed(house)
    heir, asked = heir_of(house), house.last(commands.AskGate)
    heir.tell(events.NumberChecked(asked.call, asked.attempt, True))
    said = heir.last(Play)
    heir.tell(door.PlaybackFinished(said.leg, said.attempt, Outcome.FAILED, "no link", "switch_lost"))
    assert not heir.given(HangUp), "nobody heard it"
    heir.tell(door.SwitchBack("switch", (door.LiveLeg(LegId(call), "", "", True, True),)))
    again = heir.last(Play)
    assert again.attempt != said.attempt
    heir.tell(door.PlaybackFinished(again.leg, again.attempt, Outcome.FINISHED))
    assert heir.last(HangUp) == HangUp(LegId(call))
    hangs_up(heir, call)
    assert heir.router.register.calls[call].place == "booked"
    assert rows(heir) == ["booked"]


def test_a_caller_who_was_taken_for_gone_keeps_the_callback() -> None:
    """And is no other call, whose place would be in the queue while it is in a menu."""
    house = make()
    call = confirmed(house)
    hangs_up(house, call)
    answer_check(house)
    given = house.tell(door.CallArrived(LegId(call), NUMBER, "95183"))
    assert HangUp(LegId(call)) in given
    assert house.router.register.calls[call].place == "booked"
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    assert house.last(Originate).to == f"tel:{NUMBER}"
