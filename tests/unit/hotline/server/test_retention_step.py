"""Retention of a running server: one piece at a time, audited, whatever store and files do."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from hotline.server import retention, upkeep
from hotline.server.retention import Retention
from hotline.site.keeping import KeepSettings
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.known_time import KnownTime
from hotline.store.writer import Writer
from hotline.versions.store import Versions
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.store.test_retention import DAY_S, NOW, Store

pytestmark = pytest.mark.unit

KEEP = KeepSettings(recordings=30, calls=30).model_dump()


class House:
    """A store with its writer and the step."""

    def __init__(self, folder: Path, keep: Mapping[str, int | None] | None = None, sounds: Sequence[Path] = ()) -> None:
        self.store = Store(folder)
        KnownTime(folder, self.store.path).accept(NOW)  # it has run until now
        self.writer = Writer(self.store.path, lambda trouble: None)
        self.step = Retention(self.store.path, folder, self.writer, keep or KEEP, sounds)
        self.now = 0.0

    async def look(self, later_s: float = 1.0) -> None:
        self.now += later_s
        await self.step.look(self.now, NOW)

    async def written(self) -> None:
        async with asyncio.timeout(10):
            await self.writer.durable()

    async def a_run(self) -> None:
        """From its beginning to its end."""
        for _ in range(30):
            await self.look()
            await self.written()

    def audited(self) -> list[str]:
        path = self.store.folder / "audit.log"
        return [json.loads(line)["about"] for line in path.read_text().splitlines()] if path.exists() else []


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    await house.writer.close()
    house.store.connection.close()


async def test_a_run_begins_a_minute_after_the_start_and_goes_through_all_kinds(house: House) -> None:
    for number in range(120):
        house.store.call(f"call-{number}", 100, talk=True)
    house.store.call("young", 5, talk=True)
    await house.look()
    await house.look(30.0)
    assert house.audited() == [], "callers of before come first"
    await house.look(31.0)
    await house.a_run()
    assert house.store.rows("calls") == house.store.rows("recordings") == ["young"]
    assert [path.name for path in house.store.folder.glob("*.wav")] == ["young-talk.wav"]
    assert house.audited() == [
        "recordings: 100, older than 30 days",
        "recordings: 20, older than 30 days",
        "calls: 100, older than 30 days",
        "calls: 20, older than 30 days",
    ]
    house.store.call("another", 50)
    await house.a_run()
    assert "another" in house.store.rows("calls"), "once an hour"
    await house.look(3_600.0)
    await house.a_run()
    assert "another" not in house.store.rows("calls")


async def test_a_file_that_cannot_be_deleted_keeps_its_row_and_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        house.store.call(f"call-{number:03}", 200 - number, talk=True)
    unlink: Callable[..., None] = Path.unlink

    def refuse(path: Path, *given: Any, **named: Any) -> None:
        if path.name in ("call-000-talk.wav", "call-050-talk.wav"):
            raise PermissionError(13, "no", str(path))
        unlink(path, *given, **named)

    monkeypatch.setattr(Path, "unlink", refuse)
    await house.look()
    await house.look(61.0)
    await house.a_run()
    assert house.store.rows("recordings") == house.store.rows("calls") == ["call-000", "call-050"]
    monkeypatch.undo()
    await house.look(3_600.0)
    await house.a_run()
    assert house.store.rows("recordings") == house.store.rows("calls") == []


async def test_a_file_that_is_gone_already_is_as_it_should_be(house: House) -> None:
    house.store.call("a", 100, talk=True)
    (house.store.folder / "a-talk.wav").unlink()
    await house.look()
    await house.look(61.0)
    await house.a_run()
    assert house.store.rows("recordings") == []


async def test_it_does_not_wait_for_a_store_that_does_not_write(house: House) -> None:
    for number in range(250):
        house.store.call(f"call-{number}", 100)
    await house.look()
    with contextlib.closing(sqlite3.connect(house.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(20):
            for _ in range(10):
                await house.look(61.0)
        assert len(house.audited()) == 1, "one piece was given, and no more until that is written"
        other.execute("ROLLBACK")
    await house.written()
    await house.a_run()
    assert house.store.rows("calls") == []
    assert opening.is_of_today(house.store.path)


async def test_what_cannot_be_audited_does_not_go(house: House) -> None:
    house.store.call("a", 100, talk=True)
    (house.store.folder / "audit.log").mkdir()
    await house.look()
    with pytest.raises(OSError, match="audit"):
        await house.look(61.0)
    assert (house.store.folder / "a-talk.wav").exists()


async def test_a_running_server_keeps_to_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_EVERY_S", 0.01)
    monkeypatch.setattr(retention, "_FIRST_S", 0.0)
    site = new_site(tmp_path)
    settings = tmp_path / "hotline.yaml"
    settings.write_text(f"{settings.read_text()}keep: {{recordings: 30, calls: 60}}\n")
    site = Site.open(tmp_path)
    version = publish(Versions(site.versions), 1)
    store = Store(site.state)
    store.call("old", 100, talk=True)
    store.call("older", 40, talk=True)
    store.call("young", 5, talk=True)
    server = new_server(site)
    task = await serve(server, version)
    await until(lambda: store.rows("calls") == ["older", "young"])
    assert store.rows("recordings") == ["young"]
    assert [path.name for path in site.state.glob("*.wav")] == ["young-talk.wav"]
    store.connection.close()
    signal.raise_signal(signal.SIGTERM)
    await task


@pytest.mark.parametrize("start", [True, False])
async def test_a_clock_that_jumps_far_ahead_deletes_nothing(house: House, start: bool) -> None:
    """Before the server starts, or while it runs between two runs."""
    for number in range(5):
        house.store.call(f"call-{number}", number, talk=True)
    if not start:
        await house.look()
        await house.look(61.0)
        await house.a_run()
    jumped = NOW + 3_650 * DAY_S
    for _ in range(3):
        house.now += 3_700.0
        await house.step.look(house.now, jumped + house.now)
    assert len(house.store.rows("calls")) == len(house.store.rows("recordings")) == 5
    assert house.audited() == []
    assert "days ahead of all that is known; nothing is deleted" in house.step.warnings()[0]
    KnownTime(house.store.folder, house.store.path).accept(jumped + house.now)
    for _ in range(30):
        house.now += 3_700.0 if house.step.warnings() else 1.0
        await house.step.look(house.now, jumped + house.now)
        await house.written()
    assert house.store.rows("calls") == house.store.rows("recordings") == []
    assert house.step.warnings() == []


async def test_a_run_goes_by_the_time_of_its_beginning(house: House) -> None:
    """The clock jumps in the middle of one."""
    for number in range(150):
        house.store.call(f"old-{number}", 100, talk=True)
    house.store.call("young", 5, talk=True)
    await house.look()
    await house.look(61.0)
    for _ in range(20):
        house.now += 1.0
        await house.step.look(house.now, NOW + 3_650 * DAY_S)
        await house.written()
    assert house.store.rows("calls") == house.store.rows("recordings") == ["young"]


@pytest.mark.parametrize(("voicemail", "goes"), [(60, True), (None, False)])
async def test_a_sound_file_without_a_row_goes_once_nothing_could_keep_it(
    tmp_path: Path, voicemail: int | None, goes: bool
) -> None:
    house = House(tmp_path, {**KEEP, "voicemail": voicemail}, (tmp_path / "sounds",))
    lost, younger = tmp_path / "sounds" / "lost.wav", tmp_path / "sounds" / "younger.wav"
    lost.parent.mkdir()
    for path, days in ((lost, 61), (younger, 59)):
        path.write_bytes(b"x")
        os.utime(path, (NOW - days * DAY_S,) * 2)
    await house.look()
    await house.look(61.0)
    await house.a_run()
    assert (lost.exists(), younger.exists()) == (not goes, True)
    assert house.audited() == ([f"without a row: {lost}"] if goes else [])
    await house.writer.close()
    house.store.connection.close()
