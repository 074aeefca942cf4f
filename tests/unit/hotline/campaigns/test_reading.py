"""What people see of a campaign: how it is, whom it has, what it knows of them; masked."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from calls.errors import BadInput
from dialer.campaigns.commands import CampaignChanged
from dialer.campaigns.settings import ListShare
from hotline.campaigns import showing
from hotline.campaigns.reading import Lists, Standing, contacts, lists_of, standing
from hotline.campaigns.rows import CampaignRows
from hotline.contacts.importing import Wanted, import_list
from hotline.views.masking import leg_row, parties
from tests.unit.hotline.campaigns.stores import NOW, Campaign, import_people, settings

pytestmark = pytest.mark.unit


def test_a_campaign_that_was_never_started_is_ready_and_has_its_people(store: Path) -> None:
    assert standing(store, "calls") == Standing("ready")
    both = settings(lists=(ListShare("spring"), ListShare("friends")))
    assert lists_of(store, both) == Lists(0, 0, {}, ("spring", "friends"))
    import_people(store, [("C1", 1), ("C2", 2)])
    assert lists_of(store, both) == Lists(2, 2, {}, ("friends",))


def test_people_are_counted_by_their_state(store: Path) -> None:
    import_people(store, [(f"C{place}", place) for place in range(5)])
    campaign = Campaign(store)
    one, two, _ = campaign.fetch(3).contacts
    campaign.keep(msgspec.structs.replace(one, tries=1, asked=2, last_result="busy"), "due", 60)
    campaign.keep(two, "denied", detail="house.complained")
    assert lists_of(store, settings()) == Lists(5, 2, {"in_hand": 1, "due": 1, "denied": 1})
    first, second, third = contacts(store, "calls")
    assert (first.list, first.row, first.person, first.state, first.due_at) == ("spring", 2, "C0", "due", NOW + 60)
    assert (first.tries, first.last_result, first.attempt) == (1, "busy", "calls/1.2/2")
    assert (second.detail, second.attempt, third.state) == ("house.complained", "", "in_hand")
    assert [one.person for one in contacts(store, "calls", "denied")] == ["C1"]
    assert [one.person for one in contacts(store, "calls", most=1, after=(1, 2))] == ["C1"]
    assert contacts(store, "others") == []
    with pytest.raises(BadInput, match="no state 'gone'; there are fresh, in_hand"):
        contacts(store, "calls", "gone")


def test_it_is_as_it_was_told_last(store: Path) -> None:
    connection = sqlite3.connect(store, isolation_level=None)
    rows = CampaignRows(connection.execute, lambda: NOW)  # type: ignore[arg-type]
    rows.take(CampaignChanged("calls", "running", "progressive", "no history yet", "li", "day 1"))
    assert standing(store, "calls") == Standing("running", "progressive", "no history yet", "li", "day 1")
    rows.take(CampaignChanged("calls", "paused", "predictive", "", "wang", "lunch"))
    assert standing(store, "calls") == Standing("paused", "predictive", "", "wang", "lunch")
    connection.close()
    shown = showing.shown(store, settings(mode="predictive"))
    assert (shown["state"], shown["mode"], shown["reason"], shown["missing_lists"]) == (
        *("paused", "predictive", "lunch", ("spring",)),
    )


def test_names_and_numbers_are_masked_unless_asked_for(store: Path) -> None:
    file = store.with_name("people.csv")
    file.write_text("姓名,手机\n王小芳,13800138000\n")
    import_list(store, file, Wanted("spring", "CN", "test"))
    Campaign(store).fetch(1)
    (one,) = contacts(store, "calls")
    assert showing.shown_contact(one, reveal=False)["name"] == "王**"
    assert showing.shown_contact(one, reveal=False)["numbers"] == ["+86*******8000"]
    assert showing.shown_contact(one, reveal=True)["numbers"] == ["+8613800138000"]


def test_the_person_of_a_call_is_masked_though_the_call_goes_out() -> None:
    assert parties("out", "+8613800138000", "95183") == ("+86*******8000", "9***3")
    assert parties("out", "8001", "+8613800138000") == ("8001", "+86*******8000")
    assert leg_row({"role": "contact", "party": "+8613800138000"})["party"] == "+86*******8000"
