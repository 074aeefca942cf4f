"""Deltas of shared lists: in sequence, signed, and of nobody outside the group."""

import time
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.store import opening
from hotline.suppression import entries, sharing
from hotline.suppression.entries import Wish
from hotline.suppression.keyed_hashes import NumberHashes
from hotline.suppression.lists import Lists

pytestmark = pytest.mark.unit

ZHANG, LI = "+8613800138000", "+8613900139000"
ASKED = Wish(source="phone", reason="asked", author="lin")
SHARED = frozenset({"do_not_call"})
HASHES = NumberHashes("a secret that only the group has, all of it")


@pytest.fixture
def other(store: Path) -> Path:
    path = store.with_name("other.db")
    opening.migrate(path)
    return path


def known(database: Path, number: str) -> list[tuple[str, str]]:
    with Lists(database, database.parent, HASHES) as lists:
        return [(one.list, one.source) for one in lists.lists_of(number)]


def test_the_other_site_refuses_the_number_and_never_sees_it(store: Path, other: Path) -> None:
    entries.add(store, [ZHANG], ASKED, time.time())
    sent = sharing.export(store, HASHES, "beijing", SHARED)
    assert b"13800138000" not in sent
    assert sharing.apply(other, HASHES, "shanghai", sent).result == "applied"
    assert known(other, ZHANG) == [("do_not_call", "site beijing")]
    assert known(other, LI) == []
    assert [(peer.site, peer.numbers) for peer in sharing.peers(other)] == [("beijing", 1)]


def test_what_is_taken_off_there_is_revoked_here(store: Path, other: Path) -> None:
    (entry,) = entries.add(store, [ZHANG], ASKED, time.time())
    first = sharing.apply(other, HASHES, "shanghai", sharing.export(store, HASHES, "beijing", SHARED))
    entries.end(store, entry, "chen", "wrong", time.time())
    sharing.apply(other, HASHES, "shanghai", sharing.export(store, HASHES, "beijing", SHARED, first.applied))
    assert known(other, ZHANG) == []


def test_a_gap_is_told_with_where_to_begin(store: Path, other: Path) -> None:
    entries.add(store, [ZHANG], ASKED, time.time())
    sharing.apply(other, HASHES, "shanghai", sharing.export(store, HASHES, "beijing", SHARED))
    entries.add(store, [LI], ASKED, time.time())
    lost = sharing.export(store, HASHES, "beijing", SHARED, 1)
    entries.add(store, ["+8613700137000"], ASKED, time.time())
    later = sharing.apply(other, HASHES, "shanghai", sharing.export(store, HASHES, "beijing", SHARED, 2))
    assert (later.result, later.applied) == ("gap", 1)
    assert known(other, "+8613700137000") == []
    again = sharing.export(store, HASHES, "beijing", SHARED, later.applied)
    assert sharing.apply(other, HASHES, "shanghai", again).applied == 3
    assert sharing.apply(other, HASHES, "shanghai", lost).result == "known"
    assert known(other, LI) == known(other, "+8613700137000") == [("do_not_call", "site beijing")]


def test_only_what_holds_everywhere_on_a_shared_list_is_told(store: Path, other: Path) -> None:
    entries.add(store, [ZHANG], Wish(list="vip", source="s", reason="r", author="a"), time.time())
    entries.add(store, [ZHANG], Wish(scope="campaign:spring", source="s", reason="r", author="a"), time.time())
    entries.add(store, [LI], Wish(source="s", reason="r", author="a", until=time.time() + 60), time.time())
    sharing.apply(other, HASHES, "shanghai", sharing.export(store, HASHES, "beijing", SHARED))
    assert known(other, ZHANG) == []
    with Lists(other, other.parent, HASHES) as lists:
        assert lists.lists_of(LI)
        assert not lists.lists_of(LI, time.time() + 61)


def test_another_secret_reads_and_signs_nothing(store: Path, other: Path) -> None:
    entries.add(store, [ZHANG], ASKED, time.time())
    stranger = NumberHashes("another secret, which is as long as the first")
    sent = sharing.export(store, stranger, "beijing", SHARED)
    with pytest.raises(BadInput, match="the signature is wrong"):
        sharing.apply(other, HASHES, "shanghai", sent)
    with pytest.raises(BadInput, match="of beijing itself"):
        sharing.apply(other, stranger, "beijing", sent)
    with pytest.raises(BadInput, match="too short"):
        NumberHashes("short")


def test_more_changes_than_one_delta_holds_come_in_several(
    store: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_CHANGES", 3)
    numbers = [f"+86{13_800_138_000 + count}" for count in range(8)]
    entries.add(store, numbers, ASKED, time.time())
    applied = -1
    for _ in range(4):
        sent = sharing.export(store, HASHES, "beijing", SHARED, max(applied, 0))
        applied = sharing.apply(other, HASHES, "shanghai", sent).applied
    assert applied == 8
    assert all(known(other, number) for number in numbers)
