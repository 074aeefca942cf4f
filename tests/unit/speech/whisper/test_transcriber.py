"""What whisper says twice is one sentence, and line noise goes while the voice stays."""

from __future__ import annotations

import numpy as np
import pytest

from speech.whisper.line_noise import without_line_noise
from speech.whisper.transcriber import once

pytestmark = pytest.mark.unit

RATE = 16_000


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("保险才买三天,我要退。保险才买三天,我要退。", "保险才买三天,我要退。"),
        ("我要退保。我要退保。我要退保", "我要退保。"),
        ("好的好的", "好的好的"),
        ("查一下，查一下账单", "查一下，查一下账单"),
        ("88888888", "88888888"),
        ("", ""),
    ],
)
def test_a_sentence_that_is_said_again_is_one(heard: str, meant: str) -> None:
    assert once(heard) == meant


def parts(noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A tone in the middle second of three, and noise of this level over all of it."""
    at = np.arange(3 * RATE) / RATE
    tone = np.where((at >= 1) & (at < 2), 0.3 * np.sin(2 * np.pi * 700 * at), 0.0)
    return tone, np.random.default_rng(1).standard_normal(len(at)) * noise


def power(sound: np.ndarray, begin_s: float, end_s: float) -> float:
    return float(np.mean(np.square(sound[round(begin_s * RATE) : round(end_s * RATE)])))


def test_the_noise_goes_and_the_voice_stays() -> None:
    tone, noise = parts(0.04)
    heard = without_line_noise((tone + noise).astype(np.float32))
    assert len(heard) == len(tone)
    assert power(heard, 0.1, 0.9) < power(noise, 0.1, 0.9) / 6, "7 dB and more"
    assert power(heard, 1.1, 1.9) == pytest.approx(power(tone, 1.1, 1.9), rel=0.1)


@pytest.mark.parametrize("noise", [0.0, 1e-5])
def test_a_line_without_noise_stays_as_it_is(noise: float) -> None:
    tone, hiss = parts(noise)
    heard = without_line_noise((tone + hiss).astype(np.float32))
    assert np.abs(heard - tone).max() < 0.02


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, 4_000])
def test_sound_of_any_length_keeps_it(length: int) -> None:
    assert len(without_line_noise(np.zeros(length, np.float32))) == length
