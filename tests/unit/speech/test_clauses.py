"""Sentences in pieces: the first one short, parted where a reader takes breath, and no word lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.clauses import pieces, syllables

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("您当前应还金额是三百元", ["您当前应还金额是，", "三百元"]),
        ("您的还款日是每月三号整", ["您的还款日是，", "每月三号整"]),
        ("您好，您的余额是一千二百元五角。", ["您好，您的余额是，", "一千二百元五角。"]),
        ("感谢您致电，请您耐心等候。", ["感谢您致电，", "请您耐心等候。"]),
        ("The amount due is three hundred yuan.", ["The amount due is,", "three hundred yuan."]),
        ("Thank you for calling. Goodbye, and all the best.", ["Thank you for calling.", "Goodbye, and all the best."]),
        ("您的余额是两元", ["您的余额是两元"]),
        ("", [""]),
    ],
)
def test_where_a_sentence_is_parted(text: str, parts: list[str]) -> None:
    assert [piece.text for piece in pieces(text)] == parts


def test_only_what_is_followed_has_a_pause_of_its_own_and_a_mark_is_a_longer_one() -> None:
    breath, at_a_mark, last = pieces("您当前应还一千二百元五角零三分，最后还款日是十二月十五号。")[0:3]
    assert breath.pause_s is not None
    assert at_a_mark.pause_s is not None
    assert breath.pause_s < at_a_mark.pause_s
    assert last.pause_s is None


@given(st.text(st.sampled_from("您当前应还三百元，。, .is12Abc 的我在"), max_size=60))
def test_no_word_is_lost_and_none_comes_twice(text: str) -> None:
    def said(words: str) -> str:
        return "".join(re.findall(r"\w", words))

    found = pieces(text)
    assert said("".join(piece.text for piece in found)) == said(text)
    assert found[-1].pause_s is None
    if syllables(text) >= 10 and len(found) > 1:
        assert all(syllables(piece.text) for piece in found)
