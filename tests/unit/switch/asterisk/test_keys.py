"""Keys that Asterisk told twice, as it told them to a phone whose packets came bunched."""

from __future__ import annotations

import pytest

from switch.asterisk.keys import Keys

pytestmark = pytest.mark.unit

# What was keyed, and what Asterisk 22.10.1 told of it: key/length in ms@ms since the first.
TOLD = {
    "#1234": "#/120@0 1/120@200 2/120@400 3/120@600 4/120@800",
    "551951#": "5/120@0 5/120@197 1/120@339 1/120@364 9/120@461 9/120@544 5/120@660 5/120@727 1/120@1050 #/120@1060 "
    "#/120@1578",
    "352947#": "3/60@0 5/60@139 2/60@281 9/60@439 4/60@599 7/60@1000 #/60@1000 #/60@1285",
    "993792#": "9/120@0 9/120@196 3/120@416 7/120@653 9/120@862 2/120@862 2/120@1031 #/120@1262",
}


@pytest.mark.parametrize("keyed", TOLD)
def test_each_key_counts_once(keyed: str) -> None:
    keys = Keys()
    news = ""
    for word in TOLD[keyed].split():
        key, rest = word.split("/")
        length_ms, at_ms = map(int, rest.split("@"))
        if keys.is_news(key, length_ms / 1000, 1_795_339_148.0 + at_ms / 1000):
            news += key
    assert news == keyed


def test_a_switch_that_tells_no_time_is_believed() -> None:
    keys = Keys()
    assert [keys.is_news("5", 0.1, float("inf")) for _ in range(3)] == [True] * 3
