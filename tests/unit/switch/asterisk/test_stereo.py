"""Two sides of a talk become one file, or none."""

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from switch.asterisk.notes import SIDE_FORMAT, TalkNote, drop_sides, notes, write_note
from switch.asterisk.stereo import RecordingBroken, finish_talk, put_in_place

pytestmark = pytest.mark.unit

SIDES = ("talk-a", "talk-b")
NOTE = TalkNote("talk", "leg", "one", SIDES)


def _closed(folder: Path, *, side: int, at: float) -> None:
    os.utime(folder / f"{SIDES[side]}.{SIDE_FORMAT}", (at, at))


def _noted(folder: Path, note: TalkNote, at: float) -> None:
    write_note(folder, note)
    (file,) = folder.glob("*.talk.json")
    os.utime(file, (at, at))


def _record(folder: Path, seconds: tuple[float, float]) -> None:
    for number, (side, length_s) in enumerate(zip(SIDES, seconds, strict=True), 1):
        np.full(int(8000 * length_s), number, "<i2").tofile(folder / f"{side}.{SIDE_FORMAT}")


def test_both_end_together(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 1.5))
    path, duration_s = finish_talk(tmp_path, NOTE)
    samples, rate = soundfile.read(path, dtype="int16")
    assert (rate, duration_s) == (8000, 2.0)
    assert samples[0].tolist() == [1, 0], "who was there later is silent until then"
    assert samples[-1].tolist() == [1, 2]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.wav", "talk-a.talk.json"]


def test_a_disk_that_is_full_leaves_the_sides_for_later_and_nothing_half(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 2.0))
    full = tmp_path / ".one.wav.new"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        finish_talk(tmp_path, NOTE)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{side}.{SIDE_FORMAT}" for side in SIDES]
    path, _ = finish_talk(tmp_path, NOTE)
    assert soundfile.info(path).duration == 2.0


@pytest.mark.parametrize("seconds", [(0.0, 0.0), None])
def test_nothing_recorded_is_said_and_nothing_is_left(tmp_path: Path, seconds: tuple[float, float] | None) -> None:
    if seconds is not None:
        _record(tmp_path, seconds)
    write_note(tmp_path, NOTE)
    with pytest.raises(RecordingBroken, match="nothing was recorded"):
        finish_talk(tmp_path, NOTE)
    assert list(tmp_path.iterdir()) == []


def test_a_side_that_nobody_asked_for_is_silent(tmp_path: Path) -> None:
    """The controller was killed between its two requests."""
    _record(tmp_path, (2.0, 0.0))
    (tmp_path / f"{SIDES[1]}.{SIDE_FORMAT}").unlink()
    path, duration_s = finish_talk(tmp_path, NOTE)
    samples, _ = soundfile.read(path, dtype="int16")
    assert (duration_s, samples[0].tolist(), samples[-1].tolist()) == (2.0, [1, 0], [1, 0])


def test_what_is_dropped_is_gone(tmp_path: Path) -> None:
    _record(tmp_path, (1.0, 1.0))
    write_note(tmp_path, TalkNote("talk", "leg", "one", SIDES))
    drop_sides(tmp_path, SIDES)
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_was_being_written_when_its_controller_was_killed_is_taken_away(tmp_path: Path) -> None:
    kept = TalkNote("talk", "leg", "one", SIDES)
    write_note(tmp_path, kept)
    (tmp_path / "talk-2-a.talk.json").write_bytes(b'{"attempt":"talk-2","le')
    assert list(notes(tmp_path, "talk-")) == [kept]
    assert [file.name for file in tmp_path.iterdir()] == ["talk-a.talk.json"]


def test_the_note_of_a_file_in_place_says_so_until_it_is_dropped(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 2.0))
    write_note(tmp_path, NOTE)
    finish_talk(tmp_path, NOTE)
    assert list(notes(tmp_path, "talk-")) == [msgspec.structs.replace(NOTE, joined=2.0)]
    drop_sides(tmp_path, SIDES)
    assert [file.name for file in tmp_path.iterdir()] == ["one.wav"]


def test_a_controller_that_was_killed_before_it_had_noted_the_file_joins_it_once_more(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 2.0))
    write_note(tmp_path, NOTE)
    (tmp_path / "one.wav").write_bytes(b"as far as it had come")
    assert finish_talk(tmp_path, NOTE) == (tmp_path / "one.wav", 2.0)
    assert soundfile.info(tmp_path / "one.wav").duration == 2.0


def test_a_talk_is_over_with_the_leg_that_goes_first(tmp_path: Path) -> None:
    """Both began together; the agent hung up while no controller was there, and the caller was recorded on."""
    _record(tmp_path, (5.0, 2.0))
    _closed(tmp_path, side=0, at=1_005.0)
    _closed(tmp_path, side=1, at=1_002.0)
    path, duration_s = finish_talk(tmp_path, NOTE)
    samples, _ = soundfile.read(path, dtype="int16")
    assert (duration_s, samples[0].tolist(), samples[-1].tolist()) == (2.0, [1, 2], [1, 2])


def test_what_comes_after_a_talk_that_was_over_is_left_out(tmp_path: Path) -> None:
    """The controller was killed before it could close the files: what the caller said to the survey is no talk."""
    _record(tmp_path, (9.0, 4.1))
    _closed(tmp_path, side=0, at=1_005.0)
    _closed(tmp_path, side=1, at=1_000.1)
    over = msgspec.structs.replace(NOTE, over=True)
    _noted(tmp_path, over, 1_000.0)
    path, duration_s = finish_talk(tmp_path, over)
    samples, _ = soundfile.read(path, dtype="int16")
    assert duration_s == 4.1
    assert samples[-1].tolist() == [1, 2]


def test_files_that_are_closed_a_moment_after_the_talk_are_whole(tmp_path: Path) -> None:
    _record(tmp_path, (3.0, 3.0))
    for side in (0, 1):
        _closed(tmp_path, side=side, at=1_000.2 + side / 10)
    over = msgspec.structs.replace(NOTE, over=True)
    _noted(tmp_path, over, 1_000.0)
    assert finish_talk(tmp_path, over)[1] == 3.0


def test_a_message_that_is_in_place_already_is_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "raw.wav", np.zeros(16_000, np.int16), 8000)
    first = put_in_place(tmp_path, "raw", "messages/care/one")
    assert put_in_place(tmp_path, "raw", "messages/care/one") == first == (tmp_path / "messages/care/one.wav", 2.0)


def test_a_note_of_the_release_before_is_read(tmp_path: Path) -> None:
    (tmp_path / "talk-a.talk.json").write_bytes(
        b'{"attempt":"talk","leg_a":"leg","name":"one","sides":["talk-a","talk-b"]}'
    )
    assert list(notes(tmp_path, "talk-")) == [NOTE]
