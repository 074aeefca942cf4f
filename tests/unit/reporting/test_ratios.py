"""Ratios are exact, and never of nothing."""

import pytest

from reporting.ratios import percent, two_decimals, whole_seconds, wilson

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, None),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (2, 3, 66.67),
        (1, 3, 33.33),
        (1, 8, 12.5),
        (1, 800, 0.13),
        (1, 16, 6.25),
    ],
)
def test_a_share_has_two_decimals_halves_up(part: int, whole: int, expected: float | None) -> None:
    assert percent(part, whole) == expected  # 1 of 800 is 0.125: a float's own rounding would make 0.12 of it


@pytest.mark.parametrize(
    ("total", "count", "expected"), [(0.0, 0, None), (5.0, 2, 3), (4.9, 2, 2), (55.0, 2, 28), (0.49, 1, 0)]
)
def test_a_mean_wait_is_in_whole_seconds(total: float, count: int, expected: int | None) -> None:
    assert whole_seconds(total, count) == expected


def test_what_stands_a_hair_below_a_half_is_one() -> None:
    assert two_decimals(1.005) == 1.01


def test_the_interval_of_a_share() -> None:
    """Values of Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    cases = {(81, 263): (25.53, 36.62), (15, 148): (6.24, 16.05), (0, 20): (0.0, 16.11), (1, 29): (0.61, 17.18)}
    for (part, whole), (low, high) in cases.items():
        found = wilson(part, whole)
        assert found is not None
        assert (found.low, found.high) == (low, high)
    assert wilson(0, 0) is None
