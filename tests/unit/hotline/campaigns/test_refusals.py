"""Whoever wants no more calls is on the do-not-call list with the event itself, and once, whatever is replayed."""

import asyncio
from pathlib import Path

import pytest

from calls.ids import AttemptId
from dialer.campaigns.commands import DoNotCall
from hotline.campaigns.rows import CampaignRows
from hotline.store.writer import Writer
from hotline.suppression import entries
from hotline.suppression.lists import Lists
from tests.unit.hotline.campaigns.stores import NOW

pytestmark = pytest.mark.unit

NUMBER = "+8613800130001"


def refuse(store: Path, attempt: str = "calls/1.2/1", times: int = 1) -> None:
    async def run() -> None:
        writer = Writer(store, lambda trouble: None)
        rows = CampaignRows(writer.write, lambda: NOW)
        for _ in range(times):
            rows.take(DoNotCall(NUMBER, "C1", "calls", AttemptId(attempt), "no_more: said so twice"))
        await writer.close()

    asyncio.run(run())


def test_the_number_is_on_the_list_and_the_lists_take_it_up(store: Path) -> None:
    with Lists(store, store.parent) as lists:
        assert lists.lists_of(NUMBER, NOW + 1) == ()
        refuse(store)
        (listed,) = lists.lists_of(NUMBER, NOW + 1)
    assert (listed.list, listed.source, listed.reason) == ("do_not_call", "calls/1.2/1", "no_more: said so twice")


def test_a_replay_adds_nothing_also_after_somebody_has_taken_it_off(store: Path) -> None:
    refuse(store, times=2)
    with Lists(store, store.parent) as lists:
        assert len(lists.lists_of(NUMBER, NOW + 1)) == 1
        entries.end(store, 1, "li", "a mistake", NOW + 2)
        refuse(store)
        assert lists.lists_of(NUMBER, NOW + 3) == ()
        refuse(store, "calls/1.2/2")
        assert len(lists.lists_of(NUMBER, NOW + 3)) == 1, "they have said so again"
