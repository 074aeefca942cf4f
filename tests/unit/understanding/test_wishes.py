"""Turns of speech: a refusal, two wishes, yes and no, one of two."""

import pytest

from understanding.judgement import Judgement
from understanding.wishes import complains, understand, which, yes_or_no

pytestmark = pytest.mark.unit


def _judge(said: str) -> Judgement:
    """By the first of these words that stands in it; both at once are unclear."""
    found = [intent for word, intent in (("还款", "pay"), ("发票", "invoice"), ("投诉", "moan")) if word in said]
    if len(found) == 1:
        return Judgement("answered", found[0], "other", 0.9, 0.8)
    return Judgement("asked" if found else "handed_over", *(*found, "other", "other")[:2], 0.6, 0.1)


@pytest.mark.parametrize(
    ("said", "turn", "decision", "intent"),
    [
        ("我要还款", "", "answered", "pay"),
        ("我不是要还款，我是要投诉", "refused_one", "answered", "moan"),
        ("不要发票，我要还款", "refused_one", "answered", "pay"),
        ("我要还款，还有开张发票", "two_wishes", "asked", "pay"),
        ("我要还款，那个还款", "", "answered", "pay"),
        ("不要，不要", "", "handed_over", "other"),
    ],
)
def test_turns(said: str, turn: str, decision: str, intent: str) -> None:
    found = understand(said, _judge)
    assert (found.turn, found.judgement.decision, found.judgement.intent) == (turn, decision, intent)


def test_the_second_of_two_wishes_is_named() -> None:
    assert understand("我要还款，还有开张发票", _judge).judgement.second == "invoice"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("对", True),
        ("是的没错", True),
        ("yes please", True),
        ("不对", False),
        ("不是", False),
        ("no", False),
        ("十五号", None),
    ],
)
def test_yes_and_no(said: str, answer: bool | None) -> None:
    assert yes_or_no(said) is answer


@pytest.mark.parametrize(
    ("said", "index"),
    [("第一个", 0), ("后面那个", 1), ("延期", 0), ("提前的", 1), ("the second one please", None), ("嗯", None)],
)
def test_one_of_two(said: str, index: int | None) -> None:
    assert which(said, ("申请延期", "提前还款")) == index


def test_words_of_complaint() -> None:
    words = ("银保监", "12378", "regulator")
    assert complains("我打一二三七八，不，12378", words)
    assert complains("I will call the Regulator!", words)
    assert not complains("deregulators", words)
    assert not complains("我要还款", words)
