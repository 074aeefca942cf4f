"""Calibration: the lead over the second and over none decides how sure a judgement is, and the bounds hold."""

import numpy as np
import pytest

from understanding.calibration import MOST_TAKEN, MOST_WRONG, calibrate, chance, foremost
from understanding.likeness import Floats

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("scores", "lead"),
    [
        ((0.9, 0.2, 0.1), 0.7),  # above the second
        ((0.2, 0.9, 0.6), 0.3),  # above none, which is nearer than the second
        ((0.2, 0.3, 0.8), -0.5),  # below none
    ],
)
def test_lead_is_over_the_nearer_of_second_and_none(scores: tuple[float, ...], lead: float) -> None:
    np.testing.assert_allclose(foremost(np.array([scores], np.float32)).lead, [[lead]], atol=1e-6)


def _scores() -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Scores of 300 examples of three intents and 60 of none; one in six leads by little, for the wrong intent."""
    random = np.random.default_rng(3)
    labels = np.concatenate([np.arange(300) % 3, np.full(60, -1)])
    scores = random.normal(0.1, 0.05, size=(360, 4))
    scores[np.arange(360), labels] += random.uniform(0.2, 0.8, size=360)  # label -1 is the last column
    doubtful = np.arange(0, 300, 6)
    scores[doubtful, (labels[doubtful] + 1) % 3] = scores[doubtful, labels[doubtful]] + 0.05
    return scores.astype(np.float32), labels


def test_few_of_the_answered_are_wrong_and_few_strangers_are_answered() -> None:
    scores, labels = _scores()
    bounds, found = calibrate(scores, labels), foremost(scores)
    answered = chance(found.lead, bounds.first) >= bounds.answer_at
    meant = labels >= 0
    assert (found.first != labels)[meant & answered].mean() <= MOST_WRONG
    assert answered[~meant].mean() <= MOST_TAKEN
    assert answered[meant].mean() >= 0.7


def test_a_larger_lead_is_surer_whatever_its_height() -> None:
    bounds = calibrate(*_scores())
    high, low = foremost(np.array([[0.9, 0.8, 0.1, 0.1], [0.5, 0.1, 0.1, 0.1]], np.float32)).lead
    assert chance(low[None], bounds.first) > chance(high[None], bounds.first)
