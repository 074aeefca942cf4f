"""The gate's answers in the campaigns core: who is denied, who waits, whose number alone, words that come late."""

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


def test_a_denied_contact_is_done_with_and_the_rule_is_kept():
    house = House()
    house.start()
    house.agents("ann")
    house.do(events.Denied(house.asked().attempt, "cn.gbt45251.freq"))
    assert (kept(house).state, kept(house).detail) == ("denied", "cn.gbt45251.freq")
    (row,) = of_kind(commands.LogTry, house.said)
    assert (row.verdict, row.rule, row.placed_at) == ("deny", "cn.gbt45251.freq", None)
    assert house.asked().attempt == "spring/1.1/1", "the next one has its turn"


def test_a_deferred_contact_is_fetched_at_that_instant_and_not_before():
    house = House(rows=Rows({"spring": people(1, 1)}))
    house.start()
    house.agents("ann")
    house.do(events.Deferred(house.asked().attempt, house.utc + 7200, "hours"))
    before = len(house.said)
    house.wait(7199)
    assert house.said[before:] == [], "nothing is asked meanwhile"
    house.wait(1)
    assert house.asked().attempt == "spring/1.0/2"


def test_a_number_that_is_denied_alone_leaves_the_persons_other_one():
    house = House(rows=Rows({"spring": people(1, 1, numbers=2)}))
    house.start()
    house.agents("ann")
    first = house.asked()
    house.do(events.Denied(first.attempt, "invalid", number_only=True))
    assert house.asked().number != first.number
    house.do(events.Denied(house.asked().attempt, "invalid", number_only=True))
    assert kept(house).state == "denied"


def test_a_number_that_waits_alone_leaves_the_persons_other_one_and_is_asked_for_at_its_time():
    house = House(rows=Rows({"spring": people(1, 1, numbers=2)}))
    house.start()
    house.agents("ann")
    first = house.asked()
    house.do(events.Deferred(first.attempt, house.utc + 600, "house.often", number_only=True))
    second = house.asked()
    assert (second.attempt, second.number != first.number) == ("spring/1.0/2", True)
    house.do(events.Allowed(second.attempt))
    house.do(events.Ended(second.attempt, "no_answer"))
    assert (kept(house).state, kept(house).due_at) == ("due", house.utc + 600)
    house.wait(599)
    assert house.asked() == second
    house.wait(1)
    assert house.asked().number == first.number


def test_a_person_all_of_whose_numbers_wait_is_asked_for_when_the_first_of_them_may_be():
    house = House(rows=Rows({"spring": people(1, 1, numbers=2)}))
    house.start()
    house.agents("ann")
    house.do(events.Deferred(house.asked().attempt, house.utc + 900, "hours", number_only=True))
    second = house.asked()
    house.do(events.Deferred(second.attempt, house.utc + 300, "hours", number_only=True))
    assert (kept(house).state, kept(house).due_at) == ("due", house.utc + 300)
    assert len(of_kind(commands.LogTry, house.said)) == 2, "each no has its row"
    house.wait(300)
    assert (house.asked().number, house.asked().attempt) == (second.number, "spring/1.0/3")


def test_a_persons_no_ends_them_whatever_other_numbers_they_have():
    house = House(rows=Rows({"spring": people(1, 1, numbers=2)}))
    house.start()
    house.agents("ann")
    house.do(events.Denied(house.asked().attempt, "house.complained"))
    assert kept(house).state == "denied"
    assert len(of_kind(commands.Ask, house.said)) == 1


def test_who_wants_no_more_calls_wants_none_by_any_number_that_is_theirs():
    house = House(rows=Rows({"spring": people(1, 1, numbers=3)}))
    house.start()
    house.agents("ann")
    first = house.asked()
    house.do(events.Denied(first.attempt, "invalid", number_only=True))
    second = house.asked()
    house.do(events.Allowed(second.attempt))
    house.do(events.Answered(second.attempt))
    house.do(events.Connected(second.attempt, ANN))
    said = of_kind(commands.DoNotCall, house.do(events.Dispositioned(second.attempt, "no_more")))
    theirs = [one.number for one in people(1, 1, numbers=3)[0].numbers]
    assert [one.number for one in said] == theirs[1:], "the first one is not theirs"
    assert {one.attempt for one in said} == {second.attempt}


def test_a_gate_that_is_away_leaves_all_contacts_for_later():
    house = House(rows=Rows({"spring": people(1, 1)}))
    house.start()
    house.agents("ann")
    house.do(events.Denied(house.asked().attempt, "ledger.no_answer", away=True))
    assert kept(house).state == "due"
    house.wait(60)
    assert house.asked().attempt == "spring/1.0/2"


def test_an_answer_that_comes_too_late_is_released_and_asked_again():
    house = House()
    house.start()
    house.agents("ann")
    attempt = house.asked().attempt
    house.now += 6
    said = house.do(events.Allowed(attempt))
    assert of_kind(commands.Settle, said)[0].state == "released"
    assert not of_kind(commands.Place, said)
    assert house.asked().attempt == "spring/1.0/2"


def test_stale_events_change_nothing():
    house = House()
    attempt = house.placed()
    house.do(events.Ended(attempt, "busy"))
    before = house.core.snapshot()
    for event in (
        events.Allowed(attempt),
        events.Denied(attempt, "x"),
        events.Deferred(attempt, 0.0),
        events.Answered(attempt),
        events.Connected(attempt, ANN),
        events.Unserved(attempt),
        events.Ended(attempt, "busy"),
        events.PreviewAnswered(attempt, ANN, True),
        events.Detected(attempt, "person"),
        events.Rang(attempt),
    ):
        assert house.do(event) == []
    assert house.core.snapshot() == before
