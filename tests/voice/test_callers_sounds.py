"""A caller's recording in a test case: the ear hears its words, and whether the voice is raised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from calls.commands import Listen
from calls.errors import BadInput
from calls.events import SpeechHeard
from calls.ids import AttemptId, LegId
from hotline.versions.callers_sounds import CallersSounds
from speech.vocal_effort import raised
from speech.voice import Samples
from speech.whisper.weights import is_installed
from tests.voice.callers import RATE, said

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not is_installed(), reason="the ear is not installed: make voice"),
]
LISTEN = Listen(LegId("call"), AttemptId("call:1"), "zh-CN", ("账单",))


def write(path: Path, samples: Samples, gain_db: float = 0.0) -> None:
    soundfile.write(path, (samples * 10 ** (gain_db / 20)).astype(np.int16), RATE, subtype="PCM_16")


def test_words_and_a_raised_voice_are_heard(tmp_path: Path) -> None:
    calm, again = (said(key, decibels=25)[1] for key in ("still_there", "balance_none"))
    write(tmp_path / "calm.wav", calm, -8.0)
    write(tmp_path / "angry.wav", raised((again * 10 ** (-8 / 20)).astype(np.int16), 9.0, 7.0))
    ear = CallersSounds(tmp_path)

    def hear(name: str) -> SpeechHeard:
        return ear.hear(f"{name}.wav", LISTEN)

    ear.begin()
    assert not hear("calm").raised
    angry = hear("angry")
    assert angry.raised
    assert (angry.leg, angry.attempt, angry.final) == (LISTEN.leg, LISTEN.attempt, True)
    assert "没有" in angry.text
    ear.begin()
    assert not hear("angry").raised, "the first words of another caller, as loud as some are"
    with pytest.raises(BadInput, match="there is no sound"):
        hear("nobody")
