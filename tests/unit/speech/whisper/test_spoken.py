"""What of an utterance is speech, by the probabilities of each 32 ms."""

from __future__ import annotations

import numpy as np
import pytest

from speech.whisper.voice_activity import RATE, spoken, turns

pytestmark = pytest.mark.unit

STEP = 512


def cut(*parts: tuple[int, float]) -> tuple[int, int]:
    """First sample and end of what is left, of steps with these probabilities: (how many, how sure)."""
    sure = np.concatenate([np.full(count, probability, np.float32) for count, probability in parts])
    sound = np.arange(len(sure) * STEP, dtype=np.float32)
    left = spoken(sound, sure)
    return (int(left[0]), int(left[-1]) + 1) if len(left) else (0, 0)


def test_silence_at_both_ends_goes_and_a_quarter_of_a_second_of_it_stays() -> None:
    around = round(0.25 * RATE)
    assert cut((31, 0.1), (31, 0.9), (31, 0.2)) == (31 * STEP - around, 62 * STEP + around)


def test_a_pause_within_is_kept() -> None:
    assert cut((10, 0.9), (40, 0.0), (10, 0.9)) == (0, 60 * STEP)


@pytest.mark.parametrize("parts", [((100, 0.3),), ((50, 0.1), (3, 0.9), (50, 0.1))])
def test_what_is_no_speech_or_too_short_for_a_word_is_nothing(parts: tuple[tuple[int, float], ...]) -> None:
    assert cut(*parts) == (0, 0)


def probabilities(*parts: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(count, probability, np.float32) for count, probability in parts])


def test_turns_are_parted_by_pauses_and_clicks_are_none() -> None:
    heard = probabilities((10, 0.0), (30, 0.9), (10, 0.1), (20, 0.9), (40, 0.1), (3, 0.9), (40, 0.1), (25, 0.9))
    step_s = STEP / RATE
    flat = [edge for turn in turns(heard) for edge in turn]
    assert flat == pytest.approx([10 * step_s, 70 * step_s, 153 * step_s, 178 * step_s])


def test_a_speech_without_a_pause_is_cut() -> None:
    found = turns(probabilities((2_000, 0.9)))
    assert all(end - begin <= 25.0 for begin, end in found)
    assert (found[0][0], found[-1][1]) == (0.0, pytest.approx(64.0))
