"""Who comes again with the same intent, after what, and from which step."""

import pytest

from reporting.repeats import IntentFigures, Repeats, Visit

pytestmark = pytest.mark.unit

DAY = 86_400.0


def visits(
    *rows: tuple[float, str, str, str, str], since: float = 0.0, window_days: float = 7.0
) -> list[IntentFigures]:
    found = Repeats(window_days * DAY)
    for day, *words in rows:
        found.take(Visit(day * DAY, *words), counts=day >= since)
    return found.figures()


def test_repeats_by_intent_with_what_became_of_the_call_before() -> None:
    (cards, loans) = visits(
        (0, "p1", "main/cards", "abandoned", "main/cards"),
        (1, "p1", "main/cards", "answered", "main/cards"),
        (2, "p1", "main/cards", "answered", "main/cards"),
        (3, "p2", "main/loans", "left_in_menu", "loans/which"),
        (4, "p2", "main/loans", "answered", "main/loans"),
        (4, "p3", "main/loans", "answered", "main/loans"),
    )
    assert cards == IntentFigures("main/cards", 3, 2, 66.67, {"abandoned": 1, "answered": 1}, {"main/cards": 2})
    assert loans == IntentFigures("main/loans", 3, 1, 33.33, {"left_in_menu": 1}, {"loans/which": 1})


@pytest.mark.parametrize(
    "again",
    [
        pytest.param((8.1, "p1", "main/cards", "answered", "x"), id="behind the window"),
        pytest.param((1, "p2", "main/cards", "answered", "x"), id="somebody else"),
        pytest.param((1, "p1", "main/loans", "answered", "x"), id="another intent"),
    ],
)
def test_what_is_no_repeat(again: tuple[float, str, str, str, str]) -> None:
    assert sum(one.repeats for one in visits((1, "p1", "main/cards", "abandoned", "y"), again)) == 0


def test_nobody_is_nobody_twice_and_a_call_without_a_flow_has_no_intent() -> None:
    nobody = (0, "", "main/cards", "abandoned", "x")
    assert visits(nobody, nobody, (0, "p1", "", "abandoned", "")) == []


def test_calls_of_the_window_before_the_span_are_only_what_is_repeated() -> None:
    (one,) = visits((0, "p1", "main/cards", "abandoned", "x"), (3, "p1", "main/cards", "answered", "y"), since=2)
    assert (one.calls, one.repeats, one.causes) == (1, 1, {"abandoned": 1})
