"""Two sides of a talk become one file, or none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from switch.asterisk.stereo import SIDE_FORMAT, RecordingBroken, TalkNote, drop_sides, join_sides, notes, write_note

pytestmark = pytest.mark.unit

SIDES = ("talk-a", "talk-b")


def _record(folder: Path, seconds: tuple[float, float]) -> None:
    for number, (side, length_s) in enumerate(zip(SIDES, seconds, strict=True), 1):
        np.full(int(8000 * length_s), number, "<i2").tofile(folder / f"{side}.{SIDE_FORMAT}")


def test_both_end_together(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 1.5))
    path, duration_s = join_sides(tmp_path, SIDES, "one")
    samples, rate = soundfile.read(path, dtype="int16")
    assert (rate, duration_s) == (8000, 2.0)
    assert samples[0].tolist() == [1, 0], "who was there later is silent until then"
    assert samples[-1].tolist() == [1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["one.wav"]


def test_a_disk_that_is_full_leaves_the_sides_for_later_and_nothing_half(tmp_path: Path) -> None:
    _record(tmp_path, (2.0, 2.0))
    full = tmp_path / ".one.wav.new"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        join_sides(tmp_path, SIDES, "one")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{side}.{SIDE_FORMAT}" for side in SIDES]
    path, _ = join_sides(tmp_path, SIDES, "one")
    assert soundfile.info(path).duration == 2.0


@pytest.mark.parametrize("seconds", [(0.0, 0.0), None])
def test_nothing_recorded_is_said_and_nothing_is_left(tmp_path: Path, seconds: tuple[float, float] | None) -> None:
    if seconds is not None:
        _record(tmp_path, seconds)
    write_note(tmp_path, TalkNote("talk", "leg", "one", SIDES))
    with pytest.raises(RecordingBroken, match="nothing was recorded"):
        join_sides(tmp_path, SIDES, "one")
    assert list(tmp_path.iterdir()) == []


def test_a_side_that_nobody_asked_for_is_silent(tmp_path: Path) -> None:
    """The controller was killed between its two requests."""
    _record(tmp_path, (2.0, 0.0))
    (tmp_path / f"{SIDES[1]}.{SIDE_FORMAT}").unlink()
    path, duration_s = join_sides(tmp_path, SIDES, "one")
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
