"""The outlook of pacing against a brute-force Monte Carlo of the same walk, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.outlook import SEGMENTS, outlook

pytestmark = pytest.mark.properties

RUNS = 40_000
rates = st.lists(st.floats(0.0, 1.2), min_size=SEGMENTS, max_size=SEGMENTS).map(np.array)


def walked(idle: int, answers: np.ndarray, frees: np.ndarray) -> np.ndarray:
    """Unserved answers of each run; `answers` and `frees` are counts, shape (RUNS, SEGMENTS)."""
    free = np.full(RUNS, idle)
    unserved = np.zeros(RUNS)
    for segment in range(SEGMENTS):
        free = free + frees[:, segment] - answers[:, segment]
        unserved += np.maximum(0, -free)
        free = np.maximum(0, free)
    return unserved


def certain(idle: int) -> np.ndarray:
    chances = np.zeros(idle + 1)
    chances[idle] = 1.0
    return chances


@given(idle=st.integers(0, 4), answers=rates, frees=rates, seed=st.integers(0, 999))
@settings(max_examples=12)
def test_unserved_and_marginal_costs_are_those_of_brute_force(idle, answers, frees, seed):
    chance = np.random.default_rng(seed)
    came, freed = (chance.poisson(expected, (RUNS, SEGMENTS)) for expected in (answers, frees))
    as_is = walked(idle, came, freed)
    looked = outlook(certain(idle), answers, frees)
    error = as_is.std() / np.sqrt(RUNS)
    assert looked.unserved == pytest.approx(as_is.mean(), abs=5 * error + 2e-3)
    for segment in (0, 5, SEGMENTS - 1):
        more = came.copy()
        more[:, segment] += 1
        differs = walked(idle, more, freed) - as_is
        error = differs.std() / np.sqrt(RUNS)
        assert looked.marginal[segment] == pytest.approx(differs.mean(), abs=5 * error + 2e-3)


@given(idle=st.integers(0, 60), answers=rates, frees=rates)
@settings(max_examples=60)
def test_more_answers_cost_more_and_more_agents_less(idle, answers, frees):
    looked = outlook(certain(idle), answers, frees)
    assert 0.0 <= looked.unserved <= answers.sum() + 1e-6
    assert np.all(looked.marginal >= -1e-6)
    assert np.all(looked.marginal <= 1.0 + 1e-6)
    busier = outlook(certain(idle), answers + 0.2, frees)
    assert busier.unserved >= looked.unserved - 1e-4
    assert np.all(busier.marginal >= looked.marginal - 1e-4)
    freer = outlook(certain(idle), answers, frees + 0.2)
    assert freer.unserved <= looked.unserved + 1e-4
    one_more = outlook(certain(idle + 1), answers, frees)
    assert one_more.unserved <= looked.unserved + 1e-4


@given(idle=st.integers(0, 8), share=st.floats(0.0, 1.0), answers=rates, frees=rates)
@settings(max_examples=30)
def test_an_uncertain_number_of_free_agents_is_the_mean_over_certain_ones(idle, share, answers, frees):
    mixed = share * np.append(certain(idle), 0.0) + (1 - share) * certain(idle + 1)
    parts = outlook(certain(idle), answers, frees), outlook(certain(idle + 1), answers, frees)
    expected = share * parts[0].unserved + (1 - share) * parts[1].unserved
    assert outlook(mixed, answers, frees).unserved == pytest.approx(expected, abs=5e-3)
