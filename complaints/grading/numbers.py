"""Numbers as people write them: 3000, 3,000.50, 3k, 三千, 一千八 (1,800), 1.5万, 两千多, nine hundred, half an."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_DIGITS = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **{"〇": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9},
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_GREAT = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
_WORDS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16},
    **{"seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "half": 0.5, "couple of": 2, "several": 3, "few": 3},
    **{"once": 1, "twice": 2, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10},
}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "grand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "m": 1_000_000,
    "mio": 1e6,
    "w": 10_000,
}
_ANY_WORD = "|".join(sorted((*_WORDS, "hundred", "thousand", "grand", "million"), key=len, reverse=True))
_HAN_NUMBER = "零〇一二两俩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬"
_NUMBER = re.compile(
    rf"""
    (?P<digits>(?<![\d.])(?:\d{{1,3}}(?:\.\d{{3}})+,\d{{2}}(?!\d)|(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?))
        (?:\s?(?P<great>[百千万萬亿]+)(?P<rest>[1-9一二两三四五六七八九](?![{_HAN_NUMBER}\d天次个年月日周岁]))?
          |(?:st|nd|rd|th)(?![a-z])
          |\s?(?P<scale>k|m|w|mio|grand|hundred|thousand|million)(?![a-z]))?
    | (?P<han>半(?=个|天|年|月|小时|[点钟])|几(?=[十百千万])|[{_HAN_NUMBER}](?:[{_HAN_NUMBER}几]|[多来余](?=[万亿]))*)
    | (?<![a-z])(?P<words>(?:{"|".join(sorted(_WORDS, key=len, reverse=True))})
        (?:[\s-]+(?:and\s+|an?\s+)?(?:{_ANY_WORD}))*)(?![a-z])
    """,
    re.VERBOSE,
)


class Number(NamedTuple):
    """A number in a text: its value, where it stands, and whether a great unit (千, 万, thousand) is in it."""

    value: float
    start: int
    end: int
    is_great: bool = False


def numbers(text: str) -> Iterator[Number]:
    """The numbers of a text that is `normal`, in order."""
    for found in _NUMBER.finditer(text):
        value, is_great = _value(found)
        if value is not None:
            yield Number(value, found.start(), found.end(), is_great)


def _value(found: re.Match[str]) -> tuple[float | None, bool]:
    if found["digits"]:
        value = _figures(found["digits"])
        if found["great"]:
            scale = 1.0
            for sign in found["great"]:
                scale *= _UNITS.get(sign, 0) or _GREAT[sign]
            rest = (_DIGITS.get(found["rest"]) or float(found["rest"])) * scale / 10 if found["rest"] else 0.0  # 3万6
            return value * scale + rest, True
        return value * _SCALES.get(found["scale"] or "", 1), bool(found["scale"])
    if found["han"]:
        return chinese(found["han"]), any(sign in found["han"] for sign in "百千万亿佰仟萬")
    return _english(found["words"]), any(
        scale in found["words"] for scale in ("hundred", "thousand", "grand", "million")
    )


def _figures(written: str) -> float:
    """3,000.50, and 3.000,50 where the point comes before the comma."""
    if "." in written.partition(",")[0] and "," in written:
        written = written.replace(".", "").replace(",", ".")
    return float(written.replace(",", ""))


def chinese(text: str) -> float | None:
    """The value of a number in Chinese; None for what is none. A unit is left out at the end: 一千八 is 1,800."""
    if text == "半":
        return 0.5
    if not any(sign in _UNITS or sign in _GREAT for sign in text):
        digits = [_DIGITS[sign] for sign in text if sign in _DIGITS]
        return float("".join(map(str, digits))) if digits else None
    total = section = 0.0
    digit: float | None = None
    last = 1.0
    after_zero = False
    for sign in text:
        if sign in "多来余":
            continue
        if sign in _DIGITS:
            after_zero = after_zero or _DIGITS[sign] == 0
            digit = float(_DIGITS[sign])
        elif sign == "几":
            digit = 3.0
        elif sign in _UNITS:
            section += (1.0 if digit is None else digit) * _UNITS[sign]
            last, digit, after_zero = float(_UNITS[sign]), None, False
        else:
            total += (section + (digit or 0.0) or 1.0) * _GREAT[sign]
            last, section, digit, after_zero = float(_GREAT[sign]), 0.0, None, False
    if digit:
        section += digit * (last / 10 if last > 10 and not after_zero else 1.0)
    return total + section


def _english(text: str) -> float | None:
    total = section = 0.0
    for word in re.findall(r"couple of|[a-z]+", text):
        if word in _SCALES:
            section = (section or 1.0) * _SCALES[word]
            if _SCALES[word] >= 1_000:
                total, section = total + section, 0.0
        elif word in ("a", "an") and section:  # half an hour
            continue
        elif word != "and":
            section += _WORDS.get(word, 0)
    return total + section
