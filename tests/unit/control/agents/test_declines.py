"""Declines by a screen: the reason is kept and told, the caller loses nothing, and the agent has missed an offer."""

import pytest

from acd.commands import OfferLapsed
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import HangUp, Originate
from calls.ids import AgentId
from control.messages.events import CallDeclined
from control.messages.log_commands import LogDecline, LogTransfer
from tests.unit.control.harness import ControlHarness
from tests.unit.control.transfers.consulting_house import Talk

pytestmark = pytest.mark.unit

ONE, TWO = AgentId("01"), AgentId("02")


def test_an_offer_goes_to_the_next_agent_and_the_call_keeps_the_reason() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    rung = house.last(Originate)
    house.tell(CallDeclined(ONE, "I know this caller"))
    assert house.last(HangUp).leg == rung.leg
    row = house.last(LogDecline)
    assert (row.call, row.number, row.kind, row.agent, row.asked_by, row.reason) == (
        *(call, 1, "offer", "01", ""),
        "I know this caller",
    )
    lapsed = house.last(OfferLapsed)
    assert (lapsed.agent, lapsed.reason, lapsed.in_a_row) == ("01", "rejected", 1), "it counts as a phone's own refusal"
    house.tell(AgentSignedIn(TWO))
    assert house.last(Originate).to == "phone:8002"
    house.tell(door.CallEnded(rung.leg, Cause.CANCELLED))
    assert house.router.register.calls[call].agent == "02", "the end of the first phone's ringing changes nothing"


def test_after_so_many_declines_in_a_row_the_agent_is_paused() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    for _ in range(3):
        house.tell(CallDeclined(ONE, "busy"))
        house.wait(20.0)
    standing = house.router.agent(ONE, house.now)
    assert standing is not None
    assert (standing.state, standing.reason) == ("paused", "rona")
    assert [row.number for row in house.given(LogDecline)] == [1, 2, 3]


def test_who_is_asked_declines_and_the_asker_has_the_caller_and_the_reason() -> None:
    talk = Talk()
    talk.asks()
    rung = talk.house.last(Originate)
    talk.house.tell(CallDeclined(TWO, "ask 03, she knows"))
    assert talk.house.last(HangUp).leg == rung.leg
    talk.bridged()
    assert talk.both() == ("caller", "agent")
    assert talk.state == "over"
    row = talk.house.last(LogTransfer)
    assert (row.outcome, row.detail) == ("returned", "declined: ask 03, she knows")
    declined = talk.house.last(LogDecline)
    assert (declined.kind, declined.agent, declined.asked_by) == ("consultation", "02", "01")
    told = talk.house.router.register.declined[talk.call]
    assert (told.agent, told.reason) == ("02", "ask 03, she knows")
    talk.house.tell(door.CallEnded(rung.leg, Cause.CANCELLED))
    assert talk.place == "talking"
    talk.asks()
    assert told.reason == "", "somebody else is asked now"
    assert not talk.house.given(OfferLapsed), "who is asked has missed no caller"


def test_nothing_that_rings_is_refused_and_changes_nothing() -> None:
    talk = Talk()
    assert talk.house.router.decline_refusal(TWO) == "nothing rings at this agent's phone"
    assert talk.house.tell(CallDeclined(TWO, "no")) == []
    assert talk.house.tell(CallDeclined(ONE, "no")) == [], "a talk is hung up, and not declined"
    talk.consults()
    assert talk.house.router.decline_refusal(TWO) != "", "answered"
