"""Phrases of grades.yaml: what they find, what denies a hit, and what is no phrase."""

import time

import pytest

from complaints.grading.misheard import Misheard
from complaints.grading.phrases import PhraseError, compiled, denials, find
from complaints.grading.text import MOST_CHARACTERS, normal

pytestmark = pytest.mark.unit

NOT = denials(("没有人", "没有", "不是要", "nobody", "not"))


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("银保监", "我要去银保监局", "银保监"),
        ("银保监", "銀保監會", "银保监"),
        ("银保监", "银 保 监", "银保监"),
        ("12378", "打一二三七八", "12378"),
        ("12378", "电话123789", ""),
        ("315", "4000315183", ""),
        ("fca", "I'll go to the FCA!", "fca"),
        ("fca", "affcab", ""),
        ("complain", "I complained", "complained"),
        ("complain", "complaining", "complaining"),
        ("see you in court", "See  you\nin court", "see you in court"),
        ("(告诉|打给)…(同事|家人)", "告诉了我的全部同事", "告诉了我的全部同事"),
        ("(告诉|打给)…(同事|家人)", "告诉我。同事说", ""),
        ("(推销|营销)(的)?电话", "推销的电话", "推销的电话"),
        ("(推销|营销)(的)?电话", "推销电话", "推销电话"),
        ("told…boss", "you told somebody of it, I mean my boss", "told somebody of it, i mean my boss"),
        ("骂我", "没有人骂我", ""),
        ("骂我", "没有人管，他骂我", "骂我"),
        ("threaten", "nobody threatened me", ""),
        ("threaten", "nobody came. he threatened me", "threatened"),
        ("起诉", "不是要起诉你们", ""),
        ("起诉", "我不想起诉你们，但是", "起诉"),
    ],
)
def test_what_is_found(phrase: str, text: str, found: str) -> None:
    assert find(normal(text), [compiled(phrase)], NOT) == found


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("", "words at its beginning"),
        ("…家人", "words at its beginning"),
        ("告诉…", "words at its beginning"),
        ("(告诉", "each ( has its )"),
        ("告诉)(", "each ( has its )"),
        ("(a|(b))", "each ( has its )"),
        ("(a|)b", "each ( has its )"),
        ("a|b", "| stands between ( and )"),
        ("a…b…c…d", "two gaps at most"),
        ("[ab]", "[ has no meaning here"),
        (r"\d", "\\ has no meaning here"),
    ],
)
def test_what_is_no_phrase(phrase: str, told: str) -> None:
    with pytest.raises(PhraseError) as error:
        compiled(phrase)
    assert told in str(error.value)


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    pattern = compiled("(告诉|打给)…(同事|家人)…(欠款|借)")
    text = normal("告诉" * 50_000)
    assert len(text) <= MOST_CHARACTERS
    began = time.process_time()
    assert find(text, [pattern], NOT) == ""
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("不处理就银堡监见", "银堡监, for 银保监"),
        ("找营保间", "营保间, for 银保监"),
        ("my lawer says", "lawer, for lawyer"),
        ("the ombusdman", "ombusdman, for ombudsman"),
        ("it was reported", ""),
        ("my lawyers", ""),
        ("保险", ""),
    ],
)
def test_what_is_mistyped_or_misheard(text: str, found: str) -> None:
    assert Misheard(["银保监", "lawyer", "ombudsman", "reporter", "fca"]).find(normal(text)) == found
