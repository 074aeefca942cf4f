"""Passwords: which new ones are taken, and what is said of the others."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from hotline.people.password_policy import fault, normal

pytestmark = pytest.mark.tables

_ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "passwords.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", _ROWS, ids=[repr(row["password"]) for row in _ROWS])
def test_a_new_password(row: dict[str, Any]) -> None:
    said = fault(row["password"] * row.get("times", 1), "li", "Li Na", "8001")
    assert row["said"] in said
    assert bool(said) == bool(row["said"])


def test_however_a_keyboard_makes_a_character_it_is_the_same() -> None:
    composed = unicodedata.normalize("NFC", "Ünïcödé-söngs-17")
    taken_apart = unicodedata.normalize("NFD", composed)
    assert taken_apart != composed
    assert normal(taken_apart) == normal(composed)
