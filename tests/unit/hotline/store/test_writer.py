"""The writer of the store: groups, order, and who waits."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from hotline.store import schema, statements
from hotline.store.writer import Writer

pytestmark = pytest.mark.unit


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.db"
    engine = create_engine(f"sqlite:///{path}")
    schema.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
async def writer(database: Path) -> AsyncIterator[Writer]:
    trouble: list[str] = []
    writer = Writer(database, trouble.append)
    yield writer
    await writer.close()
    assert not trouble


def facts_in(database: Path) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT seq, event FROM journal ORDER BY seq").fetchall()


async def test_who_waits_gets_all_that_was_given_so_far(writer: Writer, database: Path) -> None:
    for seq in range(1, 6):
        writer.write(statements.JOURNAL, (seq, 0.0, b"{}"))
    await writer.durable()
    assert [seq for seq, _ in facts_in(database)] == [1, 2, 3, 4, 5]
    assert writer.pending == 0
    assert writer.commits == 1, "what gathered goes down in one group"


async def test_who_is_in_no_hurry_waits_for_the_group_and_makes_none(writer: Writer, database: Path) -> None:
    patient = []
    for seq in range(1, 4):
        writer.write(statements.JOURNAL, (seq, 0.0, b"{}"))
        patient.append(asyncio.create_task(writer.durable(hurry=False)))
        await asyncio.sleep(0.01)
    assert not any(one.done() for one in patient), "the group gathers"
    await asyncio.gather(*patient)
    assert [seq for seq, _ in facts_in(database)] == [1, 2, 3]
    assert writer.commits == 1


async def test_a_later_row_of_a_key_stays_also_when_others_lie_between(writer: Writer, database: Path) -> None:
    writer.write(statements.JOURNAL, (1, 0.0, b"first"))
    writer.write(statements.SURVEY, ("call", "how", 5))
    writer.write(statements.JOURNAL, (1, 0.0, b"second"))
    await writer.durable()
    assert facts_in(database) == [(1, b"second")]


class _CommitsFirst:
    """The loop, where the thread is done in the moment in which somebody begins to wait."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._loop = writer, asyncio.get_running_loop()

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)

    def create_future(self) -> asyncio.Future[None]:
        self._writer._hand_over()
        while self._writer.pending:
            time.sleep(0.001)
        return self._loop.create_future()


async def test_who_waits_for_what_is_just_committed_is_not_forgotten(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write(statements.JOURNAL, (1, 0.0, b"{}"))
    monkeypatch.setattr(writer, "_loop", _CommitsFirst(writer))
    async with asyncio.timeout(20):
        await writer.durable()


async def test_a_group_goes_down_by_itself(writer: Writer, database: Path) -> None:
    writer.write(statements.JOURNAL, (1, 0.0, b"{}"))
    for _ in range(1_000):
        await asyncio.sleep(0.01)
        if not writer.pending:
            break
    assert len(facts_in(database)) == 1


async def test_closing_writes_what_is_left(database: Path) -> None:
    writer = Writer(database, lambda trouble: None)
    writer.write(statements.JOURNAL, (1, 0.0, b"{}"))
    await writer.close()
    assert len(facts_in(database)) == 1


def hide(database: Path) -> None:
    database.rename(database.with_suffix(".away"))
    database.mkdir()  # nothing that SQLite could open


def bring_back(database: Path) -> None:
    database.rmdir()
    database.with_suffix(".away").rename(database)


async def test_what_gathers_while_the_store_is_away_is_written_when_it_is_back(database: Path) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    hide(database)
    writer = Writer(database, told.put_nowait)
    writer.write(statements.JOURNAL, (1, 0.0, b"{}"))
    waiting = asyncio.create_task(writer.durable())
    async with asyncio.timeout(10):
        assert "unable to open" in await told.get()
    writer.write(statements.JOURNAL, (2, 0.0, b"{}"))
    assert writer.pending == 2
    assert not waiting.done()
    bring_back(database)
    async with asyncio.timeout(10):
        await waiting
        await writer.durable()
        assert await told.get() == "", "the end of the trouble is told"
    assert [seq for seq, _ in facts_in(database)] == [1, 2]
    await writer.close()


async def test_what_is_deleted_stays_deleted_whatever_else_is_in_its_group(writer: Writer, database: Path) -> None:
    recorded = ("b", "call", 1.0, "talk", "", 1)
    writer.write(statements.DROP_RECORDING, ("a",))
    writer.write(statements.RECORDING, recorded)
    writer.write(statements.DROP_RECORDING, ("b",))
    writer.write(statements.RECORDING, ("c", *recorded[1:]))
    await writer.durable()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT path FROM recordings").fetchall() == [("c",)]
