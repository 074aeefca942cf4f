"""The course of tries in the campaigns core: whose turn it is, and what becomes of their calls."""

import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from dialer.campaigns.settings import ListShare
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST = ContactKey(1, 0)


def kept(house: House) -> commands.KeepContact:
    return of_kind(commands.KeepContact, house.said)[-1]


def test_nobody_is_dialled_before_the_start_nor_without_an_agent():
    house = House()
    house.agents("ann")
    assert not of_kind(commands.Ask, house.said)
    house = House()
    house.start()
    assert not of_kind(commands.Ask, house.said)
    assert of_kind(commands.Fetch, house.said)[0].count == 50


def test_one_call_for_each_free_agent_after_the_gates_word():
    house = House()
    house.start()
    house.agents("ann", "ben")
    asked = of_kind(commands.Ask, house.said)
    assert [one.attempt for one in asked] == ["spring/1.0/1", "spring/1.1/1"]
    assert asked[0].scene == "renewal"
    assert not of_kind(commands.Place, house.said)
    (_, place) = house.do(events.Allowed(asked[0].attempt, "+862195588", 25.0))[-1:] * 2
    assert isinstance(place, commands.Place)
    assert (place.number, place.caller_id, place.ring_s, place.contact.tries) == (
        asked[0].number,
        "+862195588",
        25.0,
        1,
    )


def test_an_agent_is_left_to_inbound_callers_and_none_is_dialled_while_one_waits():
    house = House(campaign(keep_free=1))
    house.start()
    house.agents("ann")
    assert not of_kind(commands.Ask, house.said)
    house.do(events.CallersWaiting("care", 1))
    house.agents("ben")
    assert not of_kind(commands.Ask, house.said)
    house.do(events.CallersWaiting("care", 0))
    assert len(of_kind(commands.Ask, house.said)) == 1


@pytest.mark.parametrize(
    ("queue", "dials"), [("care", False), ("front_desk", False), ("loans", False), ("elsewhere", True)]
)
@pytest.mark.parametrize("mode", ["progressive", "predictive"])
def test_callers_of_further_queues_come_first_where_the_campaign_says_so(mode, queue, dials):
    house = House(campaign(mode, callers_first=("front_desk", "loans")))
    house.start()
    assert house.core.running_queues() == ("care", "front_desk", "loans")
    house.do(events.CallersWaiting(queue, 1))
    house.agents("ann")
    house.wait(2.0)
    assert bool(of_kind(commands.Ask, house.said)) == dials
    house.do(events.CallersWaiting(queue, 0))
    house.wait(2.0)
    assert of_kind(commands.Ask, house.said), "nobody waits any more"


def test_no_more_calls_at_once_than_the_campaign_has_lines():
    house = House(campaign("agentless", at_once=3))
    house.start()
    assert len(of_kind(commands.Ask, house.said)) == 3
    house.do(events.Denied(AttemptId("spring/1.0/1"), "law"))
    assert len(of_kind(commands.Ask, house.said)) == 4


def test_lists_have_their_share_until_one_is_empty():
    rows = Rows({"a": people(1, 3), "b": people(2, 9)})
    house = House(campaign("agentless", at_once=8, lists=(ListShare("a", 1), ListShare("b", 3))), rows=rows)
    house.start()
    lists = [one.attempt.split("/")[1][0] for one in of_kind(commands.Ask, house.said)]
    assert sorted(lists[:4]) == ["1", "2", "2", "2"]
    assert sorted(lists) == ["1"] * 2 + ["2"] * 6


def test_two_campaigns_with_the_same_agents_dial_once_for_each_of_them():
    rows = Rows({"a": people(1, 5), "b": people(2, 5)})
    one, two = (campaign(name=name, lists=(ListShare(name),)) for name in "ab")
    house = House(one, two, rows=rows)
    house.start("a")
    house.start("b")
    house.agents("ann", "ben")
    assert len(of_kind(commands.Ask, house.said)) == 2


def test_a_person_is_called_by_one_campaign_at_a_time_and_then_by_the_other():
    same = people(1, 1)
    rows = Rows({"a": same, "b": same})
    one, two = (campaign("agentless", name=name, lists=(ListShare(name),)) for name in "ab")
    house = House(one, two, rows=rows)
    house.start("a")
    house.start("b")
    assert [one.campaign for one in of_kind(commands.Ask, house.said)] == ["a"]
    house.do(events.Deferred(AttemptId("a/1.0/1"), house.utc + 600, "hours"))
    assert [one.campaign for one in of_kind(commands.Ask, house.said)] == ["a", "b"]


def test_an_answer_goes_to_the_agents_at_once_and_unserved_is_abandoned():
    house = House()
    attempt = house.placed()
    said = house.do(events.Answered(attempt))
    (taken,) = of_kind(commands.TakeToAgent, said)
    assert (taken.queue, taken.patience_s, taken.safe_harbour) == ("care", 2.0, "safe_harbour")
    said = house.do(events.Unserved(attempt))
    assert of_kind(commands.Settle, said)[0].state == "abandoned"
    said = house.do(events.Ended(attempt, "talked", talked_s=4.0))
    (row,) = of_kind(commands.LogTry, said)
    assert (row.result, row.abandoned) == ("abandoned", True)
    assert kept(house).contact.last_result == "abandoned"


@pytest.mark.parametrize(
    ("result", "state", "ledger", "tries"),
    [
        ("busy", "due", "attempted", 1),
        ("no_answer", "due", "attempted", 1),
        ("invalid_number", "spent", "attempted", 1),
        ("blocked", "due", "blocked", 1),
        ("out_of_service", "due", "released", 0),
        ("unwanted", "refused", "attempted", 1),
    ],
)
def test_what_becomes_of_calls_that_nobody_answers(result, state, ledger, tries):
    house = House()
    attempt = house.placed()
    said = house.do(events.Ended(attempt, result))
    assert of_kind(commands.Settle, said)[-1].state == ledger
    assert (kept(house).state, kept(house).contact.tries) == (state, tries)
    assert bool(of_kind(commands.DoNotCall, said)) == (result == "unwanted")


def test_agentless_calls_walk_the_flow():
    house = House(campaign("agentless", at_once=1, dispositions=()))
    house.start()
    attempt = house.asked().attempt
    house.do(events.Allowed(attempt))
    (flow,) = of_kind(commands.TakeToFlow, house.do(events.Answered(attempt)))
    assert flow.flow == "survey"
    house.do(events.Connected(attempt))
    said = house.do(events.Ended(attempt, "flow_done"))
    assert of_kind(commands.Settle, said)[-1].state == "effective"
    assert of_kind(commands.KeepContact, said)[0].state == "reached"
