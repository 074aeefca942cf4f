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


def test_syllables_of_sentences_are_counted_and_what_is_made_up_counts_no_more_than_was_said() -> None:
    assert ear.Heard([("查账单", "查张丹"), ("人工", "今天天气很好")]).wrong == pytest.approx(100 * 2 / 5)


def test_a_flows_phrases_are_judged_without_the_one_that_was_said() -> None:
    first, second = ear.sentences()[:2]
    assert ear.Heard([(first, first), (second, "随便说说")]).by_others().texts == [(first, first), (second, "随便说说")]
