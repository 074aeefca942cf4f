"""Clocks are read as somebody would who counts every minute."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.clock_differences import differences
from bench.clock_histories import a_log, first_minute, window
from bench.clock_oracle import standing
from complaints.audit import known_at

pytestmark = pytest.mark.properties


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_core_and_oracle_read_the_same(chance: Random) -> None:
    assert differences(chance, 30) == []


@pytest.mark.parametrize("seed", range(3))
def test_they_do_for_many_histories_by_one_calendar(seed: int) -> None:
    assert differences(Random(seed), 60) == []


@given(st.randoms(use_true_random=False), st.integers(0, 10_000))
def test_what_was_known_is_what_was_written_and_not_put_right(chance: Random, later: int) -> None:
    _, begin = window(chance)
    log = a_log(chance, first_minute(begin), 3)
    known = log[0].at + later * 60
    assert known_at(log, known) == standing(log, known)
