"""How a leg of FreeSWITCH is heard, over a session whose switch does what a real one was seen to do with files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO
from unittest.mock import create_autospec

import pytest
import pytest_asyncio

from calls.causes import FailureReason
from calls.errors import SwitchAway, SwitchError
from calls.ids import LegId
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.hearing import FOLDER, Hearing
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import FreeSwitchOptions, Session, Then, Told
from switch.freeswitch.wire import Event

pytestmark = pytest.mark.unit

LEG = LegId("0c6f1a52-8a3c-4a53-9d0b-6c1e7f0f7a11")
WORD = b"\x10\x20" * 320


class Switch:
    """Records into files, and tells its end of each; `hearing` is whom it talks to."""

    def __init__(self, folder: Path, controller: str = "") -> None:
        self.folder = folder / FOLDER
        self.options = FreeSwitchOptions("", recordings_dir=folder, controller=controller, deadline_s=0.2)
        self.asked: list[str] = []
        self.open: dict[str, BinaryIO] = {}
        self.refuses: Told | None = None
        self.writes_elsewhere = False
        self.records = asyncio.Event()
        self.session = create_autospec(Session, instance=True)
        self.session.options = self.options
        self.session.legs = {LEG: Leg(LEG, "", "", inbound=True)}
        self.session.loop = asyncio.get_running_loop()
        self.session.client = create_autospec(EventSocketClient, instance=True)
        self.session.client.linked = True
        self.session.api.side_effect = self._api
        self.hearing = Hearing(self.session)

    def _api(self, name: str, arguments: str, then: Then) -> None:
        self.asked.append(arguments)
        asyncio.get_running_loop().call_soon(then, self._told(name, *arguments.split(" ")))

    def _told(self, name: str, leg: str, verb: str, path: str, *more: str) -> Told:
        assert name == "uuid_record"
        if not self.session.client.linked:
            return Told("the link is down", "switch_lost")
        if self.refuses is not None:
            return self.refuses
        if LegId(leg) not in self.session.legs:
            return Told("-ERR Cannot locate session!", "leg_gone")
        if verb == "start":
            self.open[path] = (Path(os.devnull) if self.writes_elsewhere else Path(path)).open("wb", buffering=0)
            self.records.set()
            return Told("+OK Success", None)
        if path not in self.open:
            return Told("-ERR Cannot stop record session!", "refused")
        self.closes(path)
        return Told("+OK Success", None)

    def says(self, samples: bytes) -> None:
        for file in self.open.values():
            file.write(samples)

    def closes(self, path: str) -> None:
        """As at its limit, or with the leg."""
        self.open.pop(path).close()
        self.records.clear()
        self.hearing.on_record_stop(Event({"Event-Name": "RECORD_STOP", "Record-File-Path": path}))

    def notes(self) -> list[Path]:
        return sorted(self.folder.glob("*"))


@pytest_asyncio.fixture
async def switch(tmp_path: Path) -> AsyncIterator[Switch]:
    switch = Switch(tmp_path)
    yield switch
    for file in switch.open.values():
        file.close()


async def begun(switch: Switch, sound: AsyncIterator[bytes]) -> bytes:
    """The first piece, once the switch records."""
    first = asyncio.ensure_future(anext(sound))
    async with asyncio.timeout(10.0):
        await switch.records.wait()
        switch.says(WORD)
        return await first


async def settled() -> None:
    """What was ordered has its answer."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_recording_of_its_own_without_a_name(switch: Switch) -> None:
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        assert await begun(switch, sound) == WORD
        (path,) = switch.open
        leg, verb, name, limit_s, variables = switch.asked[0].split(" ")
        assert (leg, verb, name, int(limit_s) > 0) == (LEG, "start", path, True)
        assert {"RECORD_READ_ONLY=true", "RECORD_STEREO=false", "record_sample_rate=16000"} <= set(
            variables.strip("{}").split(",")
        )
        (note,) = (found.stat() for found in switch.notes())
        assert (note.st_size, note.st_mode & 0o077) == (0, 0), "what is said is under no name"
        switch.says(b"\x01\x02\x03")
        assert await anext(sound) == b"\x01\x02", "whole samples only"
        switch.says(b"\x04")
        assert await anext(sound) == b"\x03\x04"
    await settled()
    assert switch.asked[1:] == [f"{LEG} stop {path}"]
    assert switch.notes() == []


async def test_where_nobody_listens_nothing_is_asked_nor_made(switch: Switch) -> None:
    switch.hearing.adopt()
    switch.hearing.on_lost()
    switch.hearing.on_record_stop(Event({"Event-Name": "RECORD_STOP", "Record-File-Path": "/talk.wav"}))
    assert switch.asked == []
    assert not switch.folder.exists()


async def test_a_gap_is_silence_of_its_length(switch: Switch) -> None:
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        began = asyncio.get_running_loop().time()
        await begun(switch, sound)
        gap = b"".join([await anext(sound) for _ in range(3)])
        took_s = asyncio.get_running_loop().time() - began
        assert set(gap) == {0}
        assert len(gap) / 32_000 <= took_s + 0.01
        switch.says(WORD)
        assert await anext(sound) == WORD


async def test_what_was_said_last_is_heard_before_the_end(switch: Switch) -> None:
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        await begun(switch, sound)
        switch.says(WORD)
        (path,) = switch.open
        leg = switch.session.legs.pop(LEG)
        switch.closes(path)
        switch.hearing.on_end(leg)
        assert [piece async for piece in sound] == [WORD]
    await settled()
    assert len(switch.asked) == 1, "it is closed already"
    assert switch.notes() == []


async def test_at_its_limit_another_recording_follows(switch: Switch) -> None:
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        await begun(switch, sound)
        (first,) = switch.open
        switch.closes(first)
        assert await begun(switch, sound) == WORD
        (second,) = switch.open
        assert second != first
    await settled()
    assert switch.notes() == []


async def test_a_leg_whose_file_is_closed_first_ends_all_the_same(switch: Switch) -> None:
    """The switch closes the file of a leg that ends before it tells the end."""
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        await begun(switch, sound)
        (path,) = switch.open
        switch.refuses = Told("-ERR Cannot record session!", "refused")
        switch.closes(path)
        assert [piece async for piece in sound] == []
    assert switch.notes() == []


@pytest.mark.parametrize(
    ("reason", "fault"), [("refused", SwitchError), ("deadline", SwitchAway), ("switch_lost", SwitchAway)]
)
async def test_what_cannot_be_begun_is_told(switch: Switch, reason: FailureReason, fault: type[Exception]) -> None:
    switch.refuses = Told("-ERR Cannot record session!", reason)
    with pytest.raises(fault):
        await anext(switch.hearing.sound_of(LEG))
    await settled()
    assert switch.notes() == [] or reason != "refused", "what may have been begun is for the next inventory"


async def test_a_leg_that_is_not_there_cannot_be_heard(switch: Switch) -> None:
    with pytest.raises(SwitchError, match="no such leg"):
        await anext(switch.hearing.sound_of(LegId("nobody")))


async def test_a_leg_whose_name_would_be_another_folders_is_refused(switch: Switch) -> None:
    leg = LegId("../../etc/x")
    switch.session.legs[leg] = Leg(leg, "", "", inbound=True)
    with pytest.raises(SwitchError, match="no name for a file"):
        await anext(switch.hearing.sound_of(leg))


async def test_a_switch_that_writes_on_another_machine_is_no_silence(switch: Switch) -> None:
    switch.writes_elsewhere = True
    with pytest.raises(SwitchError, match="does the switch write into"):
        await anext(switch.hearing.sound_of(LEG))
    await settled()
    assert switch.open == {}


async def test_a_folder_that_cannot_be_made_is_told(switch: Switch) -> None:
    switch.folder.write_text("in the way")
    with pytest.raises(SwitchError, match="cannot be heard"):
        await anext(switch.hearing.sound_of(LEG))


async def test_what_a_lost_link_leaves_is_stopped_when_it_is_back(switch: Switch) -> None:
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        await begun(switch, sound)
        (path,) = switch.open
        switch.session.client.linked = False
        switch.hearing.on_lost()
        assert [piece async for piece in sound] == []
    await settled()
    assert list(map(str, switch.notes())) == [path]
    switch.session.client.linked = True
    switch.hearing.adopt()
    await settled()
    assert (switch.open, switch.notes()) == ({}, [])


async def test_an_heir_stops_what_is_left_and_not_what_goes_on(switch: Switch) -> None:
    left = switch.folder / f"~{LEG}~left.r16"
    switch.folder.mkdir()
    left.touch()
    async with aclosing(switch.hearing.sound_of(LEG)) as sound:
        await begun(switch, sound)
        (path,) = switch.open
        switch.asked.clear()
        switch.hearing.adopt()
        await settled()
        assert switch.asked == [f"{LEG} stop {left}"]
        assert list(map(str, switch.notes())) == [path]


async def test_controllers_that_share_a_switch_leave_each_others_alone(tmp_path: Path) -> None:
    north, south = Switch(tmp_path, "north"), Switch(tmp_path, "south")
    async with aclosing(north.hearing.sound_of(LEG)) as sound:
        await begun(north, sound)
        (path,) = north.open
        south.hearing.adopt()
        heir = Hearing(north.session)
        assert south.asked == []
        heir.adopt()
        assert north.asked[-1] == f"{LEG} stop {path}"
        await settled()
