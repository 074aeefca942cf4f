"""Waveforms of recordings: who speaks when, and how loud."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from calls.errors import BadInput
from hotline.views.waveform import waveform

pytestmark = pytest.mark.unit

RATE = 8000


def tone(*spans: tuple[float, float], seconds: float = 6.0) -> npt.NDArray[np.float64]:
    """A tone in these spans, and silence between them."""
    at = np.arange(int(seconds * RATE)) / RATE
    speaks = np.zeros(at.shape, bool)
    for begin, end in spans:
        speaks |= (at >= begin) & (at < end)
    return np.where(speaks, 0.3 * np.sin(2 * np.pi * 440 * at), 0.0)


def test_a_talk_has_two_sides_and_a_short_pause_parts_nothing(tmp_path: Path) -> None:
    caller, agent = tone((0.0, 1.0), (1.3, 2.0)), tone((3.0, 5.0))
    soundfile.write(tmp_path / "talk.wav", np.column_stack([caller, agent]), RATE)
    found = waveform(tmp_path / "talk.wav", 60)
    assert found.duration_s == 6.0
    assert [(one.side, one.spoken) for one in found.sides] == [("caller", [(0.0, 2.0)]), ("agent", [(3.0, 5.0)])]
    assert len(found.sides[0].levels) == 60
    assert found.sides[0].levels[5] > 0.6
    assert found.sides[0].levels[55] == 0.0


def test_a_message_has_the_caller_alone(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "message.wav", tone((0.5, 0.6), (2.0, 3.0)), RATE)
    (side,) = waveform(tmp_path / "message.wav").sides
    assert (side.side, side.spoken) == ("caller", [(2.0, 3.0)])


def test_an_empty_file_is_a_sound_and_a_text_is_none(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2)), RATE)
    assert waveform(tmp_path / "empty.wav").duration_s == 0.0
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(BadInput, match=r"text\.wav is no sound"):
        waveform(tmp_path / "text.wav")
