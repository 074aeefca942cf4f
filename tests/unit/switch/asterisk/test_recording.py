"""Recordings of talks when the controller is killed: what its heir finds beside them, and tells."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from unittest.mock import create_autospec

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from calls import commands, events
from calls.causes import Outcome
from calls.ids import AttemptId, LegId
from switch.asterisk import notes, recording, wire
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Leg
from switch.asterisk.recording import Recorder
from switch.asterisk.requests import reply_of
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.talk import Talk
from switch.keeping import Keeping

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]

A, B, TRY = LegId("a"), LegId("b"), AttemptId("a:1")


class Controller:
    """A recorder, and what it asked and told. `taken` is whether anybody keeps that, and `kept` when they have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[events.SwitchEvent] = []
        self.kept = asyncio.Event()
        self.taken = True
        keeping = Keeping()
        keeping.kept = self._kept
        options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret", recordings_dir=folder, keeping=keeping)
        self.session = Session(options)
        self.session.client = create_autospec(AriClient, instance=True)
        self.session.loop = asyncio.get_running_loop()
        self.session.emit = self.told.append
        for leg_id in (A, B):
            self.session.add(Leg(leg_id, "", "", inbound=True))
        self.recorder = Recorder(self.session)
        base = self.session.recording_name(TRY)
        self.sides = (f"{base}-a", f"{base}-b")
        self.talk = Talk(TRY, "bridge", A, B, "talk-1")

    async def _kept(self) -> bool:
        await self.kept.wait()
        return self.taken

    def heir(self) -> Controller:
        """The next controller of the same folder; this one does nothing more, and drops no note."""
        self.taken = False
        self.kept.set()
        return Controller(self.folder)

    def asked(self) -> list[str]:
        return [f"{call.args[0]} {call.args[1].partition('?')[0]}" for call in self._client().request.call_args_list]

    def answer(self, asked: str, status: int) -> None:
        """Asterisk's reply to the newest request whose method and path begin so."""
        call = next(
            call
            for call in reversed(self._client().request.call_args_list)
            if f"{call.args[0]} {call.args[1]}".startswith(asked)
        )
        call.args[2](reply_of(status, "", ""))

    def _client(self):  # type: ignore[no-untyped-def]  # a mock of AriClient
        return self.session.client

    def stands(self) -> None:
        """The talk stands, and both its sides are recorded."""
        self.recorder.announce(self.talk)
        self.recorder.begin(self.talk)
        for side in self.sides:
            self.recorder.on_snoop(side)
            self.sound(side, 2.0)

    def sound(self, side: str, length_s: float) -> None:
        np.ones(int(8000 * length_s), "<i2").tofile(self.folder / f"{side}.sln")

    async def ends(self) -> None:
        """The talk is over, and its file in place and told."""
        self.recorder.end(self.talk)
        for side in self.sides:
            self.recorder.on_finished(wire.RecordingFinished(recording=wire.LiveRecording(state="done", name=side)))
        await until(lambda: bool(self.told))

    def files(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(20.0):
        while not ready():  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.002)


@pytest_asyncio.fixture
async def controller(tmp_path: Path) -> AsyncIterator[Controller]:
    controller = Controller(tmp_path)
    yield controller
    await controller.recorder.drain()


def told(path: Path, duration_s: float = 2.0) -> events.RecordingFinished:
    return events.RecordingFinished(A, TRY, str(path), duration_s)


async def test_the_note_stays_until_what_was_told_is_kept(controller: Controller) -> None:
    controller.stands()
    await controller.ends()
    assert controller.told == [told(controller.folder / "talk-1.wav")]
    assert controller.files() == [f"{controller.sides[0]}.talk.json", "talk-1.wav"]
    controller.kept.set()
    await until(lambda: controller.files() == ["talk-1.wav"])


@pytest.mark.parametrize(
    ("lasted_s", "outcome"),
    [(0.02, Outcome.FINISHED), (0.49, Outcome.FINISHED), (0.51, Outcome.FAILED), (60.0, Outcome.FAILED)],
)
async def test_no_sound_is_a_failure_but_of_a_talk_that_was_over_before_its_files_began(
    controller: Controller, monkeypatch: pytest.MonkeyPatch, lasted_s: float, outcome: Outcome
) -> None:
    clock = [100.0]
    monkeypatch.setattr(controller.session, "loop", create_autospec(asyncio.AbstractEventLoop, instance=True))
    monkeypatch.setattr(controller.session.loop, "time", lambda: clock[0])
    controller.recorder.announce(controller.talk)
    controller.recorder.begin(controller.talk)
    for side in controller.sides:
        controller.recorder.on_snoop(side)
    clock[0] += lasted_s
    await controller.ends()
    (ended,) = controller.told
    assert isinstance(ended, events.RecordingFinished)
    assert (ended.path, ended.outcome) == ("", outcome)
    assert controller.files() == []


async def test_killed_between_join_and_journal_the_heir_tells_of_the_file_once(controller: Controller) -> None:
    controller.stands()
    await controller.ends()
    heir = controller.heir()
    heir.recorder.adopt((), ())
    heir.recorder.adopt((), ())  # the link went and came before it was kept
    assert heir.told == [told(heir.folder / "talk-1.wav")]
    heir.kept.set()
    await until(lambda: heir.files() == ["talk-1.wav"])
    heir.recorder.adopt((), ())
    assert len(heir.told) == 1
    await heir.recorder.drain()


async def test_a_file_that_was_declined_and_dropped_is_not_told_again(controller: Controller) -> None:
    controller.stands()
    await controller.ends()
    (controller.folder / "talk-1.wav").unlink()
    heir = controller.heir()
    heir.recorder.adopt((), ())
    assert (heir.told, heir.files()) == ([], [])


async def test_what_a_closing_controller_does_not_take_is_its_heirs(controller: Controller) -> None:
    controller.taken = False
    controller.kept.set()
    controller.stands()
    await controller.ends()
    await controller.recorder.drain()
    heir = controller.heir()
    heir.recorder.adopt((), ())
    assert heir.told == [told(heir.folder / "talk-1.wav")]
    await heir.recorder.drain()


async def test_killed_before_it_saw_the_talk_stand_the_heir_records_it(controller: Controller) -> None:
    controller.recorder.announce(controller.talk)
    heir = controller.heir()
    heir.recorder.adopt((), (TRY,))
    snoops = [f"POST channels/{leg}/snoop/{side}" for leg, side in zip((A, B), heir.sides, strict=True)]
    assert heir.asked() == snoops
    for side in heir.sides:
        heir.recorder.on_snoop(side)
    assert heir.asked()[2:] == [f"POST channels/{side}/record" for side in heir.sides]


async def test_killed_between_its_two_snoop_channels_the_heir_asks_for_the_other(controller: Controller) -> None:
    controller.recorder.announce(controller.talk)
    heir = controller.heir()
    one, other = heir.sides
    heir.recorder.adopt((one,), (TRY,))
    assert heir.asked() == [f"POST channels/{B}/snoop/{other}"]
    heir.recorder.on_snoop(other)
    assert heir.asked()[1:] == [f"POST channels/{side}/record" for side in heir.sides]


async def test_a_snoop_channel_that_came_up_after_the_list_was_taken_is_the_heirs(controller: Controller) -> None:
    """The earlier controller had asked for it just before it was killed: Asterisk says 500 of one more by that id."""
    controller.recorder.announce(controller.talk)
    heir = controller.heir()
    heir.recorder.adopt((), (TRY,))
    for leg, side in zip((A, B), heir.sides, strict=True):
        heir.answer(f"POST channels/{leg}/snoop/{side}", 500)
        heir.answer(f"GET channels/{side}", 200)
        heir.sound(side, 2.0)
    assert heir.asked()[-2:] == [f"POST channels/{side}/record" for side in heir.sides]
    await heir.ends()
    assert heir.told == [told(heir.folder / "talk-1.wav")]
    await heir.recorder.drain()


async def test_a_snoop_channel_that_is_refused_for_good_leaves_no_half_of_a_talk(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_ENDS_TOGETHER_S", 0.0)
    one, other = controller.sides
    controller.recorder.announce(controller.talk)
    controller.recorder.begin(controller.talk)
    controller.recorder.on_snoop(one)
    controller.sound(one, 2.0)
    controller.answer(f"POST channels/{B}/snoop/{other}", 500)
    controller.answer(f"GET channels/{other}", 404)
    await asyncio.sleep(0.01)
    controller.answer(f"GET channels/{other}", 404)
    controller.recorder.end(controller.talk)
    controller.recorder.on_finished(wire.RecordingFinished(recording=wire.LiveRecording(state="done", name=one)))
    await until(lambda: bool(controller.told))
    assert controller.told == [events.RecordingFinished(A, TRY, "", 0.0, Outcome.FAILED, "failed")]


@pytest.mark.parametrize(("channel", "outcome"), [(404, Outcome.FINISHED), (200, Outcome.FAILED)], ids=["left", "disk"])
async def test_a_file_that_ends_long_before_the_talk_is_broken_only_where_its_channel_goes_on(
    controller: Controller, monkeypatch: pytest.MonkeyPatch, channel: int, outcome: Outcome
) -> None:
    """A leg that left takes its snoop channel along, and just after a start the talk's end may come much later."""
    monkeypatch.setattr(recording, "_ENDS_TOGETHER_S", 0.0)
    controller.stands()
    for side in controller.sides:
        controller.recorder.on_finished(wire.RecordingFinished(recording=wire.LiveRecording(state="done", name=side)))
    await asyncio.sleep(0.01)
    for side in controller.sides:
        controller.answer(f"GET channels/{side}", channel)
    controller.recorder.end(controller.talk)
    await until(lambda: bool(controller.told))
    (finished,) = controller.told
    assert isinstance(finished, events.RecordingFinished)
    assert finished.outcome is outcome


async def test_what_is_recorded_already_is_not_asked_for_again(controller: Controller) -> None:
    controller.stands()
    heir = controller.heir()
    heir.recorder.adopt(heir.sides, (TRY,))
    assert heir.asked() == []


@pytest.mark.parametrize("by", ["refused", "killed"])
async def test_of_a_talk_that_never_stood_nothing_is_left(controller: Controller, by: str) -> None:
    controller.recorder.announce(controller.talk)
    assert controller.files() != []
    if by == "refused":
        controller.recorder.discard(controller.talk)
    else:
        controller = controller.heir()
        controller.recorder.adopt((), ())
    assert (controller.told, controller.files()) == ([], [])


async def test_killed_when_the_talk_was_over_what_is_recorded_on_is_left_out(controller: Controller) -> None:
    controller.stands()
    controller.recorder.end(controller.talk)
    (note,) = notes.notes(controller.folder, "hotline-")
    over_at = notes.written_at(controller.folder, note)
    heir = controller.heir()
    one, other = heir.sides
    heir.recorder.adopt((one,), ())
    assert heir.asked() == [f"DELETE channels/{side}" for side in heir.sides]
    heir.sound(one, 7.0)
    for side, at in ((one, over_at + 5.0), (other, over_at)):
        os.utime(heir.folder / f"{side}.sln", (at, at))
    heir.recorder.on_finished(wire.RecordingFinished(recording=wire.LiveRecording(state="done", name=one)))
    await until(lambda: bool(heir.told))
    assert heir.told == [told(heir.folder / "talk-1.wav")]
    await heir.recorder.drain()


async def test_a_note_that_a_kill_cut_short_is_taken_away_and_the_one_before_stands(controller: Controller) -> None:
    controller.stands()
    (note,) = [file for file in controller.files() if file.endswith(".talk.json")]
    for begun in (f".{note}.new", ".another-1-a.talk.json.new"):
        (controller.folder / begun).write_bytes(b'{"attempt":')
    heir = controller.heir()
    heir.recorder.adopt(heir.sides, (TRY,))
    assert f".{note}.new" not in heir.files()
    assert {note, ".another-1-a.talk.json.new"} < set(heir.files()), "another application's is its own affair"


async def test_a_message_that_was_put_in_place_is_told_by_the_heir(controller: Controller) -> None:
    """Its note goes when it is kept; the heir tells of it, as long as there is the file."""
    record = commands.Record(A, AttemptId("a/1"), "messages/care/a-1", max_s=20.0)
    controller.recorder.record(record)
    raw = controller.session.recording_name(record.attempt)
    soundfile.write(controller.folder / f"{raw}.wav", np.zeros(16_000, np.int16), 8000)
    controller.recorder.on_finished(wire.RecordingFinished(recording=wire.LiveRecording(state="done", name=raw)))
    (first,) = controller.told
    assert isinstance(first, events.RecordingFinished)
    assert first.outcome is Outcome.FINISHED
    heir = controller.heir()
    heir.recorder.messages.take_up((), ())
    heir.recorder.messages.take_up((), ())
    (again,) = heir.told
    assert isinstance(again, events.RecordingFinished)
    assert (again.attempt, again.path, again.duration_s) == (first.attempt, first.path, 2.0)
    heir.kept.set()
    await until(lambda: heir.files() == ["messages"])
