"""The write-ahead files hold what a controller that is killed has done and not yet committed."""

from pathlib import Path

import pytest

from calls.events import DigitPressed
from calls.ids import LegId
from control.routing.assembly import make_router
from control.routing.router import Router
from hotline.journal import write_ahead
from hotline.journal.reading import Entry
from hotline.journal.recovery import recover
from hotline.journal.write_ahead import WriteAhead
from hotline.store import opening, statements
from hotline.store.writer import Writer
from tests.unit.control.harness import PROGRAM, VERSION, Directory, configuration

pytestmark = pytest.mark.unit


def event(number: int) -> bytes:
    return b'{"type":"DigitPressed","leg":"anna","digit":"%d"}' % (number % 10)


def entry(number: int) -> Entry:
    return Entry(number, number / 2, DigitPressed(LegId("anna"), str(number % 10)))


def router() -> Router:
    return make_router({VERSION: PROGRAM}, lambda version: configuration(), Directory())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "hotline.db"


def opened(database: Path) -> WriteAhead:
    kept = WriteAhead(database)
    kept.open((), 0)
    return kept


def test_what_follows_the_store_is_there_and_what_it_has_is_not_told_twice(database: Path) -> None:
    kept = opened(database)
    for number in range(1, 6):
        kept.add(number, number / 2, event(number), number, 0)
    assert WriteAhead(database).after(3) == [entry(4), entry(5)]
    assert WriteAhead(database).after(5) == []
    assert WriteAhead(database).after(9) == []


def test_a_line_that_was_cut_short_spoils_no_other(database: Path) -> None:
    kept = opened(database)
    kept.add(1, 0.5, event(1), 1, 0)
    path = database.with_name("hotline.db-tail1")
    path.write_bytes(path.read_bytes() + b'\n[2,1.0,{"type":"Dig')
    kept.add(2, 1.0, event(2), 2, 0)
    path.write_bytes(path.read_bytes() + b"\n[3,1.5,{")
    assert WriteAhead(database).after(0) == [entry(1), entry(2)]


def test_behind_a_gap_nothing_is_believed(database: Path) -> None:
    kept = opened(database)
    for number in (1, 2, 4):
        kept.add(number, number / 2, event(number), number, 0)
    assert WriteAhead(database).after(0) == [entry(1), entry(2)]


def test_it_stays_small_and_never_drops_what_the_store_has_not(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "_FULL_BYTES", 300)
    kept = opened(database)
    for number in range(1, 101):
        stored = number - 3
        kept.add(number, number / 2, event(number), number, stored)
        assert WriteAhead(database).after(max(0, stored)) == [entry(n) for n in range(max(0, stored) + 1, number + 1)]
    size = sum(path.stat().st_size for path in database.parent.glob("hotline.db-tail*"))
    assert size < 2 * (300 + 70)
    for number in range(101, 201):  # the store is in trouble: nothing is committed any more
        kept.add(number, number / 2, event(number), number, 97)
    assert WriteAhead(database).after(97) == [entry(n) for n in range(98, 201)]


def test_an_orderly_end_leaves_nothing_unless_the_store_is_in_trouble(database: Path) -> None:
    for stored, left in ((False, [entry(1)]), (True, [])):
        kept = opened(database)
        kept.add(1, 0.5, event(1), 1, 0)
        kept.close(stored=stored)
        assert WriteAhead(database).after(0) == left


def test_a_full_disk_loses_no_more_than_the_line(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = opened(database)

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_ahead.os, "write", full)
    kept.add(1, 0.5, event(1), 1, 0)
    monkeypatch.undo()
    kept.add(2, 1.0, event(2), 2, 0)
    assert WriteAhead(database).after(1) == [entry(2)]


async def stored(database: Path, last: int) -> None:
    opening.migrate(database)
    writer = Writer(database, lambda trouble: None)
    for number in range(1, last + 1):
        writer.write(statements.JOURNAL, (number, number / 2, event(number)))
    await writer.durable()
    await writer.close()


async def test_recovery_takes_up_what_the_store_has_not_and_keeps_it_for_the_next(database: Path) -> None:
    await stored(database, 2)
    kept = opened(database)
    for number in range(1, 5):
        kept.add(number, number / 2, event(number), number, 0)
    recovered = recover(database, WriteAhead(database), router)
    assert [found.seq for found in recovered.entries] == [1, 2, 3, 4]
    assert recovered.unstored == [entry(3), entry(4)]
    assert (recovered.seq, recovered.at) == (4, 2.0)
    again = WriteAhead(database)
    again.open(recovered.unstored, 2)  # and is killed at once
    assert recover(database, WriteAhead(database), router).unstored == recovered.unstored
    assert (database.with_name("hotline.db-tail1").stat().st_mode & 0o077) == 0


async def test_files_beside_a_new_store_are_somebody_elses(database: Path) -> None:
    await stored(database, 0)
    kept = opened(database)
    kept.add(1, 0.5, event(1), 1, 0)
    assert recover(database, WriteAhead(database), router).unstored == []


@pytest.mark.parametrize("taken_up", [3, 0])
def test_on_a_full_disk_the_old_files_go_on(database: Path, monkeypatch: pytest.MonkeyPatch, taken_up: int) -> None:
    monkeypatch.setattr(write_ahead, "_FULL_BYTES", 60)
    kept = opened(database)
    for number in (1, 2, 3, 5, 6):  # the disk was full when there was the fourth; nothing is in the store
        kept.add(number, number / 2, event(number), number, 0 if number > 2 else number)
    path = database.with_name("hotline.db-tail1")
    path.write_bytes(path.read_bytes() + b'\n[7,1.0,{"type":"Dig')

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_ahead.os, "replace", full)
    again = WriteAhead(database)
    again.open([entry(number) for number in range(1, taken_up + 1)], taken_up)
    assert not database.with_name("hotline.new").exists()
    for number in range(taken_up + 1, taken_up + 3):
        again.add(number, 9.0, event(number), number, 0)
    found = WriteAhead(database).after(0)
    assert [(one.seq, one.at) for one in found] == [
        *((number, number / 2) for number in range(1, taken_up + 1)),
        (taken_up + 1, 9.0),
        (taken_up + 2, 9.0),
    ]
