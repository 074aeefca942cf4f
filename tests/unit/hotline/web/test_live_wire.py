"""The live wire among its readers: one look for all of them, and nothing queued for one who reads slowly."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hotline.views import states, wire
from hotline.views.live_states import States
from hotline.web import live_wire
from hotline.web.live_wire import LiveWire
from tests.unit.hotline.views.wire_reading import WireReader

pytestmark = pytest.mark.unit


class Waiting:
    """A house in which so many wait."""

    def __init__(self) -> None:
        self.position = 1
        self.waiting = 0
        self.looks = 0

    def states(self) -> States:
        self.looks += 1
        every: Any = {kind: {} for kind in wire._NAMED}
        every["controller"] = {"": states.Controller(True, "1")}
        every["queues"] = {"care": states.Queue("care", self.waiting, 0, None)}
        return every  # type: ignore[no-any-return]

    def utc(self) -> float:
        return 0.0

    def house(self) -> wire.House:
        return wire.House("Anda", "Asia/Shanghai", ("en",), 20.0, 0.8)

    def change(self) -> None:
        self.position += 1
        self.waiting += 1


class Page:
    """A reader that can stand still."""

    def __init__(self, wire: LiveWire) -> None:
        self.reader = WireReader()
        self.texts: list[str] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.task = asyncio.create_task(wire.read(self._send))

    async def _send(self, text: str) -> None:
        await self.goes_on.wait()
        self.texts.append(text)
        self.reader.take(text)

    @property
    def waiting(self) -> int | None:
        row = self.reader.states["queues"].get("care")
        return None if row is None else row["waiting"]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_wire, "_REST_S", 0.001)
    monkeypatch.setattr(live_wire, "_LONGEST_REST_S", 0.001)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the wire tells its readers, not us
            await asyncio.sleep(0.001)


def _new() -> tuple[Waiting, LiveWire]:
    house = Waiting()
    return house, LiveWire(house)  # type: ignore[arg-type]  # as far as it is asked


async def test_one_look_and_one_text_for_all() -> None:
    house, wire = _new()
    pages = [Page(wire) for _ in range(50)]
    await until(lambda: all(page.waiting == 0 for page in pages))
    looks = house.looks
    house.change()
    await until(lambda: all(page.waiting == 1 for page in pages))
    assert house.looks == looks + 1
    for number in (0, 1):
        assert len({id(page.texts[number]) for page in pages}) == 1, "made once"
    assert wire.readers == 50
    for page in pages:
        await page.close()
    assert wire.readers == 0


async def test_a_slow_reader_gets_a_snapshot_for_what_they_missed_and_nobody_waits_for_them() -> None:
    house, wire = _new()
    quick, slow = Page(wire), Page(wire)
    await until(lambda: quick.waiting == slow.waiting == 0)
    slow.goes_on.clear()
    for number in range(1, 3 * live_wire._KEPT):
        house.change()
        await until(lambda wanted=number: quick.waiting == wanted)
    assert slow.waiting == 0
    assert len(wire._messages) == live_wire._KEPT, "what is kept is bounded, whoever sleeps"
    slow.goes_on.set()
    await until(lambda: slow.waiting == quick.waiting)
    assert slow.reader.snapshots == 2
    assert slow.reader.messages < 5
    assert quick.reader.snapshots == 1
    await quick.close()
    await slow.close()


async def test_who_is_a_little_behind_gets_each_message() -> None:
    house, wire = _new()
    quick, slow = Page(wire), Page(wire)
    await until(lambda: quick.waiting == slow.waiting == 0)
    slow.goes_on.clear()
    for number in range(1, 6):
        house.change()
        await until(lambda wanted=number: quick.waiting == wanted)
    slow.goes_on.set()
    await until(lambda: slow.waiting == 5)
    assert (slow.reader.snapshots, slow.reader.messages) == (1, 6)
    await quick.close()
    await slow.close()


async def test_who_comes_after_all_have_left_sees_the_house_as_it_is() -> None:
    house, wire = _new()
    first = Page(wire)
    await until(lambda: first.waiting == 0)
    await first.close()
    looks = house.looks
    house.change()
    await asyncio.sleep(0.02)
    assert house.looks == looks, "nobody reads: nobody looks"
    second = Page(wire)
    await until(lambda: second.waiting == 1)
    await second.close()


async def test_a_house_that_cannot_be_looked_at_for_a_while_is_told_of_again() -> None:
    house, wire = _new()
    page = Page(wire)
    await until(lambda: page.waiting == 0)
    healthy = house.states
    house.states = lambda: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    house.change()
    await asyncio.sleep(0.02)
    house.states = healthy  # type: ignore[method-assign]
    await until(lambda: page.waiting == 1)
    await page.close()


async def test_a_wire_that_stands_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_wire, "_STANDS_S", 0.01)
    monkeypatch.setattr(live_wire, "_LOOK_ANYHOW_S", 0.005)
    _, wire = _new()
    page = Page(wire)
    await until(lambda: page.reader.messages > 2)
    await page.close()


async def test_the_more_there_is_to_tell_the_longer_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_wire, "_REST_S", 0.0)
    monkeypatch.setattr(live_wire, "_LONGEST_REST_S", 10.0)
    rests: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        rests.append(seconds)
        await sleep(0.001)

    monkeypatch.setattr(live_wire.asyncio, "sleep", noted)
    _, wire = _new()
    page = Page(wire)
    async with asyncio.timeout(20):
        while len(rests) < 3:
            await sleep(0.001)
    wire._spent_s = 0.03
    count = len(rests)
    async with asyncio.timeout(20):
        while len(rests) < count + 2:
            await sleep(0.001)
    assert max(rests[count:]) >= 0.03 / live_wire._SHARE
    await page.close()
