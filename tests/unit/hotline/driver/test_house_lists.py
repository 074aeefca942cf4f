"""The do-not-call check of the house: the file and the lists together, for every process, and closed on any error."""

import asyncio
import time
from pathlib import Path

import pytest

from hotline.driver.do_not_call import NumberList, may_call
from hotline.driver.house_lists import HouseLists
from hotline.suppression import entries, imports
from hotline.suppression.entries import Wish
from hotline.suppression.lists import Lists

pytestmark = pytest.mark.unit

ZHANG, LI, WANG = "+8613800138000", "+8613900139000", "+8613700137000"
ASKED = Wish(source="phone", reason="asked", author="lin")
LISTED = (False, "on the do-not-call list")


def house(store: Path, file: Path | None = None) -> HouseLists:
    return HouseLists(NumberList(file, "CN"), lambda: Lists(store, store.parent / "suppression"))


async def test_the_file_and_the_lists_forbid_alike_and_at_once(store: Path) -> None:
    file = store.with_name("unwanted.txt")
    file.write_text("13800138000\n", encoding="utf-8")
    lists = house(store, file)
    assert await may_call(lists, ZHANG) == LISTED
    assert await may_call(lists, LI) == (True, "")
    entries.add(store, [LI], ASKED, time.time())
    assert await may_call(lists, LI) == LISTED
    imported = store.with_name("registry.csv")
    imported.write_text("13700137000\n", encoding="utf-8")
    imports.import_file(store, store.parent / "suppression", imported, ASKED, "CN")
    assert await may_call(lists, WANG) == LISTED


async def test_a_list_for_one_campaign_or_of_another_kind_forbids_no_callback(store: Path) -> None:
    entries.add(store, [LI], Wish(scope="campaign:spring", source="s", reason="r", author="a"), time.time())
    entries.add(store, [LI], Wish(list="vip", source="s", reason="r", author="a"), time.time())
    assert await may_call(house(store), LI) == (True, "")


async def test_lists_that_cannot_be_read_forbid_all_until_they_can(store: Path) -> None:
    imported = store.with_name("registry.csv")
    imported.write_text("13700137000\n", encoding="utf-8")
    imports.import_file(store, store.parent / "suppression", imported, ASKED, "CN")
    (snapshot,) = (store.parent / "suppression").glob("*.numbers")
    away = snapshot.rename(store.with_name("away"))
    lists = house(store)
    watching = asyncio.create_task(lists.watch())
    assert await may_call(lists, LI) == (False, "the do-not-call list cannot be read")
    away.rename(snapshot)
    assert await may_call(lists, LI) == (True, "")
    assert await may_call(lists, WANG) == LISTED
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_a_store_of_before_forbids_all(tmp_path: Path) -> None:
    allowed, reason = await may_call(house(tmp_path / "hotline.db"), LI)
    assert not allowed
    assert "no store of this release" in reason
