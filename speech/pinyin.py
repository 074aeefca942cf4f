"""Chinese text as pinyin with tone figures, the only Mandarin that espeak-ng reads.

espeak-ng's own Chinese dictionary is not in Debian's package, so the characters are read by pypinyin (which knows
words, and so most characters of two readings) and espeak-ng gets syllables: 您好 becomes `nin2 hao3`.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable

# Words of this trade that pypinyin reads wrongly or does not know as words.
_LEXICON = {
    "一月": "yī yuè",
    "发卡": "fā kǎ",
    "发卡行": "fā kǎ háng",
    "行号": "háng hào",
    "行内": "háng nèi",
    "行外": "háng wài",
    "行名": "háng míng",
    "行长": "háng zhǎng",
    "同行转账": "tóng háng zhuǎn zhàng",
    "双重": "shuāng chóng",
    "重名": "chóng míng",
    "应付款": "yīng fù kuǎn",
    "应付金额": "yīng fù jīn é",
    "应付利息": "yīng fù lì xī",
    "应缴": "yīng jiǎo",
    "中奖": "zhòng jiǎng",
    "划款": "huà kuǎn",
    "划扣": "huà kòu",
    "划转": "huà zhuǎn",
    "划账": "huà zhàng",
    "兴业": "xīng yè",
    "冲正": "chōng zhèng",
    "校验": "jiào yàn",
    "转接": "zhuǎn jiē",
    "转账": "zhuǎn zhàng",
    "转人工": "zhuǎn rén gōng",
    "按键": "àn jiàn",
}

# Characters whose reading hangs on their neighbours, in whatever word: the first rule that fits at a place holds.
_RULES: tuple[tuple[str, str], ...] = (
    # the verb "to be", but "for" before whom or what it is done, and where a clause begins with it
    (r"(?<=因)为|(?<=专)为|为(?=您|你|我|他|她|它|了|什么|何|此|客户|用户|持卡人|大家)|^为", "wei4"),
    ("为", "wei2"),
    # a bank
    (r"(?<=[我支跨他本总分央商农工建中交招同各贵银])行(?![动走使程进]|为(?![您客了此]))", "hang2"),
    (r"(?<=开户|发卡|收款|付款|贷款|受理|收单|代理|清算|经办|所属)行(?![动使]|为(?![您客了此]))", "hang2"),
    # again
    (r"重(?=[听拨播按输置试设发录审办报启算签领来填选说传查做开拍])", "chong2"),
    # to pay back
    (r"还(?=[款清贷本息入掉账])|(?<=提前|分期|按时|自动|全额|最低)还(?!是|有|可|需|能|要|在)", "huan2"),
    (r"(?<=[归偿应待已未多少借代])还(?!是|有|可|需|能|要|在)", "huan2"),
    (r"还$", "huan2"),
    # long; not to grow, nor the head of something
    (r"(?<=[较最时更过很太延变不])长|长(?=度|短|达|期|久|途|时间|款)", "chang2"),
    # to set higher or lower; not to look into
    (r"调(?=[查研度取用阅])", "diao4"),
    (r"调(?=[额高低升降减增息整解节薪价])|(?<=[上下])调(?![查研度取用阅])", "tiao2"),
    # a whole number's last figure
    (r"(?<=十)一(?![百千万亿])", "yi1"),
)

# One of something takes the second tone before a fourth, else the fourth; as a figure and in ordinals it keeps its own.
_ONE = r"(?<![第十百千万零〇一二三四五六七八九])一(?=[个位次遍条名张天年笔分秒元块步家种下段])"

# Names of letters and signs as Mandarin speakers say them, in syllables that espeak-ng can say.
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "ei1",
            "bi4",
            "xi1",
            "di4",
            "yi4",
            "ai2fu5",
            "ji4",
            "ei1qu5",
            "ai4",
            "jie4",
            "kei4",
            "ai2lou5",
            "ai2mu5",
            "en1",
            "ou1",
            "pi4",
            "kiu1",
            "a4",
            "ai2si5",
            "ti4",
            "you1",
            "wei1",
            "da2bu5liu5",
            "ai2kesi5",
            "wai1",
            "zei4",
        ],
        strict=True,
    )
)
_DIGITS = dict(
    zip("0123456789", ["ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3"], strict=True)
)
_SIGNS = {"*": "xing1hao4", "#": "jing3hao4", "+": "jia1", "%": "bai3fen1zhi1"}
SYLLABLES_OF_SIGNS = {**_LETTERS, **_DIGITS, **_SIGNS}
"""Names of letters, figures and signs, in syllables that may stand together."""
# espeak-ng pauses at ASCII punctuation; the full-width marks it would spell out or skip.
PAUSES = {"，": ",", "、": ",", "。": ".", "；": ";", "：": ",", "？": "?", "！": "!", "…": ".", "—": ","}
PAUSES.update({mark: mark for mark in ",.;?!"})
PAUSES[":"] = ","


_TABLES = (_LEXICON, list(_RULES), _ONE, SYLLABLES_OF_SIGNS)
READING = hashlib.sha256(repr(_TABLES).encode()).hexdigest()[:8]
"""Tells one way of reading from another: sounds are made anew when it changes."""
_RUNS = re.compile("[\u3400-\u9fff]+|[^\u3400-\u9fff]")


@functools.cache
def _reader() -> Callable[[str], list[str]]:
    """pypinyin, loaded when first needed: its tables take a third of a second and 30 MB."""
    import pypinyin

    pypinyin.load_phrases_dict({word: [[part] for part in said.split()] for word, said in _LEXICON.items()})
    return functools.partial(
        pypinyin.lazy_pinyin, style=pypinyin.Style.TONE3, neutral_tone_with_five=True, errors="ignore"
    )


@functools.cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The rules, compiled when first needed: a house that speaks no Chinese needs none."""
    return tuple((re.compile(pattern), said) for pattern, said in _RULES)


def to_pinyin(text: str) -> str:
    """Syllables with tone figures, letters and digits by their names, punctuation that pauses; the rest is dropped."""
    said: list[str] = []
    for run in segments(text):
        if run in PAUSES:
            said.append(PAUSES[run])
        elif run.upper() in SYLLABLES_OF_SIGNS:
            said.append(SYLLABLES_OF_SIGNS[run.upper()])
        else:
            said += read(run)
    return " ".join(said)


def segments(text: str) -> list[str]:
    """The text in runs of Chinese characters, and all else sign by sign."""
    return _RUNS.findall(text)


def read(run: str) -> list[str]:
    """Syllables of Chinese characters alone, one each; a character without a reading is left out."""
    said = _reader()(run)
    if len(said) != len(run):  # a character that pypinyin does not know is left out
        return said
    ruled: set[int] = set()
    for pattern, syllable in _rules():
        for found in pattern.finditer(run):
            if found.start() not in ruled:
                ruled.add(found.start())
                said[found.start()] = syllable
    for found in re.finditer(_ONE, run):
        said[found.start()] = "yi2" if said[found.end()][-1] in "45" else "yi4"
    return said
