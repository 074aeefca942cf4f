"""The formulas against values from the literature and against each other."""

import math

import pytest

from sim.measure import estimate, t_quantile
from sim.theory import birth_death, erlang_a, erlang_b, erlang_c, mmsk

pytestmark = pytest.mark.unit


def test_erlang_b_of_published_tables() -> None:
    assert erlang_b(1, 1.0) == pytest.approx(0.5)
    assert erlang_b(10, 5.0) == pytest.approx(0.018385, abs=1e-6)
    assert erlang_b(5, 1.3608) == pytest.approx(0.01, abs=1e-4)  # 5 trunks at 1 % carry 1.36 erlangs


def test_erlang_c_of_one_agent_is_m_m_1() -> None:
    answer = erlang_c(1, 0.8, 100.0, 60.0)
    assert answer.delayed == pytest.approx(0.8)
    assert answer.wait_s == pytest.approx(0.8 * 100 / 0.2)
    assert answer.within == pytest.approx(1 - 0.8 * math.exp(-0.2 * 60 / 100))


def test_erlang_c_refuses_more_load_than_agents() -> None:
    with pytest.raises(ValueError, match="less load than agents"):
        erlang_c(5, 5.0, 100.0, 20.0)


def test_no_places_is_erlang_b_and_many_places_are_erlang_c() -> None:
    assert mmsk(10, 0.05, 100.0, 0, 20.0).lost == pytest.approx(erlang_b(10, 5.0))
    many, infinite = mmsk(10, 0.08, 100.0, 3000, 20.0), erlang_c(10, 8.0, 100.0, 20.0)
    assert many.wait_s == pytest.approx(infinite.wait_s)
    assert many.within == pytest.approx(infinite.within)
    assert many.delayed == pytest.approx(infinite.delayed)


def test_endless_patience_is_erlang_c() -> None:
    states = birth_death(10, 0.08, 100.0, math.inf, 3000)
    waiting = sum((calls - 10) * share for calls, share in enumerate(states) if calls > 10)
    assert waiting / 0.08 == pytest.approx(erlang_c(10, 8.0, 100.0, 20.0).wait_s)


def test_erlang_a_balances_flows() -> None:
    answer = erlang_a(8, 0.1, 100.0, 60.0)
    busy = 0.1 * (1 - answer.lost) * 100.0
    states = birth_death(8, 0.1, 100.0, 60.0, 200)
    assert busy == pytest.approx(sum(min(8, calls) * share for calls, share in enumerate(states)))


def test_the_cell_of_wallace_and_whitt_that_has_a_formula() -> None:
    answer = mmsk(90, 84 / 600, 600.0, 30, 30.0)
    assert answer.lost == pytest.approx(0.00364, abs=5e-6)
    assert answer.wait_s == pytest.approx(27.0, abs=0.05)
    assert answer.within == pytest.approx(0.733, abs=0.0006)


def test_intervals_shrink_with_runs_and_hold_their_mean() -> None:
    few, many = estimate([1.0, 2.0, 3.0]), estimate([1.0, 2.0, 3.0] * 5)
    assert few.mean == many.mean == 2.0
    assert many.half < few.half
    assert few.covers(2.5)
    assert not many.covers(3.0)
    assert t_quantile(15) > t_quantile(18) > t_quantile(29) > t_quantile(100) == 1.96
    assert math.isnan(estimate([1.0]).half)
