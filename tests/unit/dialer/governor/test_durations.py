"""Durations and windows: what is read, and what is refused."""

import pytest

from dialer.governor.durations import in_words, seconds, window

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1 s", 1),
        ("90s", 90),
        ("5 min", 300),
        ("24 h", 86_400),
        ("1 day", 86_400),
        ("7 days", 604_800),
        ("2 weeks", 1_209_600),
    ],
)
def test_a_duration(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "0 h", "-1 h", "1.5 h", "1 month", "24 hours", "h", "3701 days", "1 h 30 min"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"is wanted|ten years"):
        seconds(text)


def test_a_window_is_rolling_or_the_calendars() -> None:
    assert window("30 days") == (2_592_000, None)
    assert [window(name)[1] for name in ("day", "week", "month")] == ["day", "week", "month"]
    with pytest.raises(ValueError, match="rolling window such as 24 h"):
        window("year")


def test_in_words() -> None:
    assert [in_words(length) for length in (45, 120, 3600, 86_400, 604_800)] == [
        "45 s",
        "2 min",
        "1 h",
        "24 h",
        "7 days",
    ]
