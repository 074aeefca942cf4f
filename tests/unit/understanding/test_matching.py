"""Matching of sentences to intents: right ones, strangers, homophones, the same model every time."""

import numpy as np
import pytest

from understanding.intents import Intent, IntentBook
from understanding.likeness import Floats, Likeness
from understanding.matching import Matcher, decode, encode, train
from understanding.regression import fit
from understanding.wording import grams, plain

pytestmark = pytest.mark.unit

_BOOK = IntentBook(
    {
        "pay": Intent(
            "pay", "这个月要还多少钱", ("本期账单多少", "我还欠多少", "要还几百块", "查一下应还金额", "还剩多少没还")
        ),
        "defer": Intent(
            "defer", "能不能晚几天还", ("我想延期还款", "可以缓一个月吗", "宽限几天行吗", "失业了还不上", "往后推几天")
        ),
        "invoice": Intent(
            "invoice",
            "给我开张发票",
            ("发票抬头怎么写", "电子发票没收到", "利息能开票吗", "补开去年的发票", "开票要几天"),
        ),
    },
    none=("今天天气怎么样", "帮我买张火车票", "快递到哪了", "附近哪有加油站", "几点放电影", "我要点一份外卖"),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    model = train(_BOOK)
    assert model is not None
    return Matcher(decode(encode(model)))


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("嗯那个，这个月得还多少", "pay"),
        ("我想晚几天再还", "defer"),
        ("麻烦开个发票", "invoice"),
        ("给我开章发飘", "invoice"),
    ],
)
def test_right_intent(matcher: Matcher, said: str, intent: str) -> None:
    judged = matcher.judge(said)
    assert judged.intent == intent
    assert judged.neighbours[0].intent == intent
    assert judged.margin > 0


def test_strangers_are_less_sure_than_callers(matcher: Matcher) -> None:
    assert matcher.judge("明天天气怎么样").score < min(matcher.judge(said).score for said in ("开发票", "晚几天还"))


def test_nothing_said_is_handed_over(matcher: Matcher) -> None:
    assert matcher.judge("……").decision == "handed_over"


def test_the_same_book_gives_the_same_model() -> None:
    first, second = train(_BOOK), train(_BOOK)
    assert first is not None
    assert second is not None
    assert encode(first) == encode(second)


def test_one_intent_cannot_be_told_apart() -> None:
    assert train(IntentBook({"pay": _BOOK.intents["pay"]})) is None


def test_a_model_of_vectors_needs_them() -> None:
    chance = np.random.default_rng(1)

    def vectors(sentences: object) -> Floats:
        return chance.normal(size=(len(sentences), 8)).astype(np.float32)  # type: ignore[arg-type]

    model = train(_BOOK, vectors)
    assert model is not None
    with pytest.raises(ValueError, match="sentence vectors"):
        Matcher(model)
    assert set(Matcher(model, vectors).judge("开发票").parts) == {"characters", "sounds", "words", "notions", "meaning"}


def test_parts_add_up_to_the_lead() -> None:
    model = train(_BOOK)
    assert model is not None
    judged = Matcher(model).judge("开发票")
    assert sum(judged.parts.values()) > 0


def test_left_out_scores_are_those_of_a_model_without_the_example() -> None:
    texts = [text for intent in _BOOK.intents.values() for text in intent.phrasings]
    labels = np.repeat(np.arange(3), 6)
    likeness = Likeness(texts, None, {"characters": 1.0}).among()
    trust = np.ones(len(texts), np.float32)
    whole = fit(likeness, labels, 3, trust, 0.2)
    rest = np.arange(len(texts)) != 4
    without = fit(likeness[np.ix_(rest, rest)], labels[rest], 3, trust[rest], 0.2)
    scores = (likeness[4, rest] + 1.0) @ without.coefficients
    np.testing.assert_allclose(scores, whole.left_out[4], atol=1e-4)


def test_fillers_and_variants_do_not_count() -> None:
    assert plain("嗯那个，咋还款啊") == plain("怎么还款啊")
    assert "#块" in grams("就差五块钱")["characters"]
    assert grams("缓一缓")["notions"] == grams("延期")["notions"] == ("defer",)
