"""Recordings of talks on FreeSWITCH when the controller is killed: what its heir finds beside them, and tells."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from calls import events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId
from switch.freeswitch import notes
from switch.freeswitch.recording import Recorder
from switch.freeswitch.session import FreeSwitchOptions, Session
from switch.keeping import Keeping

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]

CALLER, TRY = LegId("a"), AttemptId("a:1")


class Controller:
    """A recorder, and what it told; it is `kept` when that is set."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[events.SwitchEvent] = []
        self.kept = asyncio.Event()
        keeping = Keeping()
        keeping.kept = self._kept
        session = create_autospec(Session, instance=True)
        session.options = FreeSwitchOptions("secret", recordings_dir=folder, keeping=keeping)
        session.emit = self.told.append
        session.legs = {}
        self.recorder = Recorder(session)
        self.raw = folder / "unfinished-a_1.wav"

    async def _kept(self) -> bool:
        await self.kept.wait()
        return True

    def files(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


def left_by(folder: Path, name: str) -> Controller:
    """What a killed controller left: a file of two seconds under this name, and its note."""
    controller = Controller(folder)
    with wave.open(str(folder / name), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 16_000))
    notes.leave(controller.raw, notes.TalkNote(TRY, CALLER, "talk-1"))
    return controller


@pytest.mark.parametrize("left", ["unfinished-a_1.wav", "talk-1.wav"])
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


async def test_of_a_file_that_was_dropped_nothing_is_left(tmp_path: Path) -> None:
    heir = left_by(tmp_path, "talk-1.wav")
    (tmp_path / "talk-1.wav").unlink()
    heir.recorder.adopt(())
    (told,) = heir.told
    assert isinstance(told, events.RecordingFinished)
    assert (told.outcome, told.path) == (Outcome.FAILED, ""), "the house knows that it was dropped"
    heir.kept.set()
    await asyncio.sleep(0.01)
    assert heir.files() == []


async def test_a_controller_that_closes_leaves_the_note(tmp_path: Path) -> None:
    heir = left_by(tmp_path, "talk-1.wav")
    heir.recorder.adopt(())
    await heir.recorder.close()
    assert heir.files() == ["talk-1.wav", "unfinished-a_1.talk.json"]
