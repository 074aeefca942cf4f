"""What callers say in the tests of the ear: prompts that came ready, in Kokoro's voice, as a telephone carries them."""

from __future__ import annotations

import numpy as np
import yaml

from bench.ear import with_noise
from hotline.site.sample import SAMPLE
from hotline.versions.voices import READY
from speech.ready import ReadySounds
from speech.recordings import read_recording
from speech.voice import Samples

RATE = 8_000


def said(key: str, language: str = "zh-CN", seed: int = 1, decibels: float = 15) -> tuple[str, Samples]:
    """The words of a prompt, and its sound at 8 kHz with silence around it and noise so far under it."""
    text = yaml.safe_load((SAMPLE / "prompts" / f"{language}.yaml").read_text(encoding="utf-8"))[key]
    path = ReadySounds(SAMPLE / "prompts" / READY).find(language, text)
    assert path is not None, f"{key} does not come ready"
    sound = read_recording(path)
    assert sound.rate == RATE
    return text, with_noise(sound.samples, seed, decibels=decibels)


def noise(seconds: float, dbfs: float = -45.0, seed: int = 1) -> Samples:
    """A line on which nobody speaks."""
    level = 32_768 * 10 ** (dbfs / 20)
    return (np.random.default_rng(seed).standard_normal(round(seconds * RATE)) * level).astype(np.int16)
