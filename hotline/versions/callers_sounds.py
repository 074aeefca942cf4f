"""Callers' sounds in test cases: heard by the ear that hears live callers, for `hotline try`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from calls.commands import Listen
from calls.errors import BadInput
from calls.events import SpeechHeard
from hotline.versions.ear_kind import whisper_is_there
from ivr.compiler.test_cases import TestCase
from speech.levelling import resample
from speech.recordings import read_recording
from speech.vocal_effort import Effort, effort, is_raised
from speech.voice import Pcm, Samples
from speech.whisper.transcriber import Transcriber
from speech.whisper.voice_activity import RATE as EAR_HZ

_LINE_HZ = 8000
_FULL = 32768.0


def ear_for(folder: Path, cases: Iterable[TestCase]) -> CallersSounds | None:
    """An ear for sounds in a folder, where one of the cases needs it; None where it is not installed, or not needed."""
    if not whisper_is_there() or not any(case.has_sound for case in cases):
        return None
    return CallersSounds(folder)


class CallersSounds:
    """An `ivr.rehearsal.test_runner.Ear`. Loads the model, some seconds. Raises SpeechError where it is damaged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._transcriber = Transcriber()
        self._calm: list[Effort] = []

    def begin(self) -> None:
        """Another caller: nothing is known of their voice."""
        self._calm.clear()

    def hear(self, sound: str, listen: Listen) -> SpeechHeard:
        """What was said, as a telephone line carries it: 8 kHz. Raises BadInput, SoundError."""
        path = self._folder / sound
        if not path.is_file():
            raise BadInput(f"there is no sound {path}")
        line = _as_carried(read_recording(path))
        heard_at = resample(line.samples / _FULL, _LINE_HZ, EAR_HZ).astype(np.float32)
        found = self._transcriber.transcribe(heard_at, listen.language, listen.hints)
        return SpeechHeard(
            listen.leg, listen.attempt, found.text, found.confidence, raised=self._is_raised(effort(line))
        )

    def _is_raised(self, now: Effort | None) -> bool:
        if now is None:
            return False
        raised = is_raised(now, self._calm)
        if not raised:
            self._calm.append(now)
        return raised


def _as_carried(sound: Pcm) -> Pcm:
    samples: Samples = (
        np.round(resample(sound.samples / _FULL, sound.rate, _LINE_HZ) * _FULL).clip(-_FULL, _FULL - 1).astype(np.int16)
    )
    return Pcm(samples, _LINE_HZ)
