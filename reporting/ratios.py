"""Ratios and means as a report rounds them: exactly, halves up, and never of nothing.

A share is a percentage of two decimals, computed in whole numbers; a mean wait is in whole seconds.
"""

from math import floor, sqrt
from statistics import NormalDist

import msgspec

Z95 = NormalDist().inv_cdf(0.975)
"""Of a two-sided interval of 95 %."""


class Interval(msgspec.Struct, frozen=True):
    """An interval of 95 %, in the unit of its figure."""

    low: float
    high: float


def percent(part: int, whole: int) -> float | None:
    """100 × part / whole, to two decimals, halves up; None of nothing."""
    if whole == 0:
        return None
    return (20_000 * part + whole) // (2 * whole) / 100


def two_decimals(value: float) -> float:
    """`value` to two decimals, halves up; what stands a billionth below a half is one."""
    return floor(value * 100 + 0.5 + 1e-9) / 100


def whole_seconds(total_s: float, count: int) -> int | None:
    """The mean in whole seconds, halves up; None of nothing."""
    return None if count == 0 else floor(total_s / count + 0.5 + 1e-9)


def wilson(part: int, whole: int) -> Interval | None:
    """The interval of a share in percent (Wilson, 1927); None of nothing.

    It stays within 0 and 100, also of few and of none.
    """
    if whole == 0:
        return None
    share, squared = part / whole, Z95 * Z95
    middle = (share + squared / (2 * whole)) / (1 + squared / whole)
    half = Z95 * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole)) / (1 + squared / whole)
    return Interval(two_decimals(100 * max(0.0, middle - half)), two_decimals(100 * min(1.0, middle + half)))
