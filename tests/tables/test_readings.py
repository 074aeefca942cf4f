"""Texts as callers hear them: figures as numbers, and characters of several readings by the words they stand in."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import yaml

from ivr.spoken.figures import in_words
from speech.pinyin import to_pinyin

pytestmark = pytest.mark.tables

HERE = Path(__file__).parent
READINGS: list[dict[str, str]] = yaml.safe_load((HERE / "readings.yaml").read_text("utf-8"))
FIGURES: list[dict[str, str]] = yaml.safe_load((HERE / "figures.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", READINGS, ids=lambda row: f"{row['text']}: {row['why']}")
def test_a_character_is_read_by_its_word(row: dict[str, str]) -> None:
    assert to_pinyin(row["text"]) == row["said"]


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["text"])
def test_figures_are_said_as_numbers(row: dict[str, str]) -> None:
    assert in_words(row["text"], "zh-CN") == row["said"]
    assert in_words(row["text"], "en") == row["text"], "its voice knows figures"


def test_whatever_stands_there_is_said_and_no_figure_is_left() -> None:
    chance = random.Random(1)
    signs = "0123456789" * 3 + ".,-:/%¥$ +*年月日元个第至到A。，"
    for _ in range(3_000):
        text = "".join(chance.choices(signs, k=chance.randint(1, 14)))
        said = in_words(text, "zh-CN")
        assert not re.search("[0-9]", said), (text, said)
        assert in_words(said, "zh-CN") == said
