"""What pacing learns of answers and of handle times, and what it believes before."""

import numpy as np
import pytest

from dialer.pacing.answering import Curves, Rates
from dialer.pacing.events import Cell
from dialer.pacing.handling import Handling
from dialer.pacing.outlook import SEGMENTS
from dialer.pacing.settings import HandleTimes

pytestmark = pytest.mark.unit


def test_a_call_answers_by_its_age_as_bayes_has_it():
    curves = Curves(60.0)
    for _ in range(2000):
        curves.ended(10.5, True)
        curves.ended(25.5, False)
    young, old = (curves.expected(np.array([age]), np.array([0.25])) for age in (3.0, 15.0))
    assert young.sum() == pytest.approx(0.25, abs=0.02)
    assert young.argmax() == 6  # 6 to 8 s from now
    assert old.sum() < 0.03  # who has not answered until then hardly will
    assert curves.fresh(0.5).sum() == pytest.approx(0.5, abs=0.02)
    assert curves.mean_ring_s(0.25) == pytest.approx(0.25 * 10.5 + 0.75 * 25.5, abs=0.5)


def test_rates_shrink_to_the_list_where_a_cell_is_new_and_forget():
    rates = Rates(0.3)
    cell, other = Cell("a", 1, 9), Cell("b", 1, 9)
    assert rates.lasting(cell) == pytest.approx(0.3)
    for number in range(3000):
        rates.ended(cell, 0.1, number % 10 == 0, float(number))
        rates.ended(other, 0.5, number % 2 == 0, float(number))
    assert rates.lasting(cell) == pytest.approx(0.1, abs=0.02)
    assert rates.lasting(other) == pytest.approx(0.5, abs=0.02)
    assert rates.lasting(Cell("a", 2, 17)) == pytest.approx(0.1, abs=0.03)  # a new hour of a known list
    for number in range(3000, 12_000):
        rates.ended(cell, 0.1, number % 3 == 0, float(number))
    assert rates.lasting(cell) == pytest.approx(1 / 3, abs=0.03)


def test_a_drift_is_followed_and_forgotten_in_minutes():
    rates = Rates(0.25)
    cell = Cell("a", 1, 9)
    for number in range(4000):  # a quarter for hours: the rate is known, and it does not drift
        rates.ended(cell, rates.lasting(cell), number % 4 == 0, number * 5.0)
    assert rates.drift(20_000.0) == pytest.approx(1.0, abs=0.1)
    for number in range(240):
        rates.ended(cell, 0.25, number % 2 == 0, 20_000.0 + number * 2.0)
    followed = rates.drift(20_480.0)
    assert 1.1 < followed < 2.0
    assert 1.0 <= rates.drift(20_480.0 + 6_000.0) < 1.02


def test_a_rate_that_drifts_often_is_believed_sooner():
    steady, restless = Rates(0.25), Rates(0.25)
    for number in range(6000):
        at = number * 5.0
        period = 4 if (number // 360) % 2 else 2
        steady.ended(Cell(), 0.25, number % 4 == 0, at)
        restless.ended(Cell(), 0.375, number % period == 0, at)
    for number in range(100):
        for rates in (steady, restless):
            rates.ended(Cell(), 0.25, number % 2 == 0, 36_000.0 + number * 2.0)
    assert restless.drift(36_200.0) > steady.drift(36_200.0) > 1.0


def test_frees_follow_the_talks_seen_and_not_those_believed():
    handling = Handling(HandleTimes(120.0, 0.8, 15.0), 2.0)
    nobody = np.array([])
    at_start = handling.frees(np.array([55.0]), nobody).sum()
    for _ in range(400):
        handling.talked(60.0)
        handling.wrapped_up(1.0)
    after = handling.frees(np.array([55.0]), nobody)
    assert after.sum() > 0.8 > at_start
    assert after.shape == (SEGMENTS,)
    assert handling.mean_s() == pytest.approx(61.0, rel=0.12)


def test_after_call_work_ends_as_its_mean_says_and_sooner_by_the_patience():
    patient, impatient = Handling(HandleTimes(), 2.0), Handling(HandleTimes(), 0.0)
    one = np.array([0.0])
    nobody = np.array([])
    for handling in (patient, impatient):
        assert 0.7 < handling.frees(nobody, one).sum() < 0.95  # 26 s of a mean of 15
    assert patient.frees(nobody, one)[0] > impatient.frees(nobody, one)[0]
    assert patient.frees(nobody, np.array([])).sum() == 0.0
