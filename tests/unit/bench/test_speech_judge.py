"""How a voice is judged: syllables changed, and the sound that a telephone carries."""

from __future__ import annotations

import numpy as np
import pytest

from bench.judge import syllables, through_a_telephone
from speech.soundalike import changes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a x c", 1),
        ("a b c", "a c", 1),
        ("a c", "a b c", 1),
        ("a b", "", 2),
        ("", "a", 1),
    ],
)
def test_changes_between_what_was_said_and_heard(said: str, heard: str, wrong: int) -> None:
    assert changes(said.split(), heard.split()) == wrong


def test_homophones_are_the_same_and_figures_are_said() -> None:
    assert syllables("请按1。") == syllables("请按一") == ["qing", "an", "yi"]
    assert syllables("金融") == syllables("金容")


def test_a_telephone_carries_what_is_in_its_band() -> None:
    at = np.arange(8000) / 8000
    tone = np.round(8000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)
    carried = through_a_telephone(tone)
    assert (carried.dtype, len(carried)) == (np.float32, 16_000)
    assert np.abs(np.fft.rfft(carried)).argmax() == 1000
    assert np.abs(carried).max() == pytest.approx(8000 / 32768, rel=0.05)
