"""The line that the ear is measured on: its noise, its sentences."""

from __future__ import annotations

import numpy as np
import pytest

from bench import ear

pytestmark = pytest.mark.unit


def test_noise_is_so_far_under_the_voice() -> None:
    voice = np.tile(np.array([0, 4000, 0, -4000], np.int16), 4000)
    line = ear.with_noise(np.concatenate([voice, np.zeros(8000, np.int16)]), seed=1).astype(float)
    before = line[: round(0.3 * 8000)]
    noise_db = 10 * np.log10(np.mean(before**2) / np.mean(voice[np.abs(voice) > 0].astype(float) ** 2))
    assert noise_db == pytest.approx(-15, abs=0.5)
    assert len(line) == len(voice) + 8000 + 8000


def test_there_are_as_many_sentences_as_it_says_none_twice() -> None:
    assert len(set(ear.sentences())) == len(ear.sentences()) == ear.UTTERANCES


def test_who_was_not_heard_leaves_no_percentile() -> None:
    assert ear._percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert ear._percentile([1.0, None], 50) is None
