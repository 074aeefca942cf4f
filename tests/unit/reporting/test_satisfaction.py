"""Answers are guarded, weighted, and corrected for those who did not answer."""

from math import sqrt

import pytest

from reporting.ratios import Z95
from reporting.rows import CallRow, TalkRow
from reporting.satisfaction import Satisfaction, SatisfactionSettings, corrected

pytestmark = pytest.mark.unit

WEIGHTS = (0.0, 25.0, 50.0, 75.0, 100.0)
HOUR_S = 3600.0


def call(at: float, score: int | None, person: str = "", talk_s: float = 60.0, queue: str = "care") -> CallRow:
    talks = (TalkRow("agent", "8001", queue, at + 10, at + 10 + talk_s),)
    return CallRow("c", person, "in", queue, at, at, at + 10, at + 90, "answered", talks=talks, asked=True, score=score)


def counted(*calls: CallRow) -> Satisfaction:
    satisfaction = Satisfaction(SatisfactionSettings())
    for one in calls:
        satisfaction.take(one, counts=one.arrived_at >= 0)
    return satisfaction


def test_the_same_person_counts_once_in_a_day() -> None:
    found = counted(call(0, 5, "p"), call(23 * HOUR_S, 1, "p"), call(24 * HOUR_S, 2, "p"), call(25 * HOUR_S, 3, "q"))
    assert found.house().grades == [0, 1, 1, 0, 1]
    assert found.house().left_out == {"too_short": 0, "again": 1, "no_grade": 0}


def test_an_answer_of_before_the_span_keeps_its_person_from_counting_again() -> None:
    found = counted(call(-HOUR_S, 5, "p"), call(HOUR_S, 1, "p"))
    assert found.house().sample == 0
    assert found.house().left_out["again"] == 1


def test_who_withholds_their_number_counts_each_time() -> None:
    assert counted(call(0, 5), call(60, 4)).house().sample == 2


def test_a_short_talk_is_not_judged() -> None:
    found = counted(call(0, 1, talk_s=14.9), call(60, 5, talk_s=15.0)).house()
    assert (found.population, found.sample, found.left_out["too_short"]) == (1, 1, 1)


def test_classes_are_weighed_by_their_talks_not_by_their_answers() -> None:
    """Eighty talks at once with ten answers of 5, twenty after a long wait with ten answers, half 1 and half 5.

    Raw: (10·100 + 5·0 + 5·100) / 20 = 75. Corrected: 0.8·100 + 0.2·50 = 90. Variance: the first class has none; the
    second has s² = 10·50²/9, so 0.2² · (1 - 10/20) · s²/10.
    """
    talks = {("care", 0): 80, ("care", 3): 20}
    answers = {("care", 0): [0, 0, 0, 0, 10], ("care", 3): [5, 0, 0, 0, 5]}
    found = corrected(talks, answers, WEIGHTS)
    assert found is not None
    assert found.index == 90.0
    half = Z95 * sqrt(0.04 * 0.5 * (10 * 50**2 / 9) / 10)
    assert found.index_interval.low == pytest.approx(90 - half, abs=0.006)
    assert found.index_interval.high == pytest.approx(90 + half, abs=0.006)
    assert (found.satisfied, found.classes) == (90.0, 2)


def test_everybody_answered_leaves_nothing_to_chance() -> None:
    found = corrected({("care", 0): 10}, {("care", 0): [2, 2, 2, 2, 2]}, WEIGHTS)
    assert found is not None
    assert found.index == found.index_interval.low == found.index_interval.high == 50.0


def test_a_class_without_answers_is_weighed_with_its_queue() -> None:
    talks = {("care", 0): 50, ("care", 1): 50, ("loans", 0): 100}
    answers = {("care", 0): [0, 0, 0, 0, 6], ("care", 1): [0] * 5, ("loans", 0): [6, 0, 0, 0, 0]}
    found = corrected(talks, answers, WEIGHTS)
    assert found is not None
    # care's second class has nothing to say, and joins the class with the most answers, which is care's first
    assert (found.classes, found.index) == (2, 50.0)


@pytest.mark.parametrize("answers", [[0, 0, 0, 0, 0], [0, 0, 0, 0, 1]])
def test_too_few_answers_are_not_corrected(answers: list[int]) -> None:
    assert corrected({("care", 0): 10}, {("care", 0): answers}, WEIGHTS) is None


def test_persons_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.satisfaction._PRUNE", 10)
    satisfaction = Satisfaction(SatisfactionSettings())
    for number in range(1_000):
        assert satisfaction.take(call(number * HOUR_S, 5, f"p{number}"), counts=True)
    assert len(satisfaction._answered_at) <= 60
    assert not satisfaction.take(call(1_000 * HOUR_S, 5, "p999"), counts=True)
