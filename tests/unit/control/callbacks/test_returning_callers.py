"""Callers with a callback who call again: they keep their place, and are called back once at most."""

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play
from calls.ids import AgentId, LegId
from control.messages import commands, log_commands
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

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures(offers_callbacks.__name__)]


def test_who_calls_again_takes_the_place_of_the_callback() -> None:
    house = make()
    old = booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    assert old not in house.router.register.calls
    assert rows(house) == ["booked", "came_back"]
    assert house.last(log_commands.LogCall).outcome == "callback"
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"


def test_who_calls_to_ask_and_hangs_up_again_keeps_the_callback() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    waiting(house, "13900139000")
    again = waiting(house)
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    house.wait(1.0)
    assert house.router.register.calls[again].place == "booked"
    assert rows(house) == ["booked", "came_back", "booked"]
    assert house.router.wait_of(again)["position"] == 1, "before who came later"
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    assert house.last(Originate).to == f"tel:{NUMBER}", "the number that was confirmed then"


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.UNREACHABLE])
@pytest.mark.parametrize("until", ["before it rings", "it rings", "the agent is told", "both are connected"])
def test_who_hangs_up_in_the_moment_in_which_an_agent_is_there_is_called_back_by_that_agent(
    until: str, cause: Cause
) -> None:
    """Whether the phone rang first or the caller was gone first, the agent's next talk is the same."""
    house = make()
    booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    if until == "before it rings":
        house.tell(door.CallEnded(LegId(again), cause))
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    if until in ("the agent is told", "both are connected"):
        house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        told = house.last(Play).attempt
        if until == "both are connected":
            house.tell(door.PlaybackFinished(ringing.leg, told, Outcome.FINISHED))
    if until != "before it rings":
        house.tell(door.CallEnded(LegId(again), cause))
    if until == "both are connected":
        late = house.last(Bridge)
        house.tell(door.CommandFailed(late.attempt, "leg_gone", LegId(again)))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"
    if until in ("before it rings", "it rings"):
        agent = accepted(house)
    else:
        assert house.last(Play).attempt != told, "the agent is told that it is a callback now"
        house.tell(door.PlaybackFinished(ringing.leg, told, Outcome.STOPPED))  # by the new one
        callback = house.router.register.calls[again].callback
        assert callback is not None
        assert callback.state == "booked", "the time in which to accept has not begun"
        house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
        assert house.last(Originate) is ringing, "nobody is dialled before the agent says so"
        house.press(ringing.leg, "1")
        answer_check(house)
        agent = ringing.leg
    dialled = house.last(Originate)
    assert dialled.to == f"tel:{NUMBER}"
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert {bridge.a, bridge.b} == {dialled.leg, agent}
    house.tell(door.CallEnded(agent, Cause.NORMAL), after_s=20.0)
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    assert rows(house) == ["booked", "came_back", "booked", "reached"]
    assert house.last(log_commands.LogCall).outcome == "answered"
    assert not [row for row in house.given(commands.Noticed) if row.level != "info"]


def test_who_comes_back_and_books_again_has_the_new_callback() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    again = waiting(house)
    house.wait(10.5)
    house.press(again, "12")
    house.press(again, "13900139000#1")
    answer_check(house)
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[again].place == "offered"
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))  # before the last words were said
    accepted(house)
    assert house.last(Originate).to == "tel:+8613900139000"


def test_an_agent_who_misses_a_callback_that_took_over_leaves_its_place() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    house.tell(door.CallEnded(ringing.leg, Cause.NO_ANSWER), after_s=10.0)
    assert house.router.register.calls[again].place == "booked"
    house.tell(AgentSignedIn(AgentId("02")))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"


@pytest.mark.parametrize("until", ["it rings", "the agent is told", "the caller is dialled"])
def test_who_calls_again_while_the_agent_is_asked_to_call_back_gets_that_agent(until: str) -> None:
    house = make()
    old = booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    dialled = None
    if until == "the agent is told":
        house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    elif until == "the caller is dialled":
        accepted(house)
        dialled = house.last(Originate).leg
    again = waiting(house)
    assert old not in house.router.register.calls
    assert HangUp(ringing.leg, Cause.CANCELLED) in house.commands
    if dialled is not None:
        assert HangUp(dialled) in house.commands
        house.tell(door.CallEnded(dialled, Cause.CANCELLED))
    house.tell(door.CallEnded(ringing.leg, Cause.CANCELLED))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"
    house.talk(again, 30.0)
    assert rows(house) == ["booked", "came_back"]
    assert house.router.register.calls[later].place == "offered"


def test_a_second_line_of_a_number_that_has_picked_up_takes_nothing_away() -> None:
    house = make()
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    other = waiting(house)
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.router.register.calls[call].place == "talking"
    assert house.router.register.calls[other].place == "waiting"


def test_an_answered_caller_is_not_called_back_too() -> None:
    house = make()
    booked(house)
    again = waiting(house)
    house.tell(AgentSignedIn(AgentId("01")))
    house.talk(again, 30.0)
    assert again not in house.router.register.calls
    assert rows(house) == ["booked", "came_back"]
    assert house.last(log_commands.LogCall).outcome == "answered"
