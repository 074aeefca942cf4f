"""Dispositions in the campaigns core: what agents say of a talk, and what becomes of the contact and the agent."""

import pytest

from calls.ids import AgentId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, of_kind

pytestmark = pytest.mark.unit

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST = ContactKey(1, 0)


def kept(house: House) -> commands.KeepContact:
    return of_kind(commands.KeepContact, house.said)[-1]


def test_after_call_work_ends_with_the_disposition_and_the_ledger_has_it():
    house = House()
    attempt = house.talking()
    said = house.do(events.Ended(attempt, "talked", talked_s=30.0, call="c1", recording="r.wav"))
    assert of_kind(commands.Settle, said)[-1].state == "answered"
    assert not of_kind(commands.KeepContact, said)
    assert not of_kind(commands.EndWrapUp, said)
    said = house.do(events.Dispositioned(attempt, "promise"))
    settled = of_kind(commands.Settle, said)[-1]
    assert (settled.state, settled.result, settled.call, settled.recording) == ("effective", "promise", "c1", "r.wav")
    assert of_kind(commands.EndWrapUp, said) == [commands.EndWrapUp(ANN)]
    assert of_kind(commands.LogTry, said)[0].disposition == "promise"
    assert kept(house).state == "reached"


def test_a_disposition_said_in_the_talk_ends_after_call_work_at_once():
    house = House()
    attempt = house.talking()
    assert not of_kind(commands.EndWrapUp, house.do(events.Dispositioned(attempt, "promise")))
    said = house.do(events.Ended(attempt, "talked"))
    assert of_kind(commands.EndWrapUp, said)
    assert kept(house).state == "reached"


def test_without_a_word_after_call_work_ends_at_its_limit():
    house = House()
    attempt = house.talking()
    house.do(events.Ended(attempt, "talked"))
    assert not of_kind(commands.KeepContact, house.wait(119))
    said = house.wait(1)
    assert of_kind(commands.Settle, said)[-1].state == "effective"
    assert (kept(house).state, kept(house).contact.last_result) == ("reached", "talked")


def test_a_refusal_is_on_the_list_at_once_whatever_the_site_calls_it():
    house = House()
    attempt = house.talking()
    said = house.do(events.Dispositioned(attempt, "no_more", note="angry"))
    (listed,) = of_kind(commands.DoNotCall, said)
    assert (listed.number, listed.person, listed.reason) == ("+8613900100000", "p1-0", "no_more: angry")
    house.do(events.Ended(attempt, "talked"))
    assert kept(house).state == "refused"


def test_a_disposition_may_open_a_case_and_may_be_no_effective_talk():
    house = House()
    attempt = house.talking()
    said = house.do(events.Dispositioned(attempt, "angry"))
    assert of_kind(commands.OpenCase, said) == [commands.OpenCase(attempt, "complaint", ANN, "+8613900100000")]
    house = House()
    attempt = house.talking()
    house.do(events.Dispositioned(attempt, "try_again"))
    said = house.do(events.Ended(attempt, "talked"))
    assert of_kind(commands.Settle, said)[-1].state == "answered"
    assert kept(house).due_at == house.utc + 3600, "counted from the attempt"


def test_a_word_that_the_campaign_does_not_have_is_none():
    house = House()
    attempt = house.talking()
    assert house.do(events.Dispositioned(attempt, "promised")) == []


def test_a_promised_call_waits_for_its_agent_while_they_are_there():
    house = House(rows=Rows({"spring": people(1, 1)}))
    attempt = house.talking()
    house.do(events.Dispositioned(attempt, "later", again_at=house.utc + 600, same_agent=True))
    house.do(events.Ended(attempt, "talked"))
    assert kept(house).contact.agent == "ann"
    house.agents("ben")
    house.wait(700)
    assert house.asked().attempt == attempt, "ben is free, and ann is there"
    house.do(events.AgentSeen("care", ANN, "free"))
    assert house.asked().attempt == "spring/1.0/2"


def test_of_an_agent_who_has_left_anybody_calls():
    house = House(rows=Rows({"spring": people(1, 1)}))
    attempt = house.talking()
    house.do(events.Dispositioned(attempt, "later", again_at=house.utc + 600, same_agent=True))
    house.do(events.Ended(attempt, "talked"))
    house.do(events.AgentSeen("care", ANN, "away"))
    house.agents("ben")
    house.wait(700)
    assert house.asked().attempt == "spring/1.0/2"
