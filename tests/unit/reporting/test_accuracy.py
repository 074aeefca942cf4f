"""Human accuracy, raw and weighed by queue, against values that were counted by hand."""

import pytest

from reporting.accuracy import WeighedAccuracy, accuracy
from reporting.ratios import Interval
from reporting.rows import ReviewRow

pytestmark = pytest.mark.unit


def reviews(**counts: tuple[int, int]) -> list[ReviewRow]:
    """By queue: how many were reviewed, and how many of them were right."""
    return [
        ReviewRow("8001", queue, number < right)
        for queue, (all_of, right) in counts.items()
        for number in range(all_of)
    ]


def test_a_small_queue_counts_by_its_talks_and_not_by_its_share_of_the_sample() -> None:
    found = accuracy(reviews(care=(10, 9), loans=(10, 5)), {"care": 900, "loans": 100})
    assert (found.reviewed, found.correct, found.rate) == (20, 14, 70.0)
    # 0.9 · 0.9 + 0.1 · 0.5; variance 0.81 · (1 - 10/900) · 0.1/10 + 0.01 · (1 - 10/100) · (0.25 · 10/9)/10
    assert found.weighed == WeighedAccuracy(86.0, Interval(68.19, 100.0), 2)


def test_queues_with_few_reviews_are_put_together_and_none_is_left_out() -> None:
    found = accuracy(
        reviews(care=(10, 10), loans=(3, 0), fraud=(2, 1)), {"care": 600, "loans": 200, "fraud": 100, "x": 100}
    )
    assert found.weighed is not None
    assert found.weighed.strata == 2
    assert found.weighed.rate == 68.0  # 0.6 · 1 + 0.4 · 1/5


def test_where_even_the_rest_is_small_it_joins_the_most_reviewed() -> None:
    found = accuracy(reviews(care=(8, 6), loans=(2, 2)), {"care": 600, "loans": 400})
    assert found.weighed is not None
    assert (found.weighed.strata, found.weighed.rate) == (1, 80.0)


@pytest.mark.parametrize(("of", "talks"), [(reviews(), {"care": 10}), (reviews(care=(1, 1)), None), (reviews(), None)])
def test_nothing_is_weighed_of_nothing(of: list[ReviewRow], talks: dict[str, int] | None) -> None:
    assert accuracy(of, talks).weighed is None


def test_a_census_has_no_error() -> None:
    found = accuracy(reviews(care=(10, 7)), {"care": 10})
    assert found.weighed == WeighedAccuracy(70.0, Interval(70.0, 70.0), 1)
