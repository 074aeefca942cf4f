"""Whatever is said can be understood: readers written apart from the speakers get every value back."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.spoken import spell

pytestmark = pytest.mark.properties

WHOLE = st.integers(0, 10**16 - 1) | st.integers(0, 10**9) | st.integers(0, 20_000)
HUNDREDTHS = st.integers(-(10**17), 10**17) | st.integers(-30_000, 30_000)

ZH = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2}
ZH_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}


def read_zh(said: str) -> int:
    """Read right to left with a running unit, as a child does: no grammar shared with the speaker."""
    total, unit, group = 0, 1, 1
    seen_digit = False
    for word in reversed(said):
        if word in "万亿":
            size = ZH_UNITS[word]
            group = size if size > group else group * size
            unit = group
            seen_digit = False
        elif word in "十百千":
            unit = group * ZH_UNITS[word]
            seen_digit = False
        elif word != "零":
            assert not seen_digit, f"two digits without a unit in {said}"
            total += ZH[word] * unit
            seen_digit = True
    if said.startswith("十"):
        total += unit
    return total


EN = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * ten
    for ten, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
EN_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}


def read_en(said: str) -> int:
    total = part = 0
    for word in said.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in EN_SCALES:
            total, part = total + part * EN_SCALES[word], 0
        else:
            part += EN[word]
    return total + part


@given(WHOLE)
@example(10)
@example(100_001_000)
@example(2_0002_0002_0002)
@example(10_0000_0000_0000)
def test_whole_numbers_come_back(value: int) -> None:
    assert read_zh(spell("number", value, "zh")) == value
    assert read_en(spell("number", value, "en")) == value


@given(WHOLE)
def test_chinese_numbers_are_well_formed(value: int) -> None:
    said = spell("number", value, "zh")
    assert "零零" not in said
    assert not re.search(r"零[千百万亿]|两[十零]|两$|零.*零$", said) or value == 0
    assert said == "零" or not said.endswith("零")
    assert not said.startswith("一十")


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=4))
def test_decimals_come_back(value: Decimal) -> None:
    for language, point, minus, read in (("zh", "点", "负", read_zh), ("en", " point ", "minus ", read_en)):
        said = spell("number", value, language)
        whole, _, rest = said.removeprefix(minus).partition(point)
        figures = [read(word) for word in (rest if language == "zh" else rest.split())]
        back = Decimal(f"{read(whole)}." + "".join(map(str, figures)))
        assert (-back if said.startswith(minus) else back) == value


@given(HUNDREDTHS)
def test_money_comes_back(hundredths: int) -> None:
    said = spell("money", Decimal(hundredths) / 100, "zh")
    found = re.fullmatch(r"(负)?(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?", said)
    assert found is not None, said
    back = sum(read_zh(part) * size for part, size in zip(found.groups()[1:], (100, 10, 1), strict=True) if part)
    assert (-back if found[1] else back) == hundredths


@given(st.integers(0, 100 * 86_400 - 1))
def test_durations_come_back(value_s: int) -> None:
    said = spell("duration", value_s, "zh")
    sizes = {"天": 86_400, "小时": 3600, "分钟": 60, "秒": 1}
    parts = re.findall(r"(.+?)(天|小时|分钟|秒)", said)
    assert "".join(number + unit for number, unit in parts) == said
    assert sum(read_zh(number) * sizes[unit] for number, unit in parts) == value_s


@given(st.dates(date(1000, 1, 1)))
def test_dates_come_back(value: date) -> None:
    found = re.fullmatch(r"(.{4})年(.+)月(.+)日", spell("date", value, "zh"))
    assert found is not None
    year = int("".join(str(ZH[word]) for word in found[1]))
    assert date(year, read_zh(found[2]), read_zh(found[3])) == value


@given(st.times())
def test_times_tell_the_half_of_the_day(value: time) -> None:
    said = spell("time", value, "zh")
    found = re.match(r"(凌晨|早上|上午|中午|下午|晚上)(.+?)点", said)
    assert found is not None
    hour = read_zh(found[2]) + (12 if found[1] in ("下午", "晚上") else 0)
    assert hour == value.hour


@given(st.text("0123456789*#", min_size=1, max_size=64))
def test_no_key_is_lost(keys: str) -> None:
    said = spell("digits", keys, "en").replace(",", "").split()
    assert len(said) == len(keys)
    names = {"*": "star", "#": "pound"}
    assert [names.get(key) or EN[word] for key, word in zip(keys, said, strict=True)] == [
        names.get(key) or int(key) for key in keys
    ]


@given(st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True))
def test_a_number_abroad_keeps_every_figure(number: str) -> None:
    said = spell("phone", number, "en").replace(",", "").split()
    assert len(said) == len(number)
