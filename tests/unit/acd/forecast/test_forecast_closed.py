"""Closed forms on cases small enough to work by hand."""

import pytest

from acd.forecast.closed import HoldTime, MedianTable, erlang_quantile, hol, les, ql, qlm

pytestmark = pytest.mark.unit


def test_les_and_hol_say_what_they_saw_and_nothing_before() -> None:
    assert (les(None), les(42.0)) == (0.0, 42.0)
    assert (hol(None), hol(17.0)) == (0.0, 17.0)


def test_ql_counts_those_ahead_and_oneself() -> None:
    # 4 agents at 120 s finish one call in 30 s; two ahead and oneself are three of them
    assert ql(2, servers=4, handle_s=120.0) == pytest.approx(90.0)


def test_qlm_with_nobody_ahead_is_one_departure() -> None:
    assert qlm(0, servers=4, handle_s=120.0, patience_s=60.0) == pytest.approx(30.0)


def test_qlm_adds_those_who_give_up() -> None:
    # 4 agents: 1/30 a second. Two ahead with patience 60 s: 1/(1/30) + 1/(1/30 + 1/60) + 1/(1/30 + 2/60) = 30 + 20 + 15
    assert qlm(2, servers=4, handle_s=120.0, patience_s=60.0) == pytest.approx(65.0)


def test_qlm_takes_half_a_competitor_for_half_a_step() -> None:
    assert qlm(1.5, servers=4, handle_s=120.0, patience_s=60.0) == pytest.approx(30 + 20 + 7.5)


def test_qlm_with_endless_patience_is_ql() -> None:
    assert qlm(7, 3, 200.0, patience_s=1e12) == pytest.approx(ql(7, 3, 200.0))


def test_hold_time_moves_by_a_quarter_in_whole_seconds() -> None:
    hold = HoldTime()
    said = []
    for wait_s in (100.0, 100.0, 0.0, 7.9):
        hold.answered(wait_s)
        said.append(hold.seconds)
    assert said == [25, 43, 32, 25]  # (0+100)//4, (75+100)//4, (129+0)//4, (96+7)//4


def test_median_table_falls_back_to_coarser_cells() -> None:
    rows = [((("Mon", 9), "PS"), w) for w in (10.0, 20.0, 90.0)] + [((("Tue", 9), "PS"), 40.0)]
    table = MedianTable(rows, enough=3)
    assert table.forecast((("Mon", 9), "PS")) == 20.0
    assert table.forecast((("Tue", 9), "PS")) == 30.0  # one call is no cell: all of PS
    assert table.forecast((("Tue", 9), "NW")) == 30.0  # nothing known: all calls


@pytest.mark.parametrize(
    ("level", "stages", "exact"),
    # quantiles of an Erlang distribution with mean 1, from its distribution function
    [(0.5, 1, 0.6931), (0.9, 1, 2.3026), (0.1, 4, 0.4362), (0.5, 4, 0.9180), (0.9, 4, 1.6702), (0.75, 10, 1.1914)],
)
def test_erlang_quantile_is_near_the_exact_one(level: float, stages: float, exact: float) -> None:
    assert erlang_quantile(level, stages, 1.0) == pytest.approx(exact, rel=0.02)
