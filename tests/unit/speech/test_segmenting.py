"""Chinese text in words."""

from __future__ import annotations

import pytest

from speech.segmenting import words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("查询账单和还款", ["查询", "账单", "和", "还款"]),
        ("银行行长", ["银行", "行长"]),
        ("挂失和可疑交易", ["挂失", "和", "可疑", "交易"]),
        ("现在为您转接人工服务", ["现在", "为", "您", "转接", "人工", "服务"]),
        ("龘", ["龘"]),
        ("", []),
    ],
)
def test_the_most_probable_words(text: str, parted: list[str]) -> None:
    assert words(text) == parted
