"""Recordings of talks on FreeSWITCH when the controller is killed: what its heir finds beside them, and tells."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from calls import events
from calls.ids import AttemptId, LegId
from switch.freeswitch import notes
from switch.freeswitch.legs import Leg
from switch.freeswitch.recording import Recorder
from switch.freeswitch.session import Told
from switch.freeswitch.talk import Talk
from switch.freeswitch.wire import Event
from tests.unit.switch.freeswitch.keeping_house import KeepingHouse, sound

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]

CALLER, AGENT, TRY = LegId("a"), LegId("b"), AttemptId("a:1")
RAW = "unfinished-a_1.wav"


class Controller(KeepingHouse):
    """A recorder, and what it told."""

    def __init__(self, folder: Path, controller: str = "") -> None:
        super().__init__(folder, controller)
        self.recorder = Recorder(self.session)


def left_by(folder: Path, name: str, controller: str = "") -> Controller:
    """What a killed controller left: a file of two seconds under this name, and its note."""
    sound(folder / name)
    notes.leave(folder / RAW, notes.TalkNote(TRY, CALLER, "talk-1", controller))
    return Controller(folder)


@pytest.mark.parametrize("left", [RAW, "talk-1.wav"])
async def test_killed_before_the_journal_had_it_the_heir_tells_of_the_file_once(tmp_path: Path, left: str) -> None:
    heir = left_by(tmp_path, left)
    heir.recorder.adopt(())
    heir.recorder.adopt(())  # the link went and came before it was kept
    assert heir.told == [events.RecordingFinished(CALLER, TRY, str(tmp_path / "talk-1.wav"), 2.0)]
    assert heir.files() == ["talk-1.wav", "unfinished-a_1.talk.json"]
    heir.kept.set()
    await asyncio.sleep(0.01)
    assert heir.files() == ["talk-1.wav"]
    heir.recorder.adopt(())
    assert len(heir.told) == 1


async def test_of_a_file_that_was_dropped_or_never_begun_nothing_is_left_or_told(tmp_path: Path) -> None:
    heir = left_by(tmp_path, "talk-1.wav")
    (tmp_path / "talk-1.wav").unlink()
    heir.recorder.adopt(())
    assert (heir.told, heir.files()) == ([], [])


async def test_a_controller_that_closes_leaves_the_note(tmp_path: Path) -> None:
    heir = left_by(tmp_path, "talk-1.wav")
    heir.recorder.adopt(())
    await heir.recorder.close()
    assert heir.files() == ["talk-1.wav", "unfinished-a_1.talk.json"]


async def test_what_another_controller_of_the_switch_records_is_left_to_it(tmp_path: Path) -> None:
    heir = left_by(tmp_path, RAW, "south")
    heir.recorder.adopt(())
    assert (heir.told, heir.files()) == ([], [f"{RAW.removesuffix('.wav')}.talk.json", RAW])
    south = Controller(tmp_path, "south")
    south.recorder.adopt(())
    assert [type(told) for told in south.told] == [events.RecordingFinished]


async def test_a_note_that_is_not_whole_goes(tmp_path: Path) -> None:
    heir = left_by(tmp_path, RAW)
    (tmp_path / "unfinished-a_1.talk.json").write_bytes(b'{"attempt":')
    heir.recorder.adopt(())
    assert (heir.told, heir.files()) == ([], [RAW])


@pytest.mark.parametrize("heard", [True, False])
async def test_a_file_that_the_switch_has_closed_by_itself_is_told_once(tmp_path: Path, heard: bool) -> None:
    """Where nothing is recorded any more, its end is told in a moment, or was while nobody listened."""
    heir = left_by(tmp_path, RAW)
    heir.session.legs[CALLER] = Leg(CALLER, "", "", inbound=True)
    heir.recorder.adopt(())
    heir.answer(f"uuid_record {CALLER} stop {tmp_path / RAW}", Told("-ERR Cannot stop record session!", "refused"))
    assert heir.told == []
    if heard:
        headers = {"Event-Name": "RECORD_STOP", "Record-File-Path": str(tmp_path / RAW), "variable_record_ms": "2000"}
        heir.recorder.on_record_stop(Event(headers))
    else:
        await asyncio.sleep(0.6)
    assert heir.told == [events.RecordingFinished(CALLER, TRY, str(tmp_path / "talk-1.wav"), 2.0)]


async def test_the_switch_records_only_while_they_talk(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    controller.recorder.begin(Talk(TRY, CALLER, AGENT, "talk-1"))
    while_bridged = "{RECORD_BRIDGE_REQ=true,RECORD_PRE_BUFFER_FRAMES=0}"
    assert controller.asked == [f"uuid_record {CALLER} start {tmp_path / RAW} 0 {while_bridged}"]


async def test_of_a_talk_that_never_stood_its_heir_tells_nothing(tmp_path: Path) -> None:
    """Killed between the order to record and the one to connect: the next try has a file of the same name."""
    heir = left_by(tmp_path, RAW)
    heir.session.legs[CALLER] = Leg(CALLER, "", "", inbound=True)
    heir.recorder.adopt(())
    heir.answer(f"uuid_record {CALLER} stop {tmp_path / RAW}", Told("+OK Success", None))
    (tmp_path / RAW).unlink()  # so does the switch, and tells
    path = str(tmp_path / RAW)
    stopped = {"Event-Name": "RECORD_STOP", "Record-File-Path": path, "Record-Completion-Cause": "empty-file"}
    heir.recorder.on_record_stop(Event(stopped))
    assert (heir.told, heir.files()) == ([], [])
