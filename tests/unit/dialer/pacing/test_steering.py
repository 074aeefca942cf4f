"""Steering: θ spends what is left until the window ends, and learns what a θ really costs."""

import msgspec
import pytest

from dialer.pacing.ledgers import Ledgers
from dialer.pacing.settings import Window
from dialer.pacing.steering import Steering, SteeringState, reserve

pytestmark = pytest.mark.unit


def test_theta_is_what_may_be_abandoned_by_what_a_theta_of_one_costs():
    steering = Steering(boldest=0.5)
    assert steering.aim(0.03) == pytest.approx(0.05)  # 0.6 of those exposed are believed to be abandoned


def test_theta_stays_between_nought_and_the_boldest():
    steering = Steering(boldest=0.5)
    assert steering.aim(-0.1) == 0.0
    assert steering.aim(2.0) == 0.5


def test_where_fewer_are_abandoned_than_believed_it_grows_bolder_and_the_other_way_round():
    careful, bold = Steering(boldest=0.5), Steering(boldest=0.5)
    for number in range(2000):
        for steering, each in ((careful, 100), (bold, 25)):
            steering.aim(0.03)
            steering.answered()
            if number % each == 0:
                steering.abandoned()
    assert careful.aim(0.03) > 0.06 > 0.04 > bold.aim(0.03)


def test_in_the_long_run_what_is_spent_is_what_was_allowed():
    steering = Steering(boldest=0.5)
    abandoned, owed = 0, 0.0
    for _ in range(10_000):
        owed += 0.4 * steering.aim(0.03)
        steering.answered()
        if owed >= 1.0:
            owed -= 1.0
            abandoned += 1
            steering.abandoned()
    assert abandoned == pytest.approx(300, rel=0.05)


@pytest.mark.parametrize(
    ("credit_of", "left", "wanted"),
    [
        (0.0, 100.0, 0.03),
        (100.0, 100.0, 0.06),  # three saved calls, a hundred answers to come
        (100.0, 1000.0, 0.033),
    ],
)
def test_the_credit_is_spent_over_what_is_still_to_come(credit_of: float, left: float, wanted: float):
    ledgers = Ledgers((Window("day", every="day"),), "live", 0.0)
    ledgers.by_window["day"].add(credit_of, 0.0, 0.0)
    assert ledgers.allowance(0.0, 0.0, 0.0, lambda _: left) == pytest.approx(wanted)


def test_the_tightest_window_decides_by_its_own_end():
    ledgers = Ledgers((Window("day", every="day"), Window("month", every="month")), "live", 0.0)
    ledgers.by_window["day"].add(0.0, 3.0, 0.0)
    ledgers.by_window["month"].add(0.0, 3.0, 0.0)
    ledgers.by_window["day"].ends_at, ledgers.by_window["month"].ends_at = 100.0, 1000.0
    assert ledgers.allowance(0.0, 0.0, 0.0, lambda ends_at: ends_at or 0.0) == pytest.approx(0.0)


def test_more_is_kept_back_the_more_rings():
    assert reserve(20, 30) - reserve(20, 0) == pytest.approx(12.0)
    assert reserve(100, 0) > reserve(5, 0)


def test_the_state_of_a_release_that_steered_otherwise_is_gone_on_from():
    before = msgspec.msgpack.decode(msgspec.msgpack.encode({"base": 0.04, "at": 3.0}), type=SteeringState)
    steering = Steering(boldest=0.5)
    steering.restore(before)
    assert steering.aim(0.03) == pytest.approx(0.05)
