"""Campaigns as people order them: paused, drained, stopped, finished, published anew; lists that fail, and restarts."""

import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from dialer.campaigns.settings import RetryRules
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST = ContactKey(1, 0)


def test_pause_leaves_calls_alone_and_places_nothing_more():
    house = House()
    house.start()
    house.agents("ann", "ben")
    one, two = (ask.attempt for ask in of_kind(commands.Ask, house.said))
    house.do(events.Allowed(one))
    said = house.do(events.CampaignOrdered("spring", "pause", "kim", "lunch"))
    assert said == [commands.CampaignChanged("spring", "paused", "progressive", "", "kim", "lunch")]
    said = house.do(events.Allowed(two))
    assert of_kind(commands.Settle, said)[0].state == "released"
    house.do(events.Answered(one))
    house.do(events.Connected(one, ANN))
    assert not of_kind(commands.Ask, house.do(events.AgentSeen("care", BEN, "free")))
    said = house.start()
    assert of_kind(commands.Ask, said)[0].attempt == "spring/1.1/2"


def test_drain_ends_with_the_last_call_and_gives_the_rest_back():
    house = House()
    attempt = house.placed()
    house.do(events.CampaignOrdered("spring", "drain"))
    assert house.rows.states("spring")["in_hand"] == 10
    said = house.do(events.Ended(attempt, "busy"))
    assert of_kind(commands.CampaignChanged, said)[-1].state == "stopped"
    assert house.rows.states("spring") == {"due": 1, "fresh": 9}


def test_stop_gives_up_what_rings_and_lets_talks_go_on():
    house = House()
    talk = house.talking()
    house.agents("ben")
    rings = house.asked().attempt
    house.do(events.Allowed(rings))
    said = house.do(events.CampaignOrdered("spring", "stop"))
    assert of_kind(commands.GiveUp, said) == [commands.GiveUp(rings)]
    house.do(events.Ended(rings, "given_up"))
    house.do(events.Ended(talk, "talked"))
    house.do(events.Dispositioned(talk, "promise"))
    assert house.rows.states("spring") == {"reached": 1, "due": 1, "fresh": 8}


def test_a_campaign_is_finished_when_every_contact_is_at_an_end_and_runs_again_when_a_list_grows():
    house = House(campaign("agentless", dispositions=()), rows=Rows({"spring": people(1, 2)}))
    house.start()
    for row in "01":
        house.do(events.Denied(AttemptId(f"spring/1.{row}/1"), "law"))
    assert of_kind(commands.CampaignChanged, house.said)[-1].state == "finished"
    house.rows.add("spring", people(1, 1, first=5))
    house.do(events.ListGrew("spring"))
    assert of_kind(commands.CampaignChanged, house.said)[-1].state == "running"
    assert house.asked().attempt == "spring/1.5/1"


def test_a_contact_who_is_due_keeps_the_campaign_running():
    house = House(rows=Rows({"spring": people(1, 1)}))
    attempt = house.placed()
    house.do(events.Ended(attempt, "busy"))
    assert house.core.state.campaigns["spring"].state == "running"


def test_orders_that_change_nothing_say_why():
    house = House()
    assert "no campaign" in house.core.refusal(events.CampaignOrdered("sping", "start"))
    house.start()
    assert house.core.refusal(events.CampaignOrdered("spring", "start")) == "it runs"
    assert house.core.refusal(events.CampaignOrdered("spring", "pause")) == ""
    assert house.do(events.CampaignOrdered("sping", "start")) == []


def test_another_version_changes_rules_at_once_and_stops_what_it_has_not():
    house = House()
    attempt = house.placed()
    house.do(events.Ended(attempt, "busy"))
    house.versions["v2"] = {"spring": campaign(retry=RetryRules(tries=1))}
    house.do(events.SettingsInForce("v2"))
    house.wait(3600)
    assert house.rows.of("spring")[FIRST].state == "spent"
    house.versions["v3"] = {}
    said = house.do(events.SettingsInForce("v3"))
    assert of_kind(commands.CampaignChanged, said)[-1].reason == "published no more"
    assert "published no more" in house.core.refusal(events.CampaignOrdered("spring", "start"))


def test_a_list_that_cannot_be_read_is_tried_again_under_the_same_id():
    house = House()
    house.answers = False
    house.start()
    (fetch,) = house.unanswered
    house.do(events.Fetched("spring", fetch.fetch, error="locked"))
    house.answers = True
    said = house.wait(30)
    assert of_kind(commands.Fetch, said)[0] == fetch


def test_a_restart_asks_anew_what_was_not_answered_under_the_same_ids():
    house = House()
    house.answers = False
    house.start()
    assert of_kind(commands.Fetch, house.do(events.Resumed())) == house.unanswered[:1]
    house.answers = True
    house.do(house.rows.fetch(house.unanswered[0], house.utc))
    house.agents("ann")
    ask = house.asked()
    assert house.do(events.Resumed()) == [ask]
    house.do(events.Allowed(ask.attempt))
    assert house.do(events.Resumed()) == [], "a call that is placed is known to the switch, or ended"


def test_a_person_on_two_rows_has_one_budget_and_one_end():
    one, two = people(1, 1)[0], people(1, 2)[1]
    other = type(one)(key=two.key, numbers=two.numbers, person=one.person)
    house = House(campaign("agentless", at_once=1))
    house.answers = False
    house.start()
    house.do(events.Fetched("spring", house.unanswered[0].fetch, (one, other)))
    attempt = house.asked().attempt
    house.do(events.Allowed(attempt))
    house.do(events.Answered(attempt))
    house.do(events.Ended(attempt, "flow_done"))
    assert [
        (kept.contact.key, kept.state, kept.contact.tries) for kept in of_kind(commands.KeepContact, house.said)
    ] == [
        (one.key, "reached", 1),
        (two.key, "reached", 1),
    ]
