"""Topics that grow beyond what the spans before let expect."""

import pytest

from reporting.topics import TopicFigures, topics

pytestmark = pytest.mark.unit


def of(now: int, *before: int) -> TopicFigures:
    name = ("signal", "rude")
    (found,) = topics([name] * now, [[name] * count for count in before])
    return found


@pytest.mark.parametrize(
    ("now", "before", "grows"),
    [
        (13, (4, 4, 4, 4), True),
        (9, (4, 4, 4, 4), True),  # more than 4 + 2 · 2
        (8, (4, 4, 4, 4), False),
        (4, (0, 0, 0, 0), False),  # fewer than five
        (5, (0, 0, 0, 0), True),
        (120, (100, 100, 100, 100), False),
        (121, (100, 100, 100, 100), True),
        (0, (9, 9), False),
        (9, (), False),  # nothing to compare with
    ],
)
def test_what_grows(now: int, before: tuple[int, ...], grows: bool) -> None:
    assert of(now, *before).grows is grows


def test_change_is_in_percent_of_the_usual() -> None:
    assert (of(6, 4, 2, 4, 2).usual, of(6, 4, 2, 4, 2).change) == (3.0, 100.0)
    assert of(1, 4, 4).change == -75.0
    assert of(3, 0, 0).change is None


def test_what_grows_comes_first_and_then_the_most_frequent() -> None:
    now = [("a", "x")] * 20 + [("b", "y")] * 6 + [("c", "z")] * 3
    found = topics(now, [[("a", "x")] * 20, [("a", "x")] * 20 + [("d", "w")]])
    assert [(one.kind, one.cases, one.grows) for one in found] == [
        ("b", 6, True), ("a", 20, False), ("c", 3, False), ("d", 0, False)
    ]  # fmt: skip
