"""Lists of numbers: entries with source, reason, end and undo; imports; look-ups that know of every process."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calls.errors import BadInput
from hotline.suppression import entries, imports, snapshot
from hotline.suppression.entries import Wish
from hotline.suppression.imports import import_file
from hotline.suppression.lists import Lists, forbidding

pytestmark = pytest.mark.unit

ZHANG, LI, WANG = "+8613800138000", "+8613900139000", "+8617012345678"
ASKED = Wish(source="phone", reason="asked not to be called", author="lin")


@pytest.fixture
def lists(store: Path) -> Lists:
    return Lists(store, store.parent / "suppression")


def names(lists: Lists, number: str, at: float | None = None) -> list[tuple[str, str]]:
    return [(one.list, one.scope) for one in lists.lists_of(number, at)]


def test_an_entry_holds_at_once_for_every_process(store: Path, lists: Lists) -> None:
    assert names(lists, ZHANG) == []
    (first,) = entries.add(store, [ZHANG], ASKED, time.time())
    (found,) = lists.lists_of(ZHANG)
    assert (found.list, found.scope, found.source, found.reason) == ("do_not_call", "", "phone", ASKED.reason)
    assert forbidding([found]) == (found,)
    assert names(lists, LI) == []
    assert entries.add(store, [ZHANG], ASKED, time.time()) == [first], "no second entry for the same"


def test_an_entry_ends_at_its_instant_and_not_before(store: Path, lists: Lists) -> None:
    now = time.time()
    entries.add(store, [ZHANG], Wish(source="s", reason="r", author="a", until=now + 100), now)
    assert names(lists, ZHANG, now + 99.999) == [("do_not_call", "")]
    assert names(lists, ZHANG, now + 100) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"list": "Do Not Call"}, "is no list"),
        ({"scope": "all"}, "is no scope"),
        ({"until": 1.0}, "is past"),
    ],
)
def test_a_wish_that_says_too_little_is_refused(store: Path, changed: dict[str, object], told: str) -> None:
    wish = Wish(**{"source": "s", "reason": "r", "author": "a", **changed})  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=told):
        entries.add(store, [ZHANG], wish, time.time())


def test_what_was_taken_off_stays_in_the_history_with_author_and_reason(store: Path, lists: Lists) -> None:
    entries.add(store, [ZHANG], ASKED, time.time())
    gone = lists.remove(ZHANG, "do_not_call", "", "chen", "a wrong number was given")
    assert gone.still_by == ()
    assert names(lists, ZHANG) == []
    with sqlite3.connect(store) as connection:
        (entry,) = entries.of_number(connection, ZHANG, over=True)
    connection.close()
    assert (entry.id, entry.author, entry.over_by, entry.over_why) == (
        gone.ended[0],
        "lin",
        "chen",
        "a wrong number was given",
    )
    with pytest.raises(BadInput, match="not on this list"):
        lists.remove(ZHANG, "do_not_call", "", "chen", "again")
    with pytest.raises(BadInput, match="over already: chen"):
        entries.end(store, entry.id, "chen", "again", time.time())


def test_scopes_and_prefixes_are_told_and_do_not_forbid_elsewhere(store: Path, lists: Lists) -> None:
    entries.add(store, [ZHANG], Wish(scope="campaign:spring", source="s", reason="r", author="a"), time.time())
    entries.add(store, ["+86170"], Wish(source="s", reason="virtual operator", author="a"), time.time(), "prefix")
    assert names(lists, ZHANG) == [("do_not_call", "campaign:spring")]
    assert forbidding(lists.lists_of(ZHANG)) == ()
    assert names(lists, WANG) == [("do_not_call", "prefix:+86170")]
    assert forbidding(lists.lists_of(WANG))
    assert names(lists, "+8617112345678") == []
    assert names(lists, "+8617") == []


def test_short_codes_are_listed_too(store: Path, lists: Lists) -> None:
    entries.add(store, ["95188"], ASKED, time.time())
    assert names(lists, "95188") == [("do_not_call", "")]
    assert names(lists, "+95188") == []


def listed(path: Path, lines: str) -> Path:
    path.write_text(lines, encoding="utf-8")
    return path


def imported(store: Path, path: Path, wish: Wish = ASKED, **more: bool) -> imports.Imported:
    return import_file(store, store.parent / "suppression", path, wish, "CN", **more)


def test_an_import_holds_for_each_of_its_numbers_and_survives_a_restart(store: Path, lists: Lists) -> None:
    done = imported(store, listed(store.parent / "a.csv", f"phone,name\n138 0013 8000,张三\n{LI}\n95188\n"))
    assert (done.numbers, done.lines, done.unreadable_count, done.replaced) == (3, 4, 0, ())
    for known in (lists, Lists(store, store.parent / "suppression")):
        assert names(known, ZHANG) == names(known, "95188") == [("do_not_call", "")]
        assert names(known, WANG) == []


def test_a_line_without_a_number_refuses_the_file_unless_the_rest_is_wanted(store: Path, lists: Lists) -> None:
    path = listed(store.parent / "a.csv", "13800138000\n1.38E+10,Li\n")
    done = imported(store, path)
    assert done.made is None
    assert [(one.line, one.told[:8]) for one in done.unreadable] == [(2, "1.38E+10")]
    assert names(lists, ZHANG) == []
    assert imported(store, path, load_the_rest=True).made == 1
    assert names(lists, ZHANG) == [("do_not_call", "")]
    assert imports.imports(store)[0].unreadable == 1


def test_a_later_file_of_the_same_source_takes_the_place_of_the_earlier(store: Path, lists: Lists) -> None:
    first = imported(store, listed(store.parent / "a.csv", "13800138000\n"))
    other = imported(store, listed(store.parent / "b.csv", "17012345678\n"), Wish(source="b", reason="r", author="a"))
    later = imported(store, listed(store.parent / "a.csv", "13900139000\n"))
    assert later.replaced == (first.made,)
    assert (names(lists, ZHANG), len(names(lists, LI)), len(names(lists, WANG))) == ([], 1, 1)
    assert imports.undo(store, store.parent / "suppression", later.made or 0, "chen", "wrong file") == [first.made]
    assert (len(names(lists, ZHANG)), names(lists, LI), len(names(lists, WANG))) == (1, [], 1)
    assert {one.id for one in imports.imports(store)} == {first.made, other.made}


def test_a_copy_is_as_old_as_the_oldest_file_that_holds_of_its_list(store: Path, lists: Lists) -> None:
    until = time.time() + 3_600

    def take(source: str, **more: Any) -> None:
        wish = Wish(source=source, reason="r", author="a", **{"list": "registry", **more})
        imported(store, listed(store.parent / "a.csv", "13800138000\n"), wish)
        lists.refresh()

    take("for spring", list="partner", scope="campaign:spring")
    assert lists.as_of(until - 1) == {}, "a file for one campaign is no copy of the list"
    take("east", until=until)
    east = lists.as_of(until - 1)["registry"]
    take("west")
    assert lists.as_of(until - 1) == {"registry": east}
    west = lists.as_of(until)["registry"]
    assert east < west, "the eastern one has ended by itself"
    take("east")
    assert lists.as_of(until - 1) == {"registry": west}


def test_a_number_is_lifted_from_an_import_until_the_next_one_lists_it_again(store: Path, lists: Lists) -> None:
    path = listed(store.parent / "a.csv", "13800138000\n13900139000\n")
    imported(store, path)
    gone = lists.remove(ZHANG, "do_not_call", "", "chen", "they want to be called")
    assert gone.lifted is not None
    assert names(lists, ZHANG) == []
    assert len(names(lists, LI)) == 1
    entries.end(store, gone.lifted, "chen", "they do not", time.time())
    assert len(names(lists, ZHANG)) == 1
    lists.remove(ZHANG, "do_not_call", "", "chen", "they do")
    imported(store, path)
    assert len(names(lists, ZHANG)) == 1, "the source says so anew"


@pytest.mark.parametrize("at", [0, 20, 60, -5])
def test_a_snapshot_that_was_changed_forbids_all(store: Path, lists: Lists, at: int) -> None:
    imported(store, listed(store.parent / "a.csv", "13800138000\n"))
    (path,) = (store.parent / "suppression").glob("*.numbers")
    whole = bytearray(path.read_bytes())
    whole[at] ^= 1
    path.write_bytes(whole)
    with pytest.raises(BadInput):
        lists.lists_of(LI)
    path.unlink()
    with pytest.raises(OSError, match=r"numbers"):
        lists.lists_of(LI)


def test_every_cut_of_a_snapshot_is_found(tmp_path: Path) -> None:
    numbers = snapshot.NumberSet()
    numbers.add(np.array([8613800138000, 442079460958], np.uint64))
    path = tmp_path / "a.numbers"
    snapshot.write(path, snapshot.Snapshot(numbers.freeze(), frozenset({"95188"})))
    whole = path.read_bytes()
    assert ZHANG in snapshot.read(path)
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(BadInput):
            snapshot.read(path)


def test_ten_thousand_are_scrubbed_without_one_that_slips_through(store: Path, lists: Lists) -> None:
    numbers = [f"+86{13_000_000_000 + count}" for count in range(10_000)]
    imported(store, listed(store.parent / "a.csv", "".join(f"{one}\n" for one in numbers[::2])))
    entries.add(store, numbers[1::4], ASKED, time.time())
    told = lists.scrubbed(numbers)
    assert [bool(one) for one in told] == [count % 4 != 3 for count in range(10_000)]


def test_a_store_of_before_forbids_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no store of this release"):
        Lists(tmp_path / "hotline.db", tmp_path)
