"""The course of tries in the campaigns core: the gate, calls, agents, dispositions, and what is kept of each."""

import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from dialer.campaigns.settings import ListShare, RetryRules
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit

ANN, BEN = AgentId("ann"), AgentId("ben")
FIRST = ContactKey(1, 0)


def kept(house: House) -> commands.KeepContact:
    return of_kind(commands.KeepContact, house.said)[-1]


# its turn


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


# the gate's answer


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


# calls


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


# dispositions


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


# previews


def previewing() -> tuple[House, commands.ShowPreview]:
    house = House(campaign("preview"))
    house.start()
    house.agents("ann")
    return house, of_kind(commands.ShowPreview, house.said)[-1]


def test_a_preview_is_dialled_when_its_agent_says_so_and_asked_of_the_gate_then():
    house, shown = previewing()
    assert not of_kind(commands.Ask, house.said)
    assert house.do(events.PreviewAnswered(shown.attempt, BEN, True)) == []
    (ask,) = of_kind(commands.Ask, house.do(events.PreviewAnswered(shown.attempt, ANN, True)))
    assert (ask.attempt, ask.agent) == (shown.attempt, ANN)
    (place,) = of_kind(commands.Place, house.do(events.Allowed(ask.attempt)))
    assert place.agent == ANN
    (taken,) = of_kind(commands.TakeToAgent, house.do(events.Answered(ask.attempt)))
    assert taken.agent == ANN


def test_a_declined_preview_is_for_later_and_the_agent_sees_the_next():
    house, shown = previewing()
    said = house.do(events.PreviewAnswered(shown.attempt, ANN, False, "not now"))
    assert kept(house).detail == "declined: not now"
    assert of_kind(commands.EndPreview, said) == [commands.EndPreview(shown.attempt, ANN)]
    assert of_kind(commands.ShowPreview, said)[0].contact.key == ContactKey(1, 1)


def test_a_preview_that_nobody_answers_goes_back_and_so_it_does_when_its_agent_is_busy():
    house, shown = previewing()
    said = house.wait(60)
    assert of_kind(commands.EndPreview, said)[0].attempt == shown.attempt
    again = of_kind(commands.ShowPreview, said)[0]
    assert (again.contact.key, again.attempt) == (shown.contact.key, "spring/1.0/2")
    said = house.do(events.AgentSeen("care", ANN, "talk"))
    assert of_kind(commands.EndPreview, said)[0].attempt == again.attempt
    assert not of_kind(commands.ShowPreview, said)


def test_a_denied_preview_is_shown_no_more():
    house, shown = previewing()
    house.do(events.PreviewAnswered(shown.attempt, ANN, True))
    said = house.do(events.Denied(shown.attempt, "law"))
    assert of_kind(commands.EndPreview, said)
    assert of_kind(commands.ShowPreview, said)[0].contact.key == ContactKey(1, 1)


# the campaign


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
