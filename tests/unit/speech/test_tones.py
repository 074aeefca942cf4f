"""Tone sandhi: 一, 不, and third tones in a row."""

from __future__ import annotations

import pytest

from speech.tones import sandhi

pytestmark = pytest.mark.unit


def said(*words: tuple[str, str]) -> str:
    """Words as (characters, syllables), as they are said beside each other."""
    characters = "".join(word for word, _ in words)
    syllables = " ".join(syllables for _, syllables in words).split()
    return " ".join(sandhi(characters, syllables, [word for word, _ in words]))


def test_third_tones_of_a_word_rise_but_the_last() -> None:
    assert said(("展览馆", "zhan3 lan3 guan3")) == "zhan2 lan2 guan3"


def test_a_word_of_one_syllable_leans_on_the_next() -> None:
    assert said(("买", "mai3"), ("水果", "shui3 guo3")) == "mai3 shui2 guo3"
    assert said(("我", "wo3"), ("想", "xiang3"), ("问", "wen4")) == "wo2 xiang3 wen4"


def test_long_words_keep_their_own() -> None:
    assert said(("处理", "chu2 li3"), ("某某组织", "mou3 mou3 zu3 zhi1")).split()[1] == "li3"


def test_not_and_one() -> None:
    assert said(("对", "dui4"), ("不", "bu4"), ("对", "dui4")) == "dui4 bu5 dui4"
    assert said(("不", "bu4")) == "bu4"
    assert said(("统一", "tong3 yi1")) == "tong3 yi1"
    assert said(("试", "shi4"), ("一", "yi1"), ("试", "shi4")) == "shi4 yi5 shi4"


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ValueError, match="one syllable"):
        sandhi("你好", ["ni3"], ["你好"])
