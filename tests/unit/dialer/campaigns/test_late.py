"""Words that come when the try is over: they count while the store knows it, twice is once, the last one holds."""

import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.contacts import ContactKey
from dialer.campaigns.late import AGAIN_S
from dialer.campaigns.settings import CampaignSettings
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit

ANN = AgentId("ann")
FIRST = ContactKey(1, 0)
NUMBER = "+8613900100000"


def talked(house: House, said: str = "") -> AttemptId:
    """A talk of ann's that is over; without a word its after-call work has ended at its limit. Ann has gone."""
    attempt = house.talking()
    if said:
        house.do(events.Dispositioned(attempt, said, again_at=house.utc + 7200 if said == "later" else None))
    house.do(events.Ended(attempt, "talked", talked_s=30.0, call="call-1"))
    house.do(events.AgentSeen("care", ANN, "away"))
    house.wait(121)
    assert attempt not in house.core.state.tries
    return attempt


def one_person(settings: CampaignSettings | None = None, numbers: int = 1) -> House:
    return House(settings or campaign(), rows=Rows({"spring": people(1, 1, numbers=numbers)}))


# said in time, said late → the contact, the ledger's state, a do-not-call entry, a case, what it replaces
WORDS = [
    ("", "promise", "reached", "effective", 0, 0, ""),
    ("", "no_more", "refused", "effective", 1, 0, ""),
    ("", "later", "due", "answered", 0, 0, ""),
    ("", "stranger", "spent", "answered", 0, 0, ""),
    ("", "try_again", "due", "answered", 0, 0, ""),
    ("", "angry", "reached", "effective", 0, 1, ""),
    ("promise", "no_more", "refused", "effective", 1, 0, "promise"),
    ("promise", "stranger", "spent", "answered", 0, 0, "promise"),
    ("promise", "angry", "reached", "effective", 0, 1, "promise"),
    ("try_again", "promise", "reached", "effective", 0, 0, "try_again"),
    ("no_more", "promise", "reached", "effective", 0, 0, "no_more"),
    ("later", "promise", "reached", "effective", 0, 0, "later"),
]


@pytest.mark.parametrize(("before", "word", "state", "ledger", "listed", "cases", "replaces"), WORDS)
def test_a_late_word_counts_as_if_it_had_come_in_time(before, word, state, ledger, listed, cases, replaces):
    house = one_person()
    attempt = talked(house, before)
    again_at = house.utc + 900 if word == "later" else None
    said = house.do(events.Dispositioned(attempt, word, again_at=again_at))
    assert said[0] == commands.Recall(attempt, "spring")
    (settled,) = of_kind(commands.Settle, said)
    assert (settled.state, settled.result, settled.corrects, settled.call) == (ledger, word, True, "call-1")
    (row,) = of_kind(commands.LogTry, said)
    assert (row.disposition, row.said_before, row.result, row.agent) == (word, replaces, "talked", "ann")
    assert [one.number for one in of_kind(commands.DoNotCall, said)] == [NUMBER] * listed
    assert len(of_kind(commands.OpenCase, said)) == cases
    assert house.rows.states("spring") == {state: 1}
    kept = house.rows.of("spring")[FIRST]
    assert kept.contact.last_result == word
    if again_at is not None:
        assert kept.due_at == again_at


@pytest.mark.parametrize("word", ["promise", "no_more", "angry", "later"])
@pytest.mark.parametrize("in_time", [True, False])
def test_said_twice_it_is_once(word, in_time):
    house = one_person()
    attempt = talked(house, word if in_time else "")
    again_at = house.rows.of("spring")[FIRST].due_at if in_time else house.utc + 900
    again_at = again_at if word == "later" else None
    if not in_time:
        house.do(events.Dispositioned(attempt, word, again_at=again_at))
    before = house.rows.of("spring")[FIRST].state
    said = house.do(events.Dispositioned(attempt, word, again_at=again_at))
    assert said == [commands.Recall(attempt, "spring")]
    assert house.rows.of("spring")[FIRST].state == before


def test_said_twice_while_the_talk_lasts_it_is_once_too():
    house = House()
    attempt = house.talking()
    assert len(of_kind(commands.OpenCase, house.do(events.Dispositioned(attempt, "angry")))) == 1
    assert house.do(events.Dispositioned(attempt, "angry")) == []
    house.do(events.Dispositioned(attempt, "promise"))
    (row,) = of_kind(commands.LogTry, house.do(events.Ended(attempt, "talked")))
    assert (row.disposition, row.said_before) == ("promise", "angry")


def test_a_promised_call_is_put_off_by_the_same_word_with_another_time():
    house = one_person()
    attempt = talked(house, "later")
    at = house.utc + 86_400
    said = house.do(events.Dispositioned(attempt, "later", again_at=at))
    assert not of_kind(commands.Settle, said)
    assert house.rows.of("spring")[FIRST].due_at == at


def test_what_came_after_the_try_counts_for_the_contact_but_a_refusal_always_does():
    for word, state in (("promise", "due"), ("no_more", "refused")):
        house = one_person()
        attempt = talked(house, "try_again")
        house.wait(3600)
        house.agents("ann")
        second = house.asked().attempt
        assert second != attempt
        house.do(events.Allowed(second))
        house.do(events.Ended(second, "busy"))
        said = house.do(events.Dispositioned(attempt, word))
        assert of_kind(commands.Settle, said)[0].attempt == attempt
        assert house.rows.states("spring") == {state: 1}


@pytest.mark.parametrize("stage", ["held", "asking", "dialling", "talking"])
def test_who_refuses_late_is_called_no_more_whatever_goes_on_with_them(stage):
    house = one_person()
    attempt = talked(house, "try_again")
    house.wait(3600)
    if stage != "held":
        house.agents("ann")
        second = house.asked().attempt
        if stage != "asking":
            house.do(events.Allowed(second))
        if stage == "talking":
            house.do(events.Answered(second))
            house.do(events.Connected(second, ANN))
    said = house.do(events.Dispositioned(attempt, "no_more"))
    assert of_kind(commands.DoNotCall, said)
    match stage:
        case "asking":
            assert of_kind(commands.Settle, house.do(events.Allowed(second)))[0].state == "released"
        case "dialling":
            assert of_kind(commands.GiveUp, said) == [commands.GiveUp(second)]
            house.do(events.Ended(second, "given_up"))
        case "talking":
            assert not of_kind(commands.GiveUp, said), "who talks is not given up"
            house.do(events.Dispositioned(second, "promise"))
            house.do(events.Ended(second, "talked"))
    assert house.rows.states("spring") == {"refused": 1}
    asked = len(of_kind(commands.Ask, house.said))
    house.wait(10_000)
    assert len(of_kind(commands.Ask, house.said)) == asked


def test_a_word_for_a_contact_whom_the_store_hands_out_at_that_moment_holds():
    house = one_person()
    attempt = talked(house, "try_again")
    house.answers = False
    house.wait(3600)
    (fetch,) = house.unanswered
    handed = house.rows.fetch(fetch, house.utc)
    assert len(handed.contacts) == 1
    house.do(events.Dispositioned(attempt, "no_more"))
    house.agents("ann")
    house.do(handed)
    assert house.rows.states("spring") == {"refused": 1}
    assert not house.core.state.campaigns["spring"].hands


def test_a_store_that_cannot_be_read_is_asked_again_and_a_restart_asks_anew():
    house = one_person()
    attempt = talked(house)
    house.recalls = False
    assert house.do(events.Dispositioned(attempt, "no_more")) == [commands.Recall(attempt, "spring")]
    house.do(events.Recalled(attempt, error="locked"))
    assert not of_kind(commands.Recall, house.wait(AGAIN_S - 1))
    assert of_kind(commands.Recall, house.wait(1)) == [commands.Recall(attempt, "spring")]
    data = house.core.snapshot()
    house.core.restore(data)
    assert commands.Recall(attempt, "spring") in house.do(events.Resumed())
    assert house.do(events.Dispositioned(attempt, "promise")) == [], "the store is asked already"
    house.do(house.rows.recall(commands.Recall(attempt, "spring")))
    assert house.rows.of("spring")[FIRST].contact.last_result == "promise", "the last word counts"


def test_an_answer_from_before_the_contact_was_written_is_asked_for_anew():
    house = one_person()
    attempt = talked(house, "try_again")
    house.wait(3600)
    house.recalls = False
    old = house.rows.recall(commands.Recall(attempt, "spring"))
    house.do(events.Dispositioned(attempt, "no_more"))
    house.agents("ann")
    second = house.asked().attempt
    house.do(events.Allowed(second))
    house.do(events.Ended(second, "busy"))
    house.recalls = True
    said = house.do(old)
    assert said[0] == commands.Recall(attempt, "spring")
    kept = house.rows.of("spring")[FIRST]
    assert (kept.state, kept.contact.asked, kept.contact.tries) == ("refused", 2, 2)


@pytest.mark.parametrize(
    ("attempt", "word"),
    [("spring/1.7/1", "promise"), ("spring/1.0/1", "promised"), ("winter/1.0/1", "promise"), ("nonsense", "promise")],
)
def test_of_what_is_not_known_nothing_is_said(attempt, word):
    house = one_person()
    talked(house)
    said = house.do(events.Dispositioned(AttemptId(attempt), word))
    assert [one for one in said if not isinstance(one, commands.Recall)] == []
    assert house.core.state.recalls == {}


def test_of_a_try_without_a_talk_nothing_can_be_said():
    house = one_person()
    attempt = house.placed()
    house.do(events.Ended(attempt, "busy"))
    said = house.do(events.Dispositioned(attempt, "no_more"))
    assert said == [commands.Recall(attempt, "spring")]
    assert house.rows.states("spring") == {"due": 1}


def test_a_promise_that_comes_late_makes_a_finished_campaign_run_again():
    house = one_person()
    attempt = talked(house)
    assert house.core.state.campaigns["spring"].state == "finished"
    house.do(events.Dispositioned(attempt, "later", again_at=house.utc + 600))
    assert house.core.state.campaigns["spring"].state == "running"
    house.agents("ann")
    house.wait(600)
    assert house.asked().attempt == "spring/1.0/2"


def test_a_refusal_after_the_list_was_removed_is_on_the_do_not_call_list():
    house = one_person()
    attempt = talked(house)
    house.recalls = False
    house.do(events.Dispositioned(attempt, "no_more"))
    found = house.rows.recall(commands.Recall(attempt, "spring"))
    said = house.do(events.Recalled(attempt, found.row))
    assert [one.number for one in of_kind(commands.DoNotCall, said)] == [NUMBER]
    assert not of_kind(commands.KeepContact, said)
