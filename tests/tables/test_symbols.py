"""Mandarin as Kokoro is given it: readings, tone sandhi and the symbols of its syllables."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_tone3

from ivr.spoken.figures import in_words
from speech.kokoro.mandarin import mandarin_symbols, syllable_symbols
from speech.kokoro.symbols import numbers
from speech.pinyin import SYLLABLES_OF_SIGNS

pytestmark = pytest.mark.tables

ROWS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "symbols.yaml").read_text("utf-8"))
PROMPTS: dict[str, str] = yaml.safe_load((Path(__file__).parents[2] / "prompts" / "zh-CN.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['text']}: {row['why']}")
def test_a_text_is_given_in_symbols(row: dict[str, str]) -> None:
    assert mandarin_symbols(row["text"]) == row["said"]


def test_every_syllable_of_mandarin_has_symbols_that_the_model_knows() -> None:
    common = range(0x4E00, 0x9FA6)
    written = {reading for code in common for reading in PINYIN_DICT.get(code, "").split(",") if reading}
    syllables = {to_tone3(reading, neutral_tone_with_five=True, v_to_u=False) for reading in written}
    assert len(syllables) > 1200
    for syllable in syllables:
        symbols = syllable_symbols(syllable)
        assert len(numbers(symbols)) == len(symbols), syllable


def test_every_sign_that_has_a_name_is_said() -> None:
    for sign in SYLLABLES_OF_SIGNS:
        symbols = mandarin_symbols(sign)
        assert symbols, sign
        assert len(numbers(symbols)) == len(symbols), sign


def test_nothing_of_the_samples_prompts_is_lost() -> None:
    for key, text in PROMPTS.items():
        symbols = mandarin_symbols(in_words(text, "zh-CN"))
        assert len(numbers(symbols)) == len(symbols), key


@pytest.mark.parametrize("syllable", ["", "hao", "hao6", "xyz1", "3"])
def test_what_is_no_syllable_is_refused(syllable: str) -> None:
    with pytest.raises(ValueError, match="no syllable"):
        syllable_symbols(syllable)
