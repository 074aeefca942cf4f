"""How surely a raised voice is told from a calm one: by the sample's prompts, as a telephone carries them.

Each prompt is taken for a caller's utterance, each with the two before it as what the same caller said calm, at a level
that changes by some decibels from one to the next, with noise 15 dB under the voice. Raised are the same prompts as a
model of effort has them: louder, brighter, and higher, by playing them quicker. There are no recordings of angry people
in it: nothing is said here of real ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import judge
from bench.ear import with_noise
from bench.report import Figure, at_least, at_most
from hotline.site.sample import SAMPLE
from hotline.versions.voices import READY, static_prompts
from speech.levelling import resample
from speech.ready import ReadySounds
from speech.recordings import read_recording
from speech.vocal_effort import Effort, effort, is_raised, raised
from speech.voice import Pcm, Samples

_RATE = 8_000
_FULL = 32_768.0
_CALM_DBFS = -26.0
_WANDERS_DB = 3.0
"""Standard deviation of a caller's level from one utterance to the next: the phone is held another way."""
_EFFORTS = {"louder by 9 dB, brighter, higher": (9.0, 7.0, 1.2), "louder by 6 dB, higher": (6.5, 2.0, 1.2)}
_BEFORE = 2


def figures(texts: dict[str, dict[str, str]]) -> list[Figure]:
    """Of the prompts of these languages: calm ones taken for raised, and raised ones found."""
    calm = found = 0
    hits = dict.fromkeys(_EFFORTS, 0)
    for language, prompts in texts.items():
        voices = _calm_voices(language, prompts)
        measured = [_measured(voice) for voice in voices]
        for number in range(_BEFORE, len(voices)):
            before = [one for one in measured[number - _BEFORE : number] if one is not None]
            now = measured[number]
            if now is None or not before:
                continue
            found += 1
            calm += is_raised(now, before)
            for name, (louder, brighter, higher) in _EFFORTS.items():
                hits[name] += _is_found(voices[number], louder, brighter, higher, before)
    return [
        at_most(f"calm voice taken for a raised one, {found} utterances", 100 * calm / found, "%", 2),
        *(at_least(f"raised voice told, {name}", 100 * count / found, "%", 80) for name, count in hits.items()),
    ]


def _is_found(voice: Samples, louder: float, brighter: float, higher: float, before: Sequence[Effort]) -> bool:
    quicker = resample(voice / _FULL, round(_RATE * higher), _RATE)
    found = _measured(raised(np.round(quicker * _FULL).astype(np.int16), louder, brighter))
    return found is not None and is_raised(found, before)


def _calm_voices(language: str, prompts: dict[str, str]) -> list[Samples]:
    ready = ReadySounds(SAMPLE / "prompts" / READY)
    chance = np.random.default_rng(7)
    voices = []
    for prompt in static_prompts({language: prompts}):
        path = ready.find(language, prompt.text)
        if path is not None:
            sound = read_recording(path)
            gain_db = _CALM_DBFS + 20.0 + chance.normal(scale=_WANDERS_DB)  # ready sounds are at -20
            voices.append((sound.samples * 10 ** (gain_db / 20)).astype(np.int16))
    return voices


def _measured(voice: Samples) -> Effort | None:
    line = judge.through_a_telephone(with_noise(voice, len(voice)))
    narrow = resample(line.astype(np.float64), 2 * _RATE, _RATE)
    return effort(Pcm(np.round(narrow * _FULL).clip(-_FULL, _FULL - 1).astype(np.int16), _RATE))
