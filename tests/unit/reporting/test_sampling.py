"""Samples are as large as was wanted, by queue, and the same for the same seed."""

import random

import pytest

from reporting.sampling import LEAST, Drawing, Sample, allotted

pytestmark = pytest.mark.unit

QUEUES = {"care": 700, "loans": 250, "fraud": 47, "vip": 3}


def drawn(wanted: int, seed: str, order: int = 0) -> Sample:
    ones = [(queue, f"{queue}-{number}") for queue, count in QUEUES.items() for number in range(count)]
    random.Random(order).shuffle(ones)
    drawing = Drawing(wanted, seed)
    for queue, one in ones:
        drawing.take(queue, one)
    return drawing.sample()


def test_a_sample_has_its_size_and_each_queue_its_share() -> None:
    sample = drawn(400, "2026-11")
    assert (len(sample.drawn), len(set(sample.drawn)), sample.short) == (400, 400, 0)
    shares = {queue: one.drawn for queue, one in sample.strata.items()}
    assert shares == {"care": 276, "loans": 100, "fraud": 21, "vip": 3}
    assert all(one.startswith(tuple(QUEUES)) for one in sample.drawn)


def test_the_seed_decides_and_the_order_does_not() -> None:
    assert drawn(400, "2026-11", order=1) == drawn(400, "2026-11", order=2)
    assert set(drawn(400, "2026-11").drawn) != set(drawn(400, "2026-12").drawn)


def test_too_few_are_all_drawn_and_it_is_said_how_many_are_missing() -> None:
    sample = drawn(1_200, "2026-11")
    assert (len(sample.drawn), sample.there, sample.short) == (1_000, 1_000, 200)


def test_each_one_is_drawn_as_often_as_any_other() -> None:
    """A hundred samples of ten of a hundred: each ten times on average; a chi-square of 99 degrees of freedom."""
    counts = dict.fromkeys(map(str, range(100)), 0)
    for seed in range(100):
        drawing = Drawing(10, str(seed))
        for one in counts:
            drawing.take("care", one)
        for one in drawing.sample().drawn:
            counts[one] += 1
    assert sum((count - 10) ** 2 / 10 for count in counts.values()) < 149  # p = 0.001


@pytest.mark.parametrize("wanted", [0, 1, 4, 5, 17, 400, 999, 1_000, 5_000])
def test_shares_add_up(wanted: int) -> None:
    shares = allotted(QUEUES, wanted)
    assert sum(shares.values()) == min(wanted, 1_000)
    assert all(0 <= shares[queue] <= count for queue, count in QUEUES.items())


def test_a_small_queue_is_heard() -> None:
    assert allotted({"large": 100_000, "small": 50}, 400) == {"large": 395, "small": LEAST}
