"""The database is away, full, locked, frozen or unsure: no answer is a no, and what was told is not lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.postgresql import Server
from dialer.governor.decisions import Decision
from dialer.governor.questions import Subject
from hotline.ledger import sqlite, sqlite_books
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import DEFAULT_TERMS, Attempt, LedgerAway, Settlement
from hotline.ledger.postgresql import PostgresqlStore
from hotline.ledger.requests import Reserve
from hotline.ledger.searching import AttemptSearch
from tests.contract.ledger.rig import NUMBER, START, LedgerRig, asked, reserve, rules, six_and_three


async def until_allowed(ledger: KeptLedger) -> None:
    async with asyncio.timeout(30):
        while not (await reserve(ledger)).fresh:  # noqa: ASYNC110  # each is a try
            await asyncio.sleep(0.02)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # of another thread
            await asyncio.sleep(0.01)


@pytest.fixture
def file(tmp_path: Path, empty_file: Path) -> Path:
    """Of a ledger that is not open yet."""
    path = tmp_path / "ledger.db"
    path.write_bytes(empty_file.read_bytes())
    return path


@pytest.mark.unit
async def test_a_locked_file_denies_and_keeps_what_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_S", 0.05)
    rig = LedgerRig(Place(file=file))
    attempt = (await rig.reserve()).attempt or 0
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert rules(await rig.reserve(key="k")) == ["ledger.no_answer"]
        await until(lambda: rig.ledger.state.state == "down")
        assert "locked" in rig.ledger.state.error
        told = asyncio.create_task(rig.ledger.settle(Settlement(attempt=attempt, state="attempted")))
        assert rules(await rig.reserve(key="k")) == ["ledger.no_answer"]
        assert not told.done()
        other.execute("ROLLBACK")
    assert (await told).outcome == "settled"
    assert rig.ledger.state.state == "up"
    assert (await rig.reserve(key="k")).fresh
    assert len(await rig.rows()) == 2
    await rig.close()


@pytest.mark.unit
async def test_refusals_do_not_gather_while_the_file_is_locked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate refuses hundreds a second, all night if need be, and nobody waits for these rows."""
    monkeypatch.setattr(sqlite, "_BUSY_S", 0.05)
    rig = LedgerRig(Place(file=file))
    await rig.reserve()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await rig.reserve()
        await until(lambda: rig.ledger.state.state == "down")
        for _ in range(1_000):
            rig.ledger.refused(asked(), "service", Decision("deny", "p1", "renewal"))
        await until(lambda: not (rig.ledger._commits._waiting or rig.ledger._commits._queue.qsize()))
        await rig.reserve()  # answered once the thread has none of them in hand either
        other.execute("ROLLBACK")
    await until_allowed(rig.ledger)
    assert (await rig.reader.refusals(AttemptSearch())).rows == []
    await rig.close()


@pytest.mark.unit
async def test_a_full_disk_denies_and_goes_on_when_there_is_room(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says FULL by itself: the file may have no more pages than it has."""
    full = True
    real = sqlite.connect

    def connect(path: Path) -> sqlite3.Connection:
        connection = real(path)
        if full:
            connection.execute("PRAGMA max_page_count=1")  # it stays at what there is
        return connection

    monkeypatch.setattr(sqlite, "connect", connect)
    rig = LedgerRig(Place(file=file))
    many = [asked(f"+8613800{turn:06d}", account="x" * 100 + str(turn)) for turn in range(200)]
    given = [await rig.reserve(one, key=one.account) for one in many]
    written = sum(one.fresh for one in given)
    assert written < 200, "the file has grown"
    assert rules(given[-1]) == ["ledger.no_answer"]
    assert "full" in rig.ledger.state.error
    full = False
    await until_allowed(rig.ledger)
    assert len(await rig.rows()) == written + 1
    await rig.close()


@pytest.mark.unit
async def test_a_file_that_is_gone_is_not_made_anew(file: Path) -> None:
    rig = LedgerRig(Place(file=file))
    assert (await rig.reserve()).fresh
    await rig.close()
    again = LedgerRig(Place(file=file))
    assert (await again.reserve()).fresh
    store = again.ledger._commits._store
    store.close()
    file.unlink()  # noqa: ASYNC240  # at once
    assert rules(await again.reserve()) == ["ledger.no_answer"]
    assert not file.exists()  # noqa: ASYNC240  # at once
    await again.close()


@pytest.mark.unit
async def test_a_place_that_nobody_can_write_denies_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    rig = LedgerRig(Place(file=tmp_path / "var" / "ledger.db"))
    assert rules(await rig.reserve()) == ["ledger.no_answer"]
    told = asyncio.create_task(rig.ledger.settle(Settlement(attempt=1, state="attempted")))
    await until(lambda: rig.ledger.state.state == "down")
    await rig.close()
    with pytest.raises(LedgerAway):
        await told


@pytest.mark.unit
async def test_a_fault_of_ours_denies_one_and_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite_books.SqliteBooks.add

    def add(books: sqlite_books.SqliteBooks, attempt: Attempt, decision: bytes) -> None:
        if attempt.person == "bad":
            raise KeyError("of ours")
        real(books, attempt, decision)

    monkeypatch.setattr(sqlite_books.SqliteBooks, "add", add)
    told: list[str] = []
    ledger = open_ledger(Place(file=file), lambda: START, answer_within_s=20.0, on_refused=told.append)
    asked_for = [asked(f"+86139{at:08d}", person=person) for at, person in enumerate(("good", "bad", "better"))]
    given = await asyncio.gather(*(reserve(ledger, one) for one in asked_for))
    assert [one.fresh for one in given] == [True, False, True]
    assert rules(given[1]) == ["ledger.no_answer"]
    assert told == ["KeyError: 'of ours'"]
    await ledger.close()


@pytest.mark.live
async def test_a_server_that_is_killed_denies_and_comes_back(postgresql: Server) -> None:
    rig = LedgerRig(Place(url=postgresql.database("killed", template="empty_ledger")))
    attempt = (await rig.reserve(key="before")).attempt or 0
    postgresql.kill()
    try:
        assert rules(await rig.reserve(key="k")) == ["ledger.no_answer"]
        told = asyncio.create_task(rig.ledger.settle(Settlement(attempt=attempt, state="effective")))
        await until(lambda: rig.ledger.state.state == "down")
        assert rules(await rig.reserve(key="k")) == ["ledger.no_answer"]
        assert not told.done()
        assert rig.ledger.state.view()["next_try_at"] is not None
    finally:
        postgresql.start()
    assert (await told).outcome == "settled"
    assert (await rig.reserve(key="before")).state == "effective"
    assert rig.ledger.state.state == "up"
    await rig.close()


@pytest.mark.live
async def test_a_frozen_server_denies_in_time_and_nothing_is_reserved_twice(postgresql: Server) -> None:
    rig = LedgerRig(Place(url=postgresql.database("frozen", template="empty_ledger")))
    ledger = rig.another(answer_within_s=0.3)
    await until_allowed(ledger)
    postgresql.freeze(True)
    try:
        given = await asyncio.gather(*(reserve(ledger, key="k") for _ in range(3)))
        assert [rules(one) for one in given] == [["ledger.no_answer"]] * 3
    finally:
        postgresql.freeze(False)
    async with asyncio.timeout(30):  # what may be written all the same is taken back, then the key is free
        while not (given_now := await reserve(rig.ledger, key="k")).fresh:  # noqa: ASYNC110  # each is a try
            await asyncio.sleep(0.05)
    kept = [row for row in await rig.rows() if row["state"] == "reserved"]
    assert sorted(row["key"] for row in kept) == ["", "k"]
    assert given_now.attempt in {row["id"] for row in kept}
    await rig.close()


@pytest.mark.live
async def test_a_connection_that_was_cut_is_made_anew_without_a_denial(postgresql: Server) -> None:
    url = postgresql.database("cut", template="empty_ledger")
    rig = LedgerRig(Place(url=url))
    assert (await rig.reserve()).fresh
    with psycopg.connect(postgresql.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut' AND pid <> pg_backend_pid()"
        )
    assert (await rig.reserve()).fresh
    await rig.close()


@pytest.mark.live
@pytest.mark.parametrize("committed", [True, False])
async def test_a_commit_without_an_answer_is_one_attempt(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """The connection is lost in COMMIT: whether it was done shows when the same is tried again."""
    place = Place(url=postgresql.database(f"unsure_{committed}", template="empty_ledger"))
    store = PostgresqlStore(place.url, lambda: START)
    request = Reserve(asked(), Subject(number=NUMBER), six_and_three, DEFAULT_TERMS)
    real = psycopg.Connection.commit
    lost = [True]

    def commit(connection: psycopg.Connection[Any]) -> None:
        if request.written is not None and lost:
            lost.clear()
            if committed:
                real(connection)
            connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        real(connection)

    monkeypatch.setattr(psycopg.Connection, "commit", commit)
    with pytest.raises(LedgerAway):
        store.transact([request])
    (given,) = store.transact([request])
    store.close()
    assert given.fresh
    rig = LedgerRig(place)
    assert [row["id"] for row in await rig.rows()] == [given.attempt]
    await rig.close()


@pytest.mark.live
async def test_a_server_without_room_for_so_many_locks_takes_them_one_by_one(
    postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = LedgerRig(Place(url=postgresql.database("locks", template="empty_ledger")))
    real = psycopg.Cursor.execute
    refused = []

    def execute(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
        if "unnest(%s::bigint[]) AS key" in str(query) and len(params[0]) > 8:
            refused.append(len(params[0]))
            raise psycopg.errors.OutOfMemory("out of shared memory")
        return real(cursor, query, params, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    given = await asyncio.gather(
        *(rig.reserve(asked(f"+861380000{turn:04d}", person=f"p{turn}")) for turn in range(40))
    )
    assert [rules(one) for one in given] == [[]] * 40
    assert refused
    await rig.close()


@pytest.mark.live
async def test_the_databases_clock_is_everybodys(postgresql: Server) -> None:
    place = Place(url=postgresql.database("clock", template="empty_ledger"))
    ledger = open_ledger(place, lambda: 0.0, answer_within_s=20.0)
    assert (await reserve(ledger)).fresh
    await ledger.close()
    with psycopg.connect(place.url) as connection:
        apart = connection.execute("SELECT abs(extract(epoch FROM now())::float8 - at) FROM attempts").fetchone()
    assert apart is not None
    assert apart[0] < 60
