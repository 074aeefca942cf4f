"""A server with two switches: what it tells of each, and provides to each."""

import asyncio
import signal
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from calls.backoff import Backoff
from calls.causes import DeviceState
from calls.errors import SwitchAway
from calls.events import AgentDeviceChanged, Tick
from calls.ids import AgentId, CallId
from calls.overrides import Override
from calls.ports import Sink
from control.messages.events import RouterEvent
from hotline.provisioning.port import MissedCall, NoProvisioning
from hotline.server import upkeep
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.directory import VersionedDirectory
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from ivr.program import Program
from speech.sentences import Sentences
from switch import cell
from switch.cell import Cell
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_site, publish, serve, until
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.unit


class Provided(NoProvisioning):
    """Remembers the versions that it was told, and has one call of the fallback."""

    def __init__(self, node: str) -> None:
        self.versions: list[str] = []
        self.kept = [MissedCall(CallId(f"{node}@fallback-1"), "138", "95183", 1.0, 2.0, "abandoned", None, "")]

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self.versions.append(program.version)

    def missed(self) -> list[MissedCall]:
        return self.kept

    def forget(self) -> None:
        self.kept = []


class Late(FakeSwitch):
    """Away until it is let come."""

    def __init__(self, timeline: LoopTimeline, name: str) -> None:
        super().__init__(timeline, name)
        self.there = asyncio.Event()

    async def start(self, sink: Sink) -> None:
        if not self.there.is_set():
            raise SwitchAway("nobody there")
        await super().start(sink)


def server_of(site: Site, switches: list[FakeSwitch], provisioning: dict[str, Provided]) -> Server:
    return Server(site, Cell(switches), Sentences(site.sounds, ToneVoice()), provisioning)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_EVERY_S", 0.01)
    monkeypatch.setattr(cell, "BACKOFF", Backoff(first_s=0.01, longest_s=0.01))


@pytest.mark.usefixtures("quick")
async def test_each_switch_is_told_of_and_provided_for_itself(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    timeline = LoopTimeline()
    one, other = FakeSwitch(timeline, "a"), Late(timeline, "b")
    provisioning = {"a": Provided("a"), "b": Provided("b")}
    server = server_of(site, [one, other], provisioning)

    def up() -> list[bool]:
        lines = generate_latest(server.metrics.registry).decode().splitlines()
        return [f'hotline_switch_up{{switch="{node}"}} 1.0' in lines for node in "ab"]

    serving = await serve(server, version)
    await until(lambda: server.controller.view()["switches"] == {"a": True, "b": False})
    assert server.controller.view()["switch_up"] is False
    assert server.controller.health()["wrong"] == ["the switch b is away"]
    assert up() == [True, False]
    await until(lambda: provisioning["a"].versions == [version])
    assert provisioning["b"].versions == []
    World(one).dial("95183")
    await until(lambda: set(server.register.calls) == {"a@in-1"})
    other.there.set()
    await until(lambda: server.controller.health()["ok"])
    assert up() == [True, True]
    await until(lambda: provisioning["b"].versions == [version])
    await until(lambda: not provisioning["a"].kept and not provisioning["b"].kept)
    World(other).restart_switch()
    await until(lambda: provisioning["b"].versions == [version, version])
    assert provisioning["a"].versions == [version], "it is told nothing twice"
    assert set(server.register.calls) == {"a@in-1"}
    signal.raise_signal(signal.SIGTERM)
    await serving


@pytest.mark.usefixtures("quick")
async def test_nothing_falls_due_while_no_switch_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An offer that is spoken to a caller, or rings a phone, before their switch is back reaches nobody."""
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = Late(LoopTimeline(), "a")
    server = server_of(site, [switch], {"a": Provided("a")})
    serving = await serve(server, version)
    driver, due = server._driver, [server._clock.now()]
    ticks = []

    def take(event: RouterEvent) -> None:
        if isinstance(event, Tick):
            ticks.append((event.due_at, server._health.switch_up))
            due.clear()

    monkeypatch.setattr(driver.router, "next_deadline", lambda: next(iter(due), None))
    monkeypatch.setattr(driver, "take", take)
    driver.hold(True)
    await asyncio.sleep(0.05)
    assert ticks == []
    monkeypatch.undo()
    monkeypatch.setattr(driver.router, "next_deadline", lambda: next(iter(due), None))
    really = driver.take
    monkeypatch.setattr(driver, "take", lambda event: (take(event), really(event)))
    switch.there.set()
    await until(lambda: ticks)
    assert [up for _, up in ticks] == [True]
    signal.raise_signal(signal.SIGTERM)
    await serving


@pytest.mark.usefixtures("quick")
async def test_a_phone_that_is_busy_for_others_is_told_of_until_it_is_idle_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most changes of a phone come of our own calls, and are not journalled; these were taken for such, too, and agents
    whose phones were busy when the controller came back were offered nothing any more."""
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    server = server_of(site, [FakeSwitch(LoopTimeline(), "a")], {"a": Provided("a")})
    monkeypatch.setattr(VersionedDirectory, "agent", lambda self, version, account: AgentId(account.removeprefix("80")))
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    for state, busy in [(DeviceState.BUSY, {"8001": "a"}), (DeviceState.IDLE, {}), (DeviceState.BUSY, {"8001": "a"})]:
        server._events.told(AgentDeviceChanged("8001", state, "a"))
        assert server.register.busy_phones == busy
    signal.raise_signal(signal.SIGTERM)
    await serving


@pytest.mark.usefixtures("quick")
async def test_the_only_switch_that_is_away_at_the_start_is_taken_up_when_it_comes(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = Late(LoopTimeline(), "a")
    server = server_of(site, [switch], {"a": Provided("a")})
    serving = await serve(server, version)
    assert server.controller.health()["wrong"] == ["the switch is away"]
    switch.there.set()
    await until(lambda: server.controller.health()["ok"])
    signal.raise_signal(signal.SIGTERM)
    await serving


class Unreadable(Provided):
    """Its log cannot be read."""

    def missed(self) -> list[MissedCall]:
        raise PermissionError("fallback.log")


@pytest.mark.usefixtures("quick")
async def test_a_fallback_log_that_cannot_be_read_holds_up_no_other_switch(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    timeline = LoopTimeline()
    provisioning = {"a": Unreadable("a"), "b": Provided("b")}
    server = server_of(site, [FakeSwitch(timeline, "a"), FakeSwitch(timeline, "b")], provisioning)
    serving = await serve(server, version)
    await until(lambda: provisioning["b"].kept == [])
    signal.raise_signal(signal.SIGTERM)
    await serving
    with closing(sqlite3.connect(site.database)) as connection:
        assert connection.execute("SELECT call FROM calls").fetchall() == [("b@fallback-1",)]
