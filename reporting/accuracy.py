"""Human accuracy: talks that a person has reviewed and found right; of the house also weighed by queue.

The monthly sample takes more of small queues than their share, so the raw rate leans to them. Weighed, each queue
counts by its talks. Queues with few reviews are put together, those with none among them.
"""

from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec

from reporting.ratios import Z95, Interval, percent, two_decimals, wilson
from reporting.rows import ReviewRow

LEAST = 5
"""Reviews of a stratum that stands for itself; of fewer the rate is chance."""


class WeighedAccuracy(msgspec.Struct, frozen=True):
    """The rate in percent: Σ W·p over strata, W = talks of the stratum ÷ talks of all."""

    rate: float
    interval: Interval
    """± 1.96 · √ Σ W²·(1 − n/N)·s²/n."""
    strata: int


class AccuracyFigures(msgspec.Struct, frozen=True):
    """Reviewed talks. Rates are in percent; None: none was reviewed. `weighed`: of the house alone."""

    reviewed: int
    correct: int
    rate: float | None
    interval: Interval | None
    weighed: WeighedAccuracy | None = None


class _Stratum(msgspec.Struct):
    there: int = 0
    reviewed: int = 0
    correct: int = 0

    def add(self, other: "_Stratum") -> None:
        self.there += other.there
        self.reviewed += other.reviewed
        self.correct += other.correct


def accuracy(reviews: Sequence[ReviewRow], talks: Mapping[str, int] | None = None) -> AccuracyFigures:
    """Human accuracy of these reviews. `talks`: how many each queue has that might have been drawn; with it the rate is
    weighed, too."""
    correct = sum(one.is_correct for one in reviews)
    weighed = None if talks is None or not reviews else _weighed(reviews, talks)
    return AccuracyFigures(
        len(reviews), correct, percent(correct, len(reviews)), wilson(correct, len(reviews)), weighed
    )


def _weighed(reviews: Sequence[ReviewRow], talks: Mapping[str, int]) -> WeighedAccuracy:
    queues = {queue: _Stratum(there) for queue, there in talks.items()}
    for review in reviews:
        one = queues.setdefault(review.queue, _Stratum())
        one.reviewed += 1
        one.correct += review.is_correct
    for one in queues.values():
        one.there = max(one.there, one.reviewed)
    strata = [one for one in queues.values() if one.reviewed >= LEAST]
    rest = _Stratum()
    for one in queues.values():
        if one.reviewed < LEAST:
            rest.add(one)
    if rest.there and strata and rest.reviewed < LEAST:
        max(strata, key=lambda one: one.reviewed).add(rest)
    elif rest.there:
        strata.append(rest)
    whole = sum(one.there for one in strata)
    mean = sum(one.there / whole * one.correct / one.reviewed for one in strata)
    variance = sum((one.there / whole) ** 2 * _variance(one) for one in strata)
    half = Z95 * sqrt(variance)
    low, high = max(0.0, mean - half), min(1.0, mean + half)
    return WeighedAccuracy(
        two_decimals(100 * mean), Interval(two_decimals(100 * low), two_decimals(100 * high)), len(strata)
    )


def _variance(one: _Stratum) -> float:
    """Of the mean of a stratum that is drawn without putting back."""
    share, count = one.correct / one.reviewed, one.reviewed
    if count == 1:
        return 0.25
    return (1 - count / one.there) * share * (1 - share) * count / (count - 1) / count
