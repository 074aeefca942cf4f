"""Watching a source: each of its calls is counted as it is dialled, judged in shadow, and told where nobody asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.dependencies import Dependency
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import Subjects
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Ledger
from hotline.ledger.searching import Reader
from hotline.other_systems.dials import Event
from hotline.other_systems.manager_account import AccountRefused, LinkLost
from hotline.other_systems.watching import Watcher
from hotline.site.sources import Mode, SourceSettings, WatchSettings
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, question
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit

WATCH = WatchSettings(host="127.0.0.1", channels=("PJSIP/carrier-*",))


class House:
    """A watcher with a gate and a ledger, at an instant that the test moves."""

    def __init__(self, folder: Path, mode: Mode, scene: str) -> None:
        self.now = MONDAY
        self.place = Place(file=folder / "ledger.db")
        in_force = of_folder(write(folder / "site"))
        subjects = Subjects("CN", MemoryLists(), MemoryPersons(), in_force.own)
        self.ledger: Ledger = open_ledger(self.place, lambda: self.now, answer_within_s=60.0)
        gate = Gate(lambda: in_force, lambda _: subjects, self.ledger, utc=lambda: self.now)
        self.reserving = Reserving(gate, self.ledger)
        self.state = Dependency("source old", lambda: self.now)
        settings = SourceSettings(mode=mode, scene=scene, watch=WATCH)
        self.watcher = Watcher("old", settings, "CN", self.reserving, self.ledger, self.state, lambda: self.now)

    async def call(self, call: str, status: str = "ANSWER", talk_s: float = 60.0, dialled: str = NUMBER) -> None:
        """One call from its begin to its end, and written."""
        leg = {"destuniqueid": call, "destchannel": "PJSIP/carrier-1", "dialstring": f"{dialled}@carrier"}
        self.watcher.hear({"event": "DialBegin", "calleridnum": "4000095183", **leg})
        await self.watcher.written()
        self.now += 10
        self.watcher.hear({"event": "DialEnd", "destuniqueid": call, "dialstatus": status})
        self.now += talk_s
        self.watcher.hear({"event": "Hangup", "uniqueid": call, "cause": "16"})
        await self.watcher.written()

    def rows(self) -> list[tuple[str, str, str, str]]:
        """What the ledger has: call, state, verdict, scene."""
        found = Reader(self.place).in_order(0.0, MONDAY * 2)
        return [(row["call"], row["state"], row["verdict"], row["scene"]) for row in found]


@contextlib.asynccontextmanager
async def watching(folder: Path, mode: Mode, scene: str = "offer") -> AsyncIterator[House]:
    house = House(folder, mode, scene)
    await house.ledger.expire()  # its tables are made before the first call

    async def listen(hear: Callable[[Event], None], up: Callable[[], None]) -> None:
        up()
        await asyncio.Event().wait()

    running = asyncio.create_task(house.watcher.run(listen))
    try:
        yield house
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await house.ledger.close()


async def test_in_shadow_each_call_is_counted_and_judged(tmp_path: Path) -> None:
    async with watching(tmp_path, "shadow") as house:
        await house.call("1.1")
        await house.call("1.2", "BUSY", 0.0)
        await house.call("1.3", talk_s=2.0)  # the third in a week: the policy lets two pass
        assert house.rows() == [
            ("1.1", "effective", "allow", "offer"),
            ("1.2", "attempted", "allow", "offer"),
            ("1.3", "answered", "defer", "offer"),
        ]
        (first, second, _) = Reader(house.place).in_order(0.0, MONDAY * 2)
        assert (first["talked_until"], first["source"], first["origin"]) == (MONDAY + 70, "old", "import")
        assert (first["caller_id"], second["result"], first["open"]) == ("+864000095183", "busy", False)


async def test_a_scene_that_may_not_call_is_counted_all_the_same(tmp_path: Path) -> None:
    async with watching(tmp_path, "shadow", scene="") as house:
        await house.call("1.1")
        assert house.rows() == [("1.1", "effective", "deny", "")]


async def test_where_it_is_enforced_a_call_that_was_asked_for_is_that_one(tmp_path: Path) -> None:
    async with watching(tmp_path, "enforce") as house:
        asked = question("offer", source="old")
        reservation = await house.reserving.reserve(asked, key="k1")
        assert reservation.attempt is not None
        with capture_logs() as logs:
            await house.call("1.1")
        assert house.rows() == [("1.1", "effective", "allow", "offer")]
        assert (house.watcher.calls, house.watcher.unasked, logs) == (1, 0, [])


async def test_where_it_is_enforced_a_call_that_nobody_asked_for_is_told(tmp_path: Path) -> None:
    async with watching(tmp_path, "enforce") as house:
        with capture_logs() as logs:
            await house.call("1.1")
        assert house.rows() == [("1.1", "effective", "", "offer")]
        assert house.watcher.unasked == 1
        assert [(one["event"], one["number"]) for one in logs] == [("call that nobody asked for", "+86*******8000")]


async def test_a_number_that_cannot_be_read_is_counted_as_it_stands(tmp_path: Path) -> None:
    async with watching(tmp_path, "shadow") as house:
        await house.call("1.1", dialled="99999999999999999")
        assert [row[1] for row in house.rows()] == ["effective"]


@pytest.mark.parametrize(
    ("error", "said"), [(LinkLost("the connection was lost"), "lost"), (AccountRefused("may act there"), "act")]
)
async def test_a_link_that_is_lost_is_told_once_and_made_again(
    tmp_path: Path, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, "shadow", "offer")
    tries = 0
    again = asyncio.Event()
    monkeypatch.setattr("hotline.other_systems.watching._REFUSED_S", 0.01)
    monkeypatch.setattr("hotline.other_systems.watching._BACKOFF", FewMilliseconds())

    async def listen(hear: Callable[[Event], None], up: Callable[[], None]) -> None:
        nonlocal tries
        tries += 1
        if tries > 3:
            up()
            again.set()
            await asyncio.Event().wait()
        raise error

    with capture_logs() as logs:
        running = asyncio.create_task(house.watcher.run(listen))
        await asyncio.wait_for(again.wait(), 10)
    assert house.state.state == "up"
    assert [one["event"] for one in logs] == ["another system is not watched"]
    assert said in logs[0]["error"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await house.ledger.close()


class FewMilliseconds:
    def delay_s(self, failures: int, chance: object) -> float:
        return 0.01
