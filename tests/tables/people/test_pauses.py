"""Pauses between attempts to sign in: by person, by address, by all; how they grow, and when they are forgotten."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hotline.people.throttle import ADDRESS, PERSON, Throttle

pytestmark = pytest.mark.tables

_SCENES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "pauses.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", _SCENES)
def test_pauses(name: str) -> None:
    throttle = Throttle()
    for number, row in enumerate(_SCENES[name]):
        for turn in range(row.get("times", 1)):
            person, address = (row[key].replace("{n}", str(turn)) for key in ("person", "from"))
            assert throttle.begin(person, address, 1_000.0 + row["at"]) == pytest.approx(row["wait"]), (number, row)
            if row.get("right"):
                throttle.succeeded(person, address)


def test_pauses_have_an_end() -> None:
    assert [PERSON.pause_s(failures) for failures in (0, 3, 4, 5, 11, 12, 10_000)] == [0, 0, 2, 4, 256, 300, 300]
    assert [ADDRESS.pause_s(failures) for failures in (9, 10, 17, 18, 10_000)] == [0, 5, 640, 900, 900]


def test_one_who_guesses_all_day_has_few_guesses() -> None:
    """The bound that one-time codes of six digits are chosen by: a million of them, three right at a time."""
    throttle, now, guesses = Throttle(), 0.0, 0
    while now < 86_400.0:
        wait_s = throttle.begin("li", f"{guesses}", now)
        guesses += wait_s == 0.0
        now += wait_s or 0.001
    assert guesses < 320


def test_so_many_names_are_kept_and_no_more() -> None:
    throttle = Throttle()
    for number in range(20_000):
        assert throttle.begin(f"p{number}", f"a{number}", float(number)) == 0.0
    assert len(throttle._people._kept) == len(throttle._addresses._kept) == 5_000
