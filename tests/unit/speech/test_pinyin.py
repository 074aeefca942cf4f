"""Chinese as syllables that espeak-ng says."""

from __future__ import annotations

import pytest

from speech.pinyin import to_pinyin

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("您好！", "nin2 hao3 !"),
        ("还款日，还有两位", "huan2 kuan3 ri4 , hai2 you3 liang3 wei4"),
        ("重听请按*，重要", "chong2 ting1 qing3 an4 xing1hao4 , zhong4 yao4"),
        ("请按1或#号键", "qing3 an4 yi1 huo4 jing3hao4 hao4 jian4"),
        ("银行行长", "yin2 hang2 hang2 zhang3"),
        ("二〇二六", "er4 ling2 er4 liu4"),
        ("绿色", "lv4 se4"),
        ("C，七", "xi1 , qi1"),
        ("我的", "wo3 de5"),
        ("（好）", "hao3"),
        ("", ""),
    ],
)
def test_syllables(text: str, said: str) -> None:
    assert to_pinyin(text) == said
