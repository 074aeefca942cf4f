"""Contacts are handed out once: in their order, those first that are due; over kills, replaced lists and doubles."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from calls.ids import AttemptId
from dialer.campaigns.commands import Fetch
from dialer.campaigns.contacts import Contact
from dialer.campaigns.settings import Order
from hotline.campaigns import picking
from hotline.campaigns.fetching import Fetching
from hotline.contacts.importing import Wanted, import_list, remove
from hotline.store import campaign_tables
from hotline.store.writer import Writer
from tests.unit.hotline.campaigns.stores import NOW, Campaign, import_people

pytestmark = pytest.mark.unit

FIVE = [(f"C{place}", place) for place in range(1, 6)]


@pytest.fixture
def campaign(store: Path) -> Campaign:
    import_people(store, FIVE)
    return Campaign(store)


def tried(contact: Contact, **changed: object) -> Contact:
    return msgspec.structs.replace(contact, **{"tries": 1, "asked": 1, **changed})


def test_a_contact_has_numbers_zone_and_attributes(store: Path) -> None:
    file = store.with_name("people.csv")
    file.write_text("客户号,合同号,姓名,手机,手机2,时区2,等级\nC1,A1,王芳,13800130001,13800130002,Asia/Tokyo,gold\n")
    import_list(store, file, Wanted("spring", "CN", "test", zone="Asia/Shanghai"))
    (contact,) = Campaign(store).fetch(9).contacts
    assert [(one.number, one.zone) for one in contact.numbers] == [
        ("+8613800130001", "Asia/Shanghai"),
        ("+8613800130002", "Asia/Tokyo"),
    ]
    assert (contact.person, contact.account, contact.name, contact.attributes) == ("C1", "A1", "王芳", {"等级": "gold"})
    assert (contact.tries, contact.asked, contact.next_number, contact.bad) == (0, 0, 0, ())


@pytest.mark.parametrize(
    ("order", "first", "second"), [("listed", ["C1", "C2"], ["C3", "C4"]), ("newest", ["C5", "C4"], ["C3", "C2"])]
)
def test_each_is_handed_out_once_in_the_order(campaign: Campaign, order: Order, first: list[str], second: list[str]):
    assert campaign.keys(2, order=order) == first
    assert campaign.keys(2, order=order) == second
    assert len(campaign.keys(9, order=order)) == 1
    assert campaign.keys(9, order=order) == []
    assert set(campaign.rows().values()) == {"in_hand"}


def test_an_order_that_changes_under_way_loses_nobody(campaign: Campaign) -> None:
    assert campaign.keys(2, order="listed") + campaign.keys(2, order="newest") == ["C1", "C2", "C5", "C4"]
    assert campaign.keys(9, order="fewest_tries") == ["C3"]


def test_two_campaigns_have_each_their_own(campaign: Campaign) -> None:
    assert campaign.keys(9) == Campaign(campaign.store, "others").keys(9)


def test_the_same_fetch_again_is_given_the_same_as_they_were(campaign: Campaign) -> None:
    (first,) = campaign.fetch(1).contacts
    known = tried(
        first, bad=("+8613800130001",), waits=(("+8613800130001", NOW + 5.5),), last_result="busy", agent="8001"
    )
    campaign.keep(known, "due", 0)
    before = campaign.fetch(2, again="x")
    assert [contact.person for contact in before.contacts] == ["C1", "C2"]
    assert before.contacts[0] == known
    assert sorted(campaign.fetch(2, again="x").contacts, key=lambda one: one.key.row) == list(before.contacts)
    campaign.keep(tried(before.contacts[0]), "reached")
    campaign.keep(tried(before.contacts[1]), "reached")
    assert [contact.person for contact in campaign.fetch(2, again="x").contacts] == ["C3", "C4"]


def test_those_come_first_who_are_due_again_and_nobody_before_their_time(campaign: Campaign) -> None:
    first, second = campaign.fetch(2).contacts
    campaign.keep(tried(second), "due", 60)
    campaign.keep(tried(first), "due", 120)
    assert campaign.keys(1) == ["C3"]
    campaign.now = NOW + 60
    found = campaign.fetch(9)
    assert [contact.person for contact in found.contacts] == ["C2", "C4", "C5"]
    assert found.next_due_at == NOW + 120
    campaign.now = NOW + 119.9
    assert campaign.keys(9) == []
    campaign.now = NOW + 120
    found = campaign.fetch(9)
    assert [contact.person for contact in found.contacts] == ["C1"]
    assert found.next_due_at is None


def test_those_with_the_fewest_tries_come_first_where_that_is_the_order(campaign: Campaign) -> None:
    one, two, three = campaign.fetch(3).contacts
    campaign.keep(tried(one, tries=2), "due", -9)
    campaign.keep(tried(two, tries=1), "due", -5)
    campaign.keep(three, "fresh")
    assert campaign.keys(9, order="fewest_tries") == ["C3", "C4", "C5", "C2", "C1"]


def test_whoever_is_given_back_untried_is_handed_out_again(campaign: Campaign) -> None:
    first, second = campaign.fetch(2).contacts
    campaign.keep(second, "fresh")
    assert campaign.keys(2) == ["C2", "C3"]
    assert campaign.keys(9) == ["C4", "C5"]
    campaign.keep(first, "denied", detail="house.complained")
    assert campaign.keys(9) == []
    assert campaign.rows()["C1"] == "denied"


def test_a_person_of_two_lists_has_one_row_that_counts(campaign: Campaign) -> None:
    import_people(campaign.store, [("C9", 9), ("C2", 22), ("C3", 3)], "friends")
    first = campaign.fetch(2).contacts
    assert campaign.keys(9, "friends") == ["C9", "C3"]
    assert campaign.rows()["C2/2"] == "spent"
    assert campaign.keys(9) == ["C4", "C5"], "C3 is in hand of friends"
    campaign.keep(first[1], "due", 0)
    assert campaign.keys(9, "friends") == []
    assert campaign.keys(9) == ["C2"]


def test_a_list_that_took_the_place_of_another_goes_on_where_that_one_stopped(campaign: Campaign) -> None:
    one, two, three, four = campaign.fetch(4).contacts
    campaign.keep(tried(one), "reached")
    waits = (("+8613800130002", NOW + 1), ("+8613800130009", NOW + 1))
    campaign.keep(tried(two, tries=2, bad=("+8613800130002", "+8613800130009"), waits=waits), "due", -1)
    campaign.keep(tried(three), "due", 60)
    import_people(campaign.store, [*reversed(FIVE), ("C6", 6)], replace=True)
    found = campaign.fetch(9)
    assert [contact.person for contact in found.contacts] == ["C5", "C2", "C6"]
    assert found.next_due_at == NOW + 60
    again = found.contacts[1]
    assert (again.tries, again.asked, again.bad) == (2, 0, ("+8613800130002",))
    assert again.waits == waits[:1]
    assert campaign.rows() == {
        **{"C1/2": "reached", "C2/2": "in_hand", "C3/2": "due", "C5/2": "in_hand", "C6/2": "in_hand"},
        "C4/2": "due",
    }
    campaign.now = NOW + 599
    assert campaign.keys(9) == ["C3"]
    campaign.now = NOW + 600
    assert campaign.keys(9) == ["C4"], "the row of before was in hand"
    assert four.person == "C4"


def test_a_list_that_is_not_there_is_an_answer(campaign: Campaign) -> None:
    found = campaign.fetch(9, "sprung")
    assert (found.contacts, found.error) == ((), "no list sprung was imported")


def test_a_list_that_is_removed_takes_along_what_campaigns_know(campaign: Campaign) -> None:
    import_people(campaign.store, [("C9", 9)], "friends")
    campaign.fetch(2)
    campaign.fetch(2, "friends")
    import_people(campaign.store, FIVE, replace=True)
    remove(campaign.store, "spring")
    assert campaign.rows() == {"C9/2": "in_hand"}


def test_fetches_of_one_moment_hand_out_nobody_twice(campaign: Campaign) -> None:
    async def run() -> list[str]:
        writer = Writer(campaign.store, lambda trouble: None)
        fetching = Fetching(campaign.store, writer, lambda: NOW)
        wanted = [Fetch("calls", AttemptId(f"f{count}"), "spring", "listed", 2) for count in range(4)]
        found = await asyncio.gather(*map(fetching.fetch, wanted))
        await writer.close()
        return [contact.person for one in found for contact in one.contacts]

    assert asyncio.run(run()) == ["C1", "C2", "C3", "C4", "C5"]


def test_a_cursor_that_is_lost_costs_nobody(campaign: Campaign) -> None:
    campaign.fetch(3)
    with closing(sqlite3.connect(campaign.store)) as connection, connection:
        connection.execute("DELETE FROM campaign_cursors")
    assert campaign.keys(9) == ["C4", "C5"]


def test_the_tables_are_those_of_the_migration(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        for name, table in campaign_tables.metadata.tables.items():
            if name.startswith("campaign_"):
                there = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                assert there == list(table.c.keys())
                indexes = {row[1] for row in connection.execute(f"PRAGMA index_list({name})") if row[3] == "c"}
                assert indexes == {index.name for index in table.indexes}


@pytest.mark.parametrize(
    "query", [text for name, text in vars(picking).items() if name.isupper() and re.match("SELECT.*WHERE", str(text))]
)
def test_every_query_is_a_walk_along_an_index_of_its_own(store: Path, query: str) -> None:
    """The primary key alone, by campaign or list, would be a walk along all of a million people."""
    whole = query.format("ASC") if "{}" in query else query
    with closing(sqlite3.connect(store)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {whole}", [0] * whole.count("?"))]
    assert not [line for line in plan if line.startswith("SCAN") or "PRIMARY KEY (campaign=?)" in line]
    assert not [line for line in plan if line.endswith(("PRIMARY KEY (list=?)", "PRIMARY KEY (campaign=? AND list=?)"))]
