"""Talks in the store: those of today, those that a migration takes from a store of before, and reading of both."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from calls.ids import AgentId, CallId, LegId
from control.messages import log_commands
from hotline.store import opening, reading, statements

pytestmark = pytest.mark.unit

OF_BEFORE = ("c1", "+8613800138000", "95183", "v", "zh", 0.0, 5.0, 10.0, 65.0, "care", "01", "answered", "normal", "")
CALL = (*OF_BEFORE, "in")
LEG = ("offer-1-agent", "c1", "agent", "8001", 6.0, 8.0, 40.0, "normal")
TALK = log_commands.LogTalk(
    *(CallId("c1"), 1, "agent", AgentId("01"), "8001", "care", LegId("offer-1-agent")),
    began_at=10.0,
    ended_at=40.0,
    cause="normal",
)


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def of_revision(path: Path, revision: str) -> None:
    """An empty store as the release of that migration made it."""
    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def of_before(path: Path) -> None:
    """A store without talks, with a call of thirty seconds of talk and a survey of twenty-five."""
    of_revision(path, "0004")
    with connected(path) as store:
        store.execute(f"INSERT INTO calls VALUES ({', '.join('?' * len(OF_BEFORE))})", OF_BEFORE)
        store.execute(f"INSERT INTO legs VALUES ({', '.join('?' * len(LEG))})", LEG)
        store.execute("INSERT INTO legs VALUES ('offer-0-agent', 'c1', 'agent', '8002', 5, NULL, 6, 'busy')")
        store.execute("INSERT INTO recordings VALUES ('/r/c1-1.wav', 'c1', 30.0, 'talk', '')")


@pytest.mark.parametrize("migrated", [False, True])
async def test_a_store_of_before_has_its_talks_from_the_legs(tmp_path: Path, migrated: bool) -> None:
    path = tmp_path / "hotline.db"
    of_before(path)
    if migrated:
        opening.migrate(path)
    row = await reading.call(path, "c1")
    assert row is not None
    assert row["talk_s"] == 30.0
    (talk,) = await reading.talks(path, "c1")
    assert (talk["agent"], talk["queue"], talk["began_at"], talk["ended_at"]) == ("01", "care", 10.0, 40.0)
    (recording,) = await reading.recordings(path, "c1")
    assert recording["path"] == "/r/c1-1.wav"


async def test_each_talk_of_a_call_has_its_own_row_and_recording(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    second = msgspec.structs.replace(TALK, number=2, agent=AgentId("02"), queue="loans", began_at=50.0, ended_at=62.0)
    with connected(path) as store:
        store.execute(statements.CALL, CALL)
        for talk in (TALK, second, second):
            store.execute(statements.TALK, msgspec.structs.astuple(talk))
        store.execute(statements.RECORDING, ("/r/c1-2.wav", "c1", 12.0, "talk", "", 2))
    row = await reading.call(path, "c1")
    assert row is not None
    assert row["talk_s"] == 42.0
    told = await reading.talks(path, "c1")
    assert [(talk["agent"], talk["queue"], talk["recording"]) for talk in told] == [
        ("01", "care", None),
        ("02", "loans", "/r/c1-2.wav"),
    ]


async def test_a_call_without_a_talk_has_no_length_of_one(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with connected(path) as store:
        store.execute(statements.CALL, CALL)
    row = await reading.call(path, "c1")
    assert row is not None
    assert (row["talk_s"], await reading.talks(path, "c1")) == (None, [])


@pytest.mark.parametrize("migrated", [False, True])
async def test_a_store_from_before_holds_were_counted_has_none_and_its_calls_came_in(
    tmp_path: Path, migrated: bool
) -> None:
    path = tmp_path / "hotline.db"
    of_revision(path, "0005")
    with connected(path) as store:
        store.execute(f"INSERT INTO calls VALUES ({', '.join('?' * len(OF_BEFORE))})", OF_BEFORE)
        values = msgspec.structs.astuple(TALK)[:10]
        store.execute(f"INSERT INTO talks VALUES ({', '.join('?' * len(values))})", values)
    if migrated:
        opening.migrate(path)
    row = await reading.call(path, "c1")
    assert row is not None
    (talk,) = await reading.talks(path, "c1")
    assert (row["direction"], row["held_s"], talk["holds"], talk["held_s"]) == ("in", 0.0, 0, 0.0)


async def test_the_holds_of_all_talks_of_a_call_count_together(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    with connected(path) as store:
        store.execute(statements.CALL, (*OF_BEFORE, "out"))
        for number, held_s in ((1, 4.0), (2, 6.5)):
            talk = msgspec.structs.replace(TALK, number=number, holds=number, held_s=held_s)
            store.execute(statements.TALK, msgspec.structs.astuple(talk))
    row = await reading.call(path, "c1")
    assert row is not None
    assert (row["direction"], row["held_s"]) == ("out", 10.5)
    assert [(talk["holds"], talk["held_s"]) for talk in await reading.talks(path, "c1")] == [(1, 4.0), (2, 6.5)]
