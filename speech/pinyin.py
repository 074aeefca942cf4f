"""Chinese text as pinyin with tone figures, the only Mandarin that espeak-ng reads.

espeak-ng's own Chinese dictionary is not in Debian's package, so the characters are read by pypinyin (which knows
words, and so most characters of two readings) and espeak-ng gets syllables: 您好 becomes `nin2 hao3`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

# Words of this trade that pypinyin reads wrongly or does not know as words.
_LEXICON = {
    "还款": "huán kuǎn",
    "还款日": "huán kuǎn rì",
    "还清": "huán qīng",
    "应还": "yīng huán",
    "待还": "dài huán",
    "已还": "yǐ huán",
    "未还": "wèi huán",
    "归还": "guī huán",
    "重听": "chóng tīng",
    "重拨": "chóng bō",
    "重播": "chóng bō",
    "重按": "chóng àn",
    "重输": "chóng shū",
    "转接": "zhuǎn jiē",
    "转账": "zhuǎn zhàng",
    "转人工": "zhuǎn rén gōng",
    "按键": "àn jiàn",
    "为您": "wèi nín",
}

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
_OTHER = {**_LETTERS, **_DIGITS, **_SIGNS}
# espeak-ng pauses at ASCII punctuation; the full-width marks it would spell out or skip.
_PAUSES = {"，": ",", "、": ",", "。": ".", "；": ";", "：": ",", "？": "?", "！": "!", "…": ".", "—": ","}
_PAUSES.update({mark: mark for mark in ",.;?!"})
_PAUSES[":"] = ","


_RUNS = re.compile("[\u3400-\u9fff]+|[^\u3400-\u9fff]")


@functools.cache
def _reader() -> Callable[[str], list[str]]:
    """pypinyin, loaded when first needed: its tables take a third of a second and 30 MB."""
    import pypinyin

    pypinyin.load_phrases_dict({word: [[part] for part in said.split()] for word, said in _LEXICON.items()})
    return functools.partial(
        pypinyin.lazy_pinyin, style=pypinyin.Style.TONE3, neutral_tone_with_five=True, errors="ignore"
    )


def to_pinyin(text: str) -> str:
    """Syllables with tone figures, letters and digits by their names, punctuation that pauses; the rest is dropped."""
    said: list[str] = []
    for run in _RUNS.findall(text):
        if run in _PAUSES:
            said.append(_PAUSES[run])
        elif run.upper() in _OTHER:
            said.append(_OTHER[run.upper()])
        else:
            said += _reader()(run)
    return " ".join(said)
