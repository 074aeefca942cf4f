"""Snapshots are packed beside the event loop, read in every form, and those go that nobody needs."""

import sqlite3
import threading
import zlib
from pathlib import Path

import pytest

from hotline.journal import reading
from hotline.journal.recovery import recover
from hotline.journal.snapshots import APART, EVERY, NEWEST, Packed, superfluous, unpacked
from hotline.journal.write_ahead import WriteAhead
from hotline.store import statements
from hotline.store.writer import Writer
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


async def test_a_state_is_packed_by_the_writers_thread(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    compress = zlib.compress

    def seen(state: bytes, level: int) -> bytes:
        threads.append(threading.current_thread().name)
        return compress(state, level)

    monkeypatch.setattr(zlib, "compress", seen)
    state = ControlHarness("01").router.snapshot()
    writer = Writer(database, lambda trouble: None)
    writer.write(statements.SNAPSHOT, (1, 1.0, 1.0, Packed(state)))
    await writer.durable()
    await writer.close()
    with sqlite3.connect(database) as connection:
        (stored,) = connection.execute("SELECT state FROM snapshots").fetchone()
        found = next(reading.snapshots(connection))
    connection.close()
    assert threads == ["store-writer"]
    assert len(stored) < len(state)
    assert (found.stored, found.state) == (stored, state)


def test_a_commit_that_is_tried_again_writes_the_same() -> None:
    packed = Packed(b"{}")
    assert packed.__conform__(sqlite3.PrepareProtocol) == packed.__conform__(sqlite3.PrepareProtocol)
    assert unpacked(packed.__conform__(sqlite3.PrepareProtocol)) == b"{}"


def test_a_broken_snapshot_is_passed_over_for_one_of_a_release_before(database: Path) -> None:
    house = ControlHarness("01")
    whole = zlib.compress(house.router.snapshot(), 1)
    with sqlite3.connect(database) as connection:
        connection.executemany(statements.JOURNAL, [(seq, 1.0, b'{"type":"Restarted"}') for seq in (1, 2, 3)])
        connection.execute(statements.SNAPSHOT, (1, 1.0, 1.0, house.router.snapshot()))
        connection.execute(statements.SNAPSHOT, (2, 1.0, 1.0, whole[: len(whole) // 2]))
    connection.close()
    recovered = recover(database, WriteAhead(database), lambda: ControlHarness().empty().router)
    assert recovered.router.snapshot() == house.router.snapshot()
    assert [entry.seq for entry in recovered.entries] == [2, 3]


def test_one_in_fifty_thousand_events_and_the_newest_stay() -> None:
    numbers = [EVERY * count for count in range(1, 101)]
    left = sorted(set(numbers) - set(superfluous(numbers)))
    assert left[:4] == [EVERY, EVERY + APART, EVERY + 2 * APART, EVERY + 3 * APART]
    assert left[-NEWEST:] == numbers[-NEWEST:]
    assert len(left) == 10 + NEWEST


@pytest.mark.parametrize("numbers", [[], [1], [1, EVERY + 1], [EVERY * count for count in range(1, NEWEST + 2)]])
def test_of_few_none_goes(numbers: list[int]) -> None:
    assert superfluous(numbers) == []


def test_one_that_was_taken_for_a_reason_stays() -> None:
    published = 3 * EVERY + 17
    numbers = [EVERY, 2 * EVERY, 3 * EVERY, published, *(published + EVERY * count for count in range(1, 9))]
    assert superfluous(numbers) == [2 * EVERY, 3 * EVERY, *(published + EVERY * count for count in range(1, 5))]


def test_the_oldest_stays_also_when_it_has_become_so_meanwhile(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.executemany(statements.SNAPSHOT, [(seq, 1.0, 1.0, b"{}") for seq in (2, 3)])
        connection.execute(statements.DROP_SNAPSHOT, (2,))
        connection.execute(statements.DROP_SNAPSHOT, (3,))
        assert connection.execute("SELECT seq FROM snapshots").fetchall() == [(2,)]
    connection.close()
