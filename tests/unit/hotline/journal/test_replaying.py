"""What a restart performs again: the rows of calls that ended since the last snapshot, with no second word on them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import create_autospec

import pytest
import structlog
from sqlalchemy import create_engine

from calls.ids import CallId
from calls.ports import Switch
from control import commands
from hotline.driver.executor import Performer, Sentences
from hotline.driver.lookups import Lookups
from hotline.driver.vault import Vault
from hotline.store import schema
from hotline.store.writer import Writer

pytestmark = pytest.mark.unit

ENDED = commands.LogCall(
    call=CallId("a"),
    caller="+8613800138000",
    called="95183",
    version="0001",
    language="zh-CN",
    arrived_at=1.0,
    queued_at=None,
    answered_at=None,
    ended_at=4.0,
    queue="",
    agent=None,
    outcome="left_in_menu",
    cause="normal",
)


async def test_a_row_is_written_again_and_the_end_of_the_call_logged_once(tmp_path: Path) -> None:
    database = tmp_path / "hotline.db"
    engine = create_engine(f"sqlite:///{database}")
    schema.metadata.create_all(engine)
    engine.dispose()
    trouble: list[str] = []
    writer = Writer(database, trouble.append)
    performer = Performer(
        create_autospec(Switch), writer, Vault(), Lookups(), create_autospec(Sentences), lambda event: None
    )
    with structlog.testing.capture_logs() as told:
        performer.perform(ENDED)
        performer.replay(ENDED)
        await writer.durable()
    await performer.close()
    await writer.close()

    assert [line["event"] for line in told] == ["call ended"]
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT call, outcome FROM calls").fetchall() == [("a", "left_in_menu")]
    assert not trouble
