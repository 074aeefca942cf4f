"""A running server's snapshots become few, a few at a time, whatever the store does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.journal.snapshots import EVERY, superfluous
from hotline.server.thinning import Thinning
from hotline.store import statements
from hotline.store.writer import Writer
from tests.unit.hotline.store.test_retention import Store

pytestmark = pytest.mark.unit

NUMBERS = [EVERY * count for count in range(1, 31)]


class House:
    """A store of thirty snapshots, its writer and the step."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.store.connection.executemany(statements.SNAPSHOT, [(seq, 0.0, 0.0, b"{}") for seq in NUMBERS])
        self.writer = Writer(self.store.path, lambda trouble: None)
        self.step = Thinning(self.store.path, self.writer)

    def left(self) -> list[int]:
        return [int(seq) for seq in self.store.rows("snapshots", "seq")]

    async def look(self, now: float) -> None:
        await self.step.look(now)
        async with asyncio.timeout(10):
            await self.writer.durable()


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.writer.close()
    house.store.connection.close()


async def test_ten_at_a_time_until_only_those_are_left_that_are_needed(house: House) -> None:
    needed = sorted(set(NUMBERS) - set(superfluous(NUMBERS)))
    await house.look(0.0)
    await house.look(599.0)
    assert house.left() == NUMBERS, "callers of before come first"
    await house.look(600.0)
    assert len(house.left()) == 20
    for second in range(601, 605):
        await house.look(second)
    assert house.left() == needed
    assert len(needed) < 8


async def test_it_looks_again_ten_minutes_later(house: House) -> None:
    for second in (0.0, *range(600, 605)):
        await house.look(second)
    left = house.left()
    new = [EVERY * count for count in range(31, 35)]
    for seq in new:
        house.writer.write(statements.SNAPSHOT, (seq, 0.0, 0.0, b"{}"))
    await house.look(700.0)
    assert house.left() == [*left, *new]
    for second in (1205.0, 1206.0):
        await house.look(second)
    assert house.left() == sorted({*left, *new} - set(superfluous([*NUMBERS, *new])))
    assert len(house.left()) < len(left) + len(new)


async def test_while_the_store_does_not_write_nothing_more_is_asked_for(house: House) -> None:
    await house.look(0.0)
    house.store.connection.execute("BEGIN IMMEDIATE")  # somebody holds the store
    await house.step.look(600.0)
    given = house.writer.given
    await house.step.look(601.0)
    assert house.writer.given == given == 10
    house.store.connection.execute("ROLLBACK")
    async with asyncio.timeout(30):
        await house.writer.durable()
    assert len(house.left()) == 20
