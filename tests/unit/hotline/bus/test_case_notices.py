"""Notices of clocks are told on the bus from the store, behind a mark."""

from pathlib import Path

import msgspec
import pytest

from hotline.bus import words
from hotline.bus.case_notices import CaseNotices
from hotline.cases.clock_work import ClockWork
from hotline.store import opening
from tests.unit.hotline.cases.test_clock_work import BOOK, NOW, H, opened, write

pytestmark = pytest.mark.unit


@pytest.fixture
def database(tmp_path: Path) -> Path:
    opening.migrate(tmp_path / "hotline.db")
    return tmp_path / "hotline.db"


async def test_what_was_given_while_the_broker_was_away_is_told_and_the_past_is_not(database: Path) -> None:
    work = ClockWork(database)
    write(database, "1", opened())
    work.off(BOOK, NOW + H)
    notices = CaseNotices(database, database.with_name("bus-cases.mark"))
    notices.begin()
    assert await notices.next(10) == []
    work.off(BOOK, NOW + 2 * H)
    (row,) = await notices.next(10)
    told = msgspec.json.decode(row.payload, type=words.CaseClock)
    assert (told.case, told.kind, told.clock, told.due_at, told.at) == (
        "1",
        "breach",
        "feedback",
        NOW + 2 * H,
        NOW + 2 * H,
    )
    heir = CaseNotices(database, database.with_name("bus-cases.mark"))
    heir.begin()
    assert [one.row for one in await heir.next(10)] == [row.row]
    await heir.confirm(row.row)
    assert await heir.next(10) == []
