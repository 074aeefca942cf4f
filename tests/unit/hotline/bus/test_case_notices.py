"""Notices of clocks are told on the bus from the store, behind a mark."""

from pathlib import Path

import msgspec
import pytest

from hotline.bus import words
from hotline.bus.case_notices import CaseNotices, NoticesToPeople
from hotline.cases.clock_work import ClockWork
from hotline.cases.notices import CaseNotice, give
from hotline.store.transactions import writing
from tests.unit.hotline.cases.test_clock_work import BOOK, NOW, H, opened, write

pytestmark = pytest.mark.unit


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


async def test_notices_to_people_are_told_apart_from_those_of_clocks(database: Path) -> None:
    of_clocks = CaseNotices(database, database.with_name("bus-cases.mark"))
    to_people = NoticesToPeople(database, database.with_name("bus-notices.mark"))
    of_clocks.begin()
    to_people.begin()
    with writing(database) as connection:
        notice = CaseNotice("1", "ladder", ("zhou",), "nobody has it in hand", department="care")
        assert give(connection, notice, "1 of NOW", NOW)
        assert not give(connection, notice, "1 of NOW", NOW + 5), "each is given once"
    work = ClockWork(database)
    write(database, "1", opened())
    work.off(BOOK, NOW + 2 * H)
    (row,) = await to_people.next(10)
    told = msgspec.json.decode(row.payload, type=words.CaseNotice)
    assert (told.case, told.kind, told.tell, told.department, told.at) == ("1", "ladder", ("zhou",), "care", NOW)
    assert [msgspec.json.decode(one.payload)["kind"] for one in await of_clocks.next(10)] == ["breach"]
