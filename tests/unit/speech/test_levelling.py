"""Sounds made alike: loudness, peaks, ends, rates."""

from __future__ import annotations

import numpy as np
import pytest

from speech.levelling import Levelling, loudness, resample
from speech.voice import Pcm, SoundError
from tests.unit.speech.voices import tone

pytestmark = pytest.mark.unit


def power_at(samples: np.ndarray, rate: int, hertz: float) -> float:
    """Power in dB relative to full scale of one frequency."""
    at = np.arange(len(samples)) / rate
    window = np.hanning(len(samples))
    found = abs(np.sum(window * samples * np.exp(-2j * np.pi * hertz * at))) / window.sum()
    return float(20 * np.log10(2 * found + 1e-12))


def test_loudness_of_a_sine_is_three_below_its_peak() -> None:
    samples = tone(400, 2.0, 8000, amplitude=0.5).samples / 32768
    assert loudness(samples, 8000) == pytest.approx(20 * np.log10(0.5) - 3.01, abs=0.05)


def test_pauses_do_not_count() -> None:
    spoken = tone(400, 2.0, 8000).samples / 32768
    with_pause = np.concatenate([spoken, np.zeros(24_000), spoken])
    assert loudness(with_pause, 8000) == pytest.approx(loudness(spoken, 8000), abs=0.6)
    assert loudness(np.zeros(8000), 8000) == float("-inf")
    assert loudness(np.zeros(0), 8000) == float("-inf")


@pytest.mark.parametrize("amplitude", [0.01, 0.1, 0.9])
@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
def test_every_source_comes_out_alike(amplitude: float, rate: int) -> None:
    made = Levelling().apply(tone(440, 1.0, rate, amplitude))
    assert made.rate == 8000
    assert made.duration_s == pytest.approx(1.0 + 0.15, abs=0.02)
    assert loudness(made.samples / 32768, 8000) == pytest.approx(-20, abs=0.7)
    assert power_at(made.samples / 32768, 8000, 440) > -22


@pytest.mark.parametrize("seed", range(5))
def test_peaks_stay_under_the_limit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    quiet = chance.normal(0, 300, 16_000)
    quiet[chance.integers(0, 16_000, 20)] *= 60  # clicks, far above the loudness
    made = Levelling().apply(Pcm(quiet.clip(-32768, 32767).astype(np.int16), 8000))
    assert np.abs(made.samples).max() <= 32768 * 10 ** (-3 / 20) + 1


def test_silence_at_the_ends_becomes_padding() -> None:
    spoken = tone(440, 1.0, 8000)
    silence = np.zeros(8000, dtype=np.int16)
    made = Levelling().apply(Pcm(np.concatenate([silence, spoken.samples, silence]), 8000))
    assert made.duration_s == pytest.approx(1.15, abs=0.021)
    assert made.samples[1] != 0  # not a sample of silence before the caller hears something
    assert not made.samples[-round(0.15 * 8000) :].any()


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(5), np.zeros(8000), np.ones(8000)])
def test_silence_is_an_error(samples: np.ndarray) -> None:
    with pytest.raises(SoundError, match="silent"):
        Levelling().apply(Pcm(samples.astype(np.int16), 8000))


def test_what_the_lower_rate_cannot_carry_does_not_fold_back() -> None:
    high = tone(5000, 1.0, 22_050).samples / 32768  # would fold to 3000 Hz at 8 kHz
    made = resample(high, 22_050, 8000)
    assert len(made) == 8000
    assert power_at(made, 8000, 3000) < -70


@pytest.mark.parametrize(
    ("rate", "to"), [(22_050, 8000), (44_100, 8000), (16_000, 8000), (8000, 16_000), (11_025, 8000)]
)
def test_a_tone_keeps_its_pitch_and_level(rate: int, to: int) -> None:
    made = resample(tone(1000, 1.0, rate).samples / 32768, rate, to)
    assert len(made) == pytest.approx(to, abs=1)
    assert power_at(made, to, 1000) == pytest.approx(20 * np.log10(0.3), abs=0.1)


def test_a_sound_of_the_right_rate_is_left_alone() -> None:
    samples = np.arange(5.0)
    assert resample(samples, 8000, 8000) is samples
