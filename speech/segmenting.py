"""Chinese text in words: the most probable way to part it, by how common words are.

`words_zh.txt` has words in the order of their frequency (25,000 of jieba's dictionary, MIT); by Zipf's law a word's
place in it stands for its probability. Dynamic programming over places of the text, as in Norvig's "Natural Language
Corpus Data" (2009).
"""

from __future__ import annotations

import functools
import math
from pathlib import Path

_LONGEST = 4
_LIST = Path(__file__).with_name("words_zh.txt")
_OF_THE_TRADE = (
    "还款", "应还", "未还", "逾期", "账单", "账户", "额度", "利率", "分期", "提前还款", "转接", "挂失", "重听",
    "重试", "回电", "签入", "签出", "示忙", "示闲", "话机", "话后", "来电", "接听", "按键", "挂机", "播报",
    "稍候", "稍后", "安达", "录制", "预约", "星号键", "井号键", "上一级", "请按", "客服", "留言", "代扣", "征信",
)  # fmt: skip
"""Words of a finance hotline that the list has not, or puts too low; as common as the hundredth word."""
_PLACE_OF_THE_TRADE = 100
_A_WORD_MORE = 3.0
"""What each further word costs: Zipf's law makes two common characters too cheap beside the word that they are."""


@functools.cache
def _costs() -> dict[str, float]:
    listed = _LIST.read_text(encoding="utf-8").split()
    scale = math.log(len(listed))
    costs = {word: math.log((place + 1) * scale) for place, word in enumerate(listed)}
    costs.update(dict.fromkeys(_OF_THE_TRADE, math.log(_PLACE_OF_THE_TRADE * scale)))
    return costs


def words(text: str) -> list[str]:
    """Words of a run of Chinese characters, in order; together they are the text."""
    costs = _costs()
    unknown = max(costs.values()) + 1
    best = [0.0]
    begins = [0]
    for end in range(1, len(text) + 1):
        ways = (
            (best[begin] + costs.get(text[begin:end], unknown if end - begin == 1 else math.inf), begin)
            for begin in range(max(0, end - _LONGEST), end)
        )
        cost, begin = min(ways)
        best.append(cost + _A_WORD_MORE)
        begins.append(begin)
    found: list[str] = []
    end = len(text)
    while end:
        found.append(text[begins[end] : end])
        end = begins[end]
    return found[::-1]
