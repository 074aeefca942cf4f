"""What other systems are told of a call, as it happens: in order, each once, by the core alone."""

import msgspec
import pytest

from acd.choice import Choice
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, Originate
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, log_commands
from tests.unit.control.harness import ControlHarness
from tests.unit.control.transfers.transferring import OUTSIDE, Talk

pytestmark = pytest.mark.unit

TOLD = (commands.NotifyArrival, commands.NotifyRing, commands.NotifyTalk, log_commands.LogCall)


def told(house: ControlHarness) -> list[type]:
    return [type(command) for command in house.commands if isinstance(command, TOLD)]


def test_a_call_is_told_from_its_arrival_to_its_end() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.talk(call, for_s=30.0)
    assert told(house) == list(TOLD)
    arrival, ring, talk = (house.last(kind) for kind in TOLD[:3])
    assert (arrival.call, arrival.caller, arrival.called) == (call, "+8613800138000", "95183")
    assert (ring.agent, ring.account, ring.caller, ring.queue) == ("01", "8001", "+8613800138000", "care")
    assert (ring.about, ring.callback) == ("care", False)
    assert (talk.number, talk.agent, talk.role, talk.party, talk.queue) == (1, "01", "agent", "8001", "care")
    assert arrival.at < ring.at < talk.began_at < house.last(log_commands.LogCall).ended_at
    assert ring.at > 1_795_000_000.0, "UTC"


def test_the_ring_says_why_this_agent() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "1")
    house.wait(20.0)
    house.tell(AgentSignedIn(AgentId("01")))
    choice = house.last(commands.NotifyRing).choice
    assert choice is not None
    assert choice.waited_s == pytest.approx(20.1, abs=0.3)
    assert msgspec.structs.replace(choice, waited_s=0.0) == Choice(
        queue="care", policy="longest_idle", skills="care", level=3, asked_for=False, widened=0, waited_s=0.0
    )


def test_each_phone_that_rings_is_told_and_the_ring_comes_with_the_command_to_ring() -> None:
    house = ControlHarness("01", "02")
    call = house.arrive()
    house.press(call, "1")
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.BUSY))
    house.wait(30.0)
    rings = house.given(commands.NotifyRing)
    assert [ring.agent for ring in rings[:2]] == ["01", "02"]
    assert len({ring.offer for ring in rings}) == len(rings) == len(house.given(Originate))


def test_a_transfer_outside_is_a_talk_without_an_agent() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "3")
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    talk = house.last(commands.NotifyTalk)
    assert (talk.call, talk.role, talk.agent, talk.party) == (call, "transfer", None, "tel:+861012345")


def test_a_replay_tells_the_same() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.talk(call, for_s=30.0)
    heir = house.empty()
    for at, event in house.journal:
        heir.commands += heir.router.handle(event, at)
    assert [one for one in heir.commands if isinstance(one, TOLD)] == [
        one for one in house.commands if isinstance(one, TOLD)
    ]


def test_a_number_that_nobody_has_is_told_and_over() -> None:
    house = ControlHarness()
    leg = LegId("leg-9")
    house.tell(door.CallArrived(leg, "13800138000", "12"))
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert told(house) == [commands.NotifyArrival, log_commands.LogCall]
    assert house.last(commands.NotifyArrival).call == CallId("leg-9")


def test_a_caller_who_is_handed_on_has_a_talk_with_each() -> None:
    talk = Talk("02")
    talk.asks("8002")
    assert talk.house.last(commands.NotifyRing).agent == "02"
    talk.leg = talk.house.take(talk.call)
    talk.asks(OUTSIDE, "http")
    talk.allowed()
    talk.outside_answers()
    told = talk.house.last(commands.NotifyTalk)
    assert (told.call, told.number, told.agent, told.role) == (talk.call, 3, None, "outside")
    assert OUTSIDE in told.party
