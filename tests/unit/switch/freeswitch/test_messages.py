"""Messages on FreeSWITCH when the controller is killed: who ended theirs is not asked again, and nothing stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from calls import events
from calls.causes import Outcome
from calls.commands import Record
from calls.ids import AttemptId, LegId
from switch.freeswitch import notes
from switch.freeswitch.client import Refused
from switch.freeswitch.inventory import _recorded
from switch.freeswitch.legs import Leg
from switch.freeswitch.messages import Messages, Recorded
from switch.keeping import Notes
from tests.unit.switch.freeswitch.keeping_house import KeepingHouse, sound

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]

CALLER, TRY = LegId("a"), AttemptId("a:1")
RAW, NOTE = "unfinished-a_1.wav", "unfinished-a_1.message.json"


class Controller(KeepingHouse):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.messages = Messages(self.session, Notes(self.session.options.keeping))


def left_by(folder: Path, *, with_file: bool = True) -> Controller:
    """What a killed controller left of a message."""
    if with_file:
        sound(folder / RAW)
    notes.leave(folder / RAW, notes.MessageNote(TRY, CALLER, "mail/1"))
    return Controller(folder)


@pytest.mark.parametrize(("live", "ended_by"), [([], "hang_up"), ([CALLER], "stopped")])
async def test_one_that_has_ended_meanwhile_is_told_once(tmp_path: Path, live: list[LegId], ended_by: str) -> None:
    heir = left_by(tmp_path)
    assert await heir.messages.stop_left({}) == set()
    for _ in range(2):  # the link went and came before it was kept
        heir.messages.take_up(live, set())
    (told,) = heir.told
    path = str(tmp_path / "mail/1.wav")
    assert told == events.RecordingFinished(CALLER, TRY, path, 2.0, Outcome.FINISHED, ended_by)  # type: ignore[arg-type]
    assert heir.files() == ["mail", NOTE]
    heir.kept.set()
    await asyncio.sleep(0.01)
    assert heir.files() == ["mail"]


@pytest.mark.parametrize("gone", [True, False])
async def test_one_that_goes_on_is_stopped_and_asked_for_anew(tmp_path: Path, gone: bool) -> None:
    heir = left_by(tmp_path)
    if gone:  # in this very moment
        heir.session.client.api.side_effect = Refused("-ERR No such channel!")  # type: ignore[attr-defined]
    stopped = await heir.messages.stop_left({CALLER: Recorded(tmp_path / RAW, None)})
    heir.session.client.api.assert_awaited_once_with("uuid_break", CALLER)  # type: ignore[attr-defined]
    heir.messages.take_up([CALLER], stopped)
    assert (heir.told, heir.files()) == ([], []), "its caller is asked again"


async def test_what_another_leg_records_is_not_stopped(tmp_path: Path) -> None:
    heir = left_by(tmp_path)
    others = {CALLER: Recorded(tmp_path / "x.wav", None), LegId("b"): Recorded(tmp_path / RAW, None)}
    assert await heir.messages.stop_left(others) == set()


async def test_killed_while_it_beeps_there_is_no_file_and_none_is_told(tmp_path: Path) -> None:
    heir = left_by(tmp_path, with_file=False)
    heir.messages.take_up([CALLER], set())
    assert (heir.told, heir.files()) == ([], [])


async def test_one_whose_command_has_failed_with_the_link_is_not_told(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    controller.session.legs[CALLER] = Leg(CALLER, "", "", inbound=True)
    controller.messages.record(Record(CALLER, TRY, "mail/1", max_s=20.0))
    assert controller.files() == [NOTE]
    sound(tmp_path / RAW)
    controller.messages.on_lost()
    controller.messages.take_up([CALLER], set())
    assert (controller.told, controller.files()) == ([], [])


GOES_ON = {
    "the leg's first": (None, 2.0, True),
    "not whole yet, and one before was as long": (2.0, 0.0, True),
    "one before was shorter": (1.0, 2.0, True),
    "it has ended": (2.02, 2.0, False),
}


@pytest.mark.parametrize("case", GOES_ON)
async def test_whether_a_message_goes_on(tmp_path: Path, case: str) -> None:
    told_s, seconds, goes_on = GOES_ON[case]
    sound(tmp_path / RAW, seconds)
    assert Recorded(tmp_path / RAW, told_s).goes_on() is goes_on


RECORDED = {
    "it goes on": (("record", "/x/raw.wav 20 200 3", ""), ("/x/raw.wav", None)),
    "one has ended": (("record", "/x/raw.wav 20", "900"), ("/x/raw.wav", 0.9)),
    "it still beeps": (("playback", "tone_stream://x", ""), None),
    "nothing ran": (("", "", ""), None),
}


@pytest.mark.parametrize("case", RECORDED)
async def test_what_a_leg_records(case: str) -> None:
    (name, data, record_ms), expected = RECORDED[case]
    variables = {"current_application": name, "current_application_data": data, "record_ms": record_ms}
    found = _recorded({f"variable_{name}": value for name, value in variables.items() if value})
    assert found == (None if expected is None else Recorded(Path(expected[0]), expected[1]))
