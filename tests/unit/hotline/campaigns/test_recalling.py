"""A try that is over is found in the store with its contact as it is now, for as long as the list is there."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns.commands import Recall
from dialer.campaigns.events import Recalled
from hotline.campaigns.fetching import Fetching
from hotline.campaigns.recalling import past_try
from hotline.contacts.importing import remove
from hotline.store.writer import Writer
from tests.unit.hotline.campaigns.stores import NOW, Campaign, a_try, import_people, log_tries

pytestmark = pytest.mark.unit

TRY = AttemptId("calls/1.2/1")


def recall(store: Path, attempt: str = TRY, campaign: str = "calls") -> Recalled:
    async def run() -> Recalled:
        writer = Writer(store, lambda trouble: None)
        found = await Fetching(store, writer, lambda: NOW).recall(Recall(AttemptId(attempt), campaign))
        await writer.close()
        return found

    return asyncio.run(run())


@pytest.fixture
def campaign(store: Path) -> Campaign:
    import_people(store, [("C1", 1), ("C2", 2)])
    return Campaign(store)


def test_a_try_has_all_that_was_logged_of_it_and_the_contact_as_it_is_now(campaign: Campaign) -> None:
    first = campaign.fetch(1).contacts[0]
    contact = msgspec.structs.replace(first, tries=1, asked=1, waits=(("+8613800130001", NOW + 60),))
    campaign.keep(contact, "due", 60)
    logged = a_try(
        f"calls/1.{first.key.row}/1",
        first.key.row,
        answered_at=2.0,
        connected_at=3.0,
        agent=AgentId("8001"),
        result="talked",
        disposition="promise",
        said_before="angry",
        reservation=77,
        call="call-1",
    )
    log_tries(campaign.store, logged)
    found = recall(campaign.store, logged.attempt)
    assert found == Recalled(logged.attempt, logged, contact, "spring", NOW + 60)
    assert past_try(campaign.store, logged.attempt) == logged


def test_a_try_that_is_not_there_or_of_another_campaign_is_none(campaign: Campaign) -> None:
    log_tries(campaign.store, a_try(TRY, 2))
    assert recall(campaign.store, "calls/1.2/9") == Recalled(AttemptId("calls/1.2/9"))
    assert recall(campaign.store, TRY, "others") == Recalled(TRY)
    assert past_try(campaign.store, AttemptId("calls/1.2/9")) is None


def test_of_a_list_that_another_one_has_replaced_the_try_is_there_without_its_contact(campaign: Campaign) -> None:
    first = campaign.fetch(1).contacts[0]
    row = a_try(f"calls/1.{first.key.row}/1", first.key.row)
    log_tries(campaign.store, row)
    import_people(campaign.store, [("C1", 1)], replace=True)
    found = recall(campaign.store, row.attempt)
    assert (found.row, found.contact) == (row, None)
    remove(campaign.store, "spring")
    assert recall(campaign.store, row.attempt).contact is None
