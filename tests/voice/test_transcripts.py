"""A recorded talk as text, by the ear itself: each side apart, in order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from hotline.transcripts.work import Recording, _heard
from speech.whisper.transcriber import Transcriber
from speech.whisper.weights import is_installed
from tests.voice.callers import RATE, said

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not is_installed(), reason="the ear is not installed: make voice"),
]


def test_both_sides_of_a_talk_are_heard_apart(tmp_path: Path) -> None:
    _, bill = said("balance_none", decibels=25)
    _, notice = said("recording_notice", seed=2, decibels=25)
    house, caller = (np.zeros(12 * RATE, np.int16) for _ in range(2))
    house[: len(notice)] = notice
    caller[5 * RATE : 5 * RATE + len(bill)] = bill
    path = tmp_path / "talk.wav"
    soundfile.write(path, np.stack([caller, house], axis=1), RATE, subtype="PCM_16")
    lines = _heard(Recording(str(path), "one", 1, "talk", "zh-CN", "in"), Transcriber())
    first, *_, last = lines
    assert {line.side for line in lines} == {"caller", "house"}
    assert first.side == "house"
    assert "通话" in "".join(line.text for line in lines if line.side == "house")
    assert last.side == "caller"
    assert last.begin_s > 4.5
    assert "没有" in "".join(line.text for line in lines if line.side == "caller")
