"""Callers who show no number are strangers to each other: nothing of the one is ever the other's."""

import pytest

from acd.commands import CalledAgain
from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Originate, Play
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events, log_commands
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

NOBODY = ("anonymous", "", "unavailable", "restricted", "Unknown", "asterisk", "+266696687", "00000000000")
TYPED = "13900139000"


@pytest.fixture(autouse=True)
def _a_queue_that_keeps_places(monkeypatch: pytest.MonkeyPatch) -> None:
    def configuration() -> Configuration:
        rules = {"ring_s": 10, "keep_place_s": 120, "steps": [{"after_s": 10, "offer": "callback"}]}
        people, problems = read(
            {"queues": {"care": rules}},
            {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in ("01", "02")}},
        )
        assert not problems
        return people

    monkeypatch.setattr(harness, "configuration", configuration)


def make(*agents: str) -> ControlHarness:
    return ControlHarness(*agents, habits=QueueTreatment(callback=CallbackRules(expires_s=1_000.0)))


def waiting(house: ControlHarness, caller: str) -> CallId:
    call = house.arrive(caller=caller)
    house.press(call, "1")
    return call


def booked(house: ControlHarness, caller: str) -> CallId:
    """A caller without a number who waited, and typed where to be called."""
    call = waiting(house, caller)
    house.wait(10.5)
    house.press(call, "1")
    if caller[:1] in ("+", "0"):  # looks like a number: it was read back, and declined
        house.press(call, "2")
    house.press(call, f"{TYPED}#")
    house.press(call, "1")
    check = house.last(commands.AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, True))
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert house.router.register.calls[call].place == "booked"
    return call


@pytest.mark.parametrize("caller", NOBODY)
def test_a_stranger_does_not_end_the_callback_of_another_nor_get_their_place(caller: str) -> None:
    house = make()
    first = booked(house, caller)
    house.wait(100.0)
    waiting(house, "13700137000")
    second = waiting(house, caller)
    assert house.router.register.calls[first].place == "booked"
    assert [row.outcome for row in house.given(log_commands.LogCallback)] == ["booked"]
    assert house.given(CalledAgain) == [], "nothing is said of another line"
    queued = house.router.register.calls[second].queued_as
    assert queued is not None
    assert (queued.waited_s, queued.caller) == (0.0, "")


@pytest.mark.parametrize("caller", NOBODY)
def test_a_stranger_does_not_get_the_place_of_one_who_was_cut_off(caller: str) -> None:
    house = make()
    first = waiting(house, caller)
    between = waiting(house, "13700137000")
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL))
    second = waiting(house, caller)
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.rings_for(house.last(Originate).leg) == between
    assert house.router.register.calls[second].place == "waiting"


@pytest.mark.parametrize("caller", NOBODY)
def test_a_strangers_last_agent_is_nobodys(caller: str) -> None:
    house = make("01")
    house.talk(waiting(house, caller), 30.0)
    register = house.router.register
    assert (register.last_agents, register.last_agent(caller, house.now)) == ({}, None)


def test_two_lines_of_one_number_are_still_one_person() -> None:
    house = make()
    waiting(house, "13700137000")
    waiting(house, "13700137000")
    assert len(house.given(CalledAgain)) == 1
