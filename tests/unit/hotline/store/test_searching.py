"""Searching a store of the release before, brought up to date or not: what it knows is found."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from calls.errors import BadInput
from control.messages.log_commands import LogCall, LogTalk
from hotline.store import opening, statements
from hotline.store.searches import CallSearch, Cursor
from hotline.store.searching import is_known, search
from hotline.store.writer import Writer
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.unit

NUMBER = "+8613800138000"


@pytest.fixture(params=[False, True], ids=["as it was left", "brought up to date"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, bool]:
    """Of migration 0005: call `a` with talks of 01 and 02, call `b` of nobody; and whether it is of today."""
    path = tmp_path / "hotline.db"
    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    engine.dispose()
    with contextlib.closing(sqlite3.connect(path)) as before, before:
        rows: list[tuple[Any, ...]] = [
            ("a", NUMBER, "95183", "v", "zh", 10.0, 11.0, 12.0, 65.0, "care", "02", "answered", "normal", ""),
            ("b", NUMBER, "95183", "v", "zh", 20.0, 21.0, None, 35.0, "loans", None, "abandoned", "normal", ""),
        ]
        before.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * 14)})", rows)
        for number, agent in ((1, "01"), (2, "02")):
            talk = ("a", number, "agent", agent, agent, "care", f"l{number}", 12.0 + number, 13.0 + number, "normal")
            before.execute("INSERT INTO talks VALUES (?,?,?,?,?,?,?,?,?,?)", talk)
    if request.param:
        opening.migrate(path)
        assert opening.is_of_today(path)
    return path, request.param


async def found(path: Path, **wanted: Any) -> list[str]:
    return [row["call"] for row in (await search(path, CallSearch(**wanted))).rows]


async def test_what_is_known_is_found(store: tuple[Path, bool]) -> None:
    path, today = store
    assert await found(path) == ["b", "a"]
    assert await found(path, number=NUMBER, queue="care") == ["a"]
    assert await found(path, agent="02") == ["a"]
    assert await found(path, agent="01") == (["a"] if today else []), "before, only the last agent was to be found"
    assert await found(path, direction="in") == ["b", "a"]
    assert await found(path, direction="out") == []
    assert await found(path, after=Cursor(20.0, "b")) == ["a"]
    assert await is_known(path, agent="02")
    assert await is_known(path, queue="loans")
    assert not await is_known(path, queue="cards")


async def test_rows_have_what_rows_of_today_have(store: tuple[Path, bool]) -> None:
    path, _ = store
    last, first = (await search(path, CallSearch())).rows
    assert (first["direction"], first["talk_s"], first["consent"]) == ("in", 2.0, "")
    assert last["talk_s"] is None


async def test_a_page_and_the_next(store: tuple[Path, bool]) -> None:
    path, _ = store
    page = await search(path, CallSearch(), 1)
    assert page.next == Cursor(20.0, "b")
    following = await search(path, CallSearch(after=Cursor.read(page.next.text())), 1)
    assert ([row["call"] for row in following.rows], following.next) == (["a"], None)


@pytest.mark.parametrize("text", ["", "x", "WzEsMl0", "WyJhIiwiYiJd", "ü", '[1.0,"a"]'])
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no cursor"):
        Cursor.read(text)


async def test_a_campaigns_call_is_found_by_the_number_of_the_person_who_was_called(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    contact, caller_id = "+8613900000001", "+864000095183"
    house = CampaignHouse(campaign(), "01", count=1)
    call, agent_leg = house.talking()
    house.hangs_up(call)
    house.hangs_up(agent_leg)
    row = msgspec.structs.replace(house.last(LogCall), caller=contact, called=caller_id)
    talk = house.last(LogTalk)
    writer = Writer(path, lambda trouble: None)
    writer.write(statements.CALL, msgspec.structs.astuple(row))
    writer.write(statements.TALK, msgspec.structs.astuple(talk))
    await writer.close()
    assert await found(path, number=contact) == [call]
    assert await found(path, number=contact, direction="out") == [call]
    assert await found(path, number=contact, direction="in") == []
    assert await found(path, number="+8613900000002") == []
