"""What a recogniser mishears by homophone is put back into the flow's words; what sounds otherwise stays."""

from __future__ import annotations

import pytest

from speech.soundalike import difference, in_their_words, syllables

pytestmark = pytest.mark.unit

WORDS = (
    *("账单", "还款", "征信", "提前还款", "人工", "我想晚几天还", "申请延期", "bill"),
    *("发票", "分期", "威胁", "逾期", "客服", "利息", "密码", "退货"),
)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我要查张丹", "我要查账单"),
        ("帳單多少", "账单多少"),
        ("真心有问题", "征信有问题"),  # in and ing, zh and zh: what many do not tell apart
        ("提钱还快", "提前还款"),  # the longer of two words that fit
        ("请转人公。", "请转人工。"),
        ("我想晚机天孩", "我想晚几天还"),
        ("那我想晚天还", "那我想晚几天还"),  # a syllable that was not heard
        ("申请研期12号", "申请延期12号"),
        ("张丹和真心", "账单和征信"),
        ("账单", "账单"),
        ("开张发表", "开张发票"),  # b and p, j and q: a breath that a telephone does not carry
        ("退货的分机", "退货的分期"),
    ],
)
def test_it_is_written_as_the_flow_writes_it(heard: str, meant: str) -> None:
    assert in_their_words(heard, WORDS) == meant
    assert in_their_words(meant, WORDS) == meant, "and stays so"


@pytest.mark.parametrize(
    "heard",
    ["你好啊", "今天天气不错", "the bill", "12345", "", "账", "。，", "人",
        "加我微信", "多还了一期", "那个服务费没说过", "我没理你核实下", "是你们吗", "退回来"],
)  # fmt: skip
def test_what_sounds_otherwise_stays(heard: str) -> None:
    assert in_their_words(heard, WORDS) == heard


def test_words_of_one_syllable_or_with_letters_are_not_looked_for() -> None:
    assert in_their_words("我要环", ("还", "App还款", "")) == "我要环"


def test_without_words_nothing_changes() -> None:
    assert in_their_words("我要查张丹", ()) == "我要查张丹"


def test_figures_are_syllables_and_signs_are_none() -> None:
    assert syllables("10号，App！") == ["yi", "ling", "hao"]
    assert in_their_words("是15号", ("一五号",)) == "是一五号"


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [("zhang", "zhang", 0.0), ("zhang", "zang", 0.25), ("xin", "xing", 0.25), ("lan", "nan", 0.25),
     ("dan", "ban", 0.5), ("huan", "hai", 0.5), ("kuan", "yue", 1.0), ("an", "ang", 0.25),
     ("biao", "piao", 0.25), ("zhi", "chi", 0.25), ("ji", "qi", 0.25), ("zhi", "ci", 0.25), ("ge", "ke", 0.25),
     ("shi", "zhi", 0.5), ("gen", "keng", 0.5), ("xin", "xie", 0.5), ("yi", "yu", 0.5)],
)  # fmt: skip
def test_how_far_syllables_are(one: str, other: str, far: float) -> None:
    assert difference(one, other) == difference(other, one) == far
