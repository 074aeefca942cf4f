"""Two sides of a talk become one file, or none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from switch.asterisk.stereo import SIDE_FORMAT, RecordingBroken, drop_sides, join_sides

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


def test_nothing_recorded_is_said_and_what_is_dropped_is_gone(tmp_path: Path) -> None:
    _record(tmp_path, (0.0, 0.0))
    with pytest.raises(RecordingBroken, match="nothing was recorded"):
        join_sides(tmp_path, SIDES, "one")
    drop_sides(tmp_path, SIDES)
    assert list(tmp_path.iterdir()) == []
