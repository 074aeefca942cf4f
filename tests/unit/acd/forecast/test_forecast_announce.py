"""What callers are told."""

import pytest

from acd.forecast.announce import Announcer, Band, Said, Unsaid, band
from acd.forecast.forecaster import Forecast
from calls.ids import CallId

pytestmark = pytest.mark.unit


def forecast(
    median_s: float,
    upper_s: float,
    *,
    at: float = 0.0,
    position: int = 3,
    eligible: float = 5.0,
    handle_s: float = 180.0,
) -> Forecast:
    quantiles = (median_s / 3, median_s / 2, median_s, upper_s, upper_s * 1.5)
    return Forecast(
        CallId("c"),
        at,
        "learned",
        "",
        position,
        median_s,
        median_s,
        quantiles[0],
        quantiles[4],
        quantiles,
        eligible,
        handle_s,
    )


@pytest.mark.parametrize(
    ("median_s", "upper_s", "low", "high", "phrase"),
    [
        (10.0, 50.0, 0, 1, "wait_less_than"),
        (59.0, 61.0, 0, 2, "wait_less_than"),
        (130.0, 240.0, 2, 4, "wait_between"),
        (120.0, 120.0, 2, 3, "wait_between"),
        (430.0, 660.0, 6, 12, "wait_between"),
        (3500.0, 4000.0, 50, None, "wait_more_than"),
        (9000.0, 9999.0, 60, None, "wait_more_than"),
    ],
)
def test_bands_are_whole_minutes_around_the_likely_wait(
    median_s: float, upper_s: float, low: int, high: int | None, phrase: str
) -> None:
    told = band(median_s, upper_s)
    assert (told, told.phrase) == (Band(low, high), phrase)


def test_a_falling_band_is_said() -> None:
    announcer = Announcer()
    assert announcer.decide(forecast(130.0, 230.0)) == Said(Band(2, 4))
    assert announcer.decide(forecast(70.0, 170.0, at=15.0, position=2)) == Said(Band(1, 3))


def test_a_rise_without_a_cause_is_not_said_and_logged() -> None:
    announcer = Announcer()
    announcer.decide(forecast(130.0, 230.0))
    decision = announcer.decide(forecast(250.0, 350.0, at=15.0))
    assert decision == Unsaid("the band would rise from 2 to 4 min to 4 to 6 min without a cause")
    # what was said last still holds: a lower forecast than that is told, a higher one is not
    assert announcer.decide(forecast(200.0, 290.0, at=30.0)) == Unsaid(
        "the band would rise from 2 to 4 min to 3 to 5 min without a cause"
    )
    assert announcer.decide(forecast(130.0, 170.0, at=45.0)) == Said(Band(2, 3))


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"position": 5}, "2 more ahead, by their priority"),
        ({"eligible": 3.0}, "agents who can answer fell from 5.0 to 3.0"),
        ({"handle_s": 240.0}, "talks take 240 s, not 180 s"),
    ],
)
def test_a_rise_with_a_cause_is_said_with_it(change: dict[str, float], cause: str) -> None:
    announcer = Announcer()
    announcer.decide(forecast(130.0, 230.0))
    assert announcer.decide(forecast(250.0, 350.0, **change)) == Said(Band(4, 6), cause)  # type: ignore[arg-type] # one table, three types


def test_only_if_improved_says_the_same_once() -> None:
    announcer = Announcer()
    announcer.decide(forecast(130.0, 230.0))
    assert announcer.decide(forecast(130.0, 230.0, at=15.0), only_if_improved=True) == Unsaid("still 2 to 4 min")


def test_silence_has_the_reason_of_the_forecast() -> None:
    silent = Forecast(CallId("c"), 0.0, "silent", "3 talks seen, 30 needed", 1)
    assert Announcer().decide(silent) == Unsaid("3 talks seen, 30 needed")
