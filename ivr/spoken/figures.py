"""Figures that stand in a text, as the words that people say for them: `15个工作日` is 十五个工作日.

    >>> in_words("3.5%，2个工作日，尾号1234", "zh-CN")
    '百分之三点五，两个工作日，尾号一二三四'

Voices that are no more than syllables say figures one by one. What a number is hangs on what stands beside it: a
measure word, a sign, a word such as 尾号 before figures that are no number. Other languages come back as they are:
their voices know figures.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

from ivr.spoken import values, zh

_N = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_TO = r"\s?[-–—~～至到]\s?"
# 两 and not 二: before a measure word, not before the name of a day, a month, a floor.
_MEASURES = (
    "个位名条张笔次天周年岁倍元块角分秒份项种类家台部套件句页步级期折遍趟门只把"
    "|小时|分钟|秒钟|刻钟|星期|季度|工作日|自然日|万|亿|千|百|美元|欧元|公里|公斤|平方"
)
_MEASURE = f"(?:[{_MEASURES.partition('|')[0]}]|{_MEASURES.partition('|')[2]})"
_TYPED = "尾号|卡号|账号|编号|单号|工号|代码|编码|验证码|密码|邮编|按键"
_DIALLED = "号码|电话|热线|拨打|致电|拨|转|短信|发送"
EDITION = "1"
"""Counts up when something is said another way: sounds are made anew then."""
_MONEY_SIGNS = {"¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR"}
_SHORTEST_PHONE = 5  # figures in a row without a measure word: 95188 is dialled, 10000元 is counted


def in_words(text: str, language: str) -> str:
    """`text` with its figures in words. Whatever it is, it is said somehow: nothing is raised."""
    if language.partition("-")[0].lower() != "zh":
        return text
    text = text.translate(_FULL_WIDTH)
    for pattern, say in _forms():
        text = pattern.sub(say, text)
    return text


def _figure(text: str) -> str:
    """A number that stands for itself."""
    plain = text.replace(",", "")
    whole = plain.partition(".")[0]
    if len(whole) > 16 or (len(whole) > 1 and whole.startswith("0")):
        return _keys(plain)
    return zh.number(Decimal(plain))


def _counted(text: str) -> str:
    """A number before a measure word."""
    return "两" if text == "2" else _figure(text)


def _keys(text: str) -> str:
    """Figures one by one; a point among them is said."""
    return zh.digits((text.replace(".", "点").replace(",", ""),))


def _phone(text: str) -> str:
    plain = re.sub(r"[\s-]", "", text)
    try:
        return zh.phone(values.phone(plain, home="86"))
    except values.SpokenError:
        return _keys(plain)


def _day(found: re.Match[str]) -> str:
    try:
        return zh.date(date(int(found[1]), int(found[2]), int(found[3])), year=True)
    except ValueError:
        return _keys(found[0])


def _clock(found: re.Match[str]) -> str:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour == 24 and minute == second == 0:
        return "二十四点"
    try:
        at = time(hour, minute, second)
    except ValueError:
        return "，".join(_keys(part) for part in found[0].split(":"))
    minutes = zh.time(at).partition("点")[2]
    return f"{zh.count(at.hour) if at.hour != 0 else '零'}点{minutes}"


def _money(found: re.Match[str]) -> str:
    unit = zh.CURRENCY_UNITS[_MONEY_SIGNS[found[1]]]
    amount = found[2].replace(",", "")
    if found[3]:  # ¥3万
        return f"{_counted(amount)}{found[3]}{unit}"
    try:
        return zh.money(values.money(f"{_MONEY_SIGNS[found[1]]} {amount}"))
    except values.SpokenError:
        return f"{_figure(amount)}{unit}"


def _yuan(found: re.Match[str]) -> str:
    try:
        return zh.money(values.money(found[1].replace(",", "")))
    except values.SpokenError:
        return f"{_figure(found[1])}元"


def _share(number: str, sign: str) -> str:
    said = "百" if number == "100" else _figure(number)  # nobody says 百分之一百
    return f"{'百分之' if sign == '%' else '千分之'}{said}"


_Say = Callable[[re.Match[str]], str]
_FORMS: tuple[tuple[str, _Say], ...] = (
    # dates, and years figure by figure
    (r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _day),
    (r"(?<!\d)([12]\d{3})(?=年)", lambda found: _keys(found[1])),
    # telephone numbers, and what is dialled or typed
    (
        r"\+\d[\d -]{6,18}\d|(?<![\d,.])0\d{2,3}-\d{7,8}(?!\d)|(?<![\d,.])[48]00[- ]\d{3}[- ]\d{4}(?!\d)",
        lambda found: _phone(found[0]),
    ),
    (
        rf"((?:{_TYPED})(?:为|是|：|:|的)?\s?)(\d+)(?!\d*[.,]\d|\s?{_MEASURE})",
        lambda found: found[1] + _keys(found[2]),
    ),
    (
        rf"((?:{_DIALLED})(?:为|是|：|:)?\s?)(\d{{3,}})(?!\d*[.,]\d|\s?{_MEASURE})",
        lambda found: found[1] + _phone(found[2]),
    ),
    (
        rf"(?<![\d.,])\d{{{_SHORTEST_PHONE},}}(?![\d.,]*\d|\s?{_MEASURE}|\s?[%‰多余])",
        lambda found: _phone(found[0]),
    ),
    (r"(?<=[A-Za-z])\d+|\d+(?=[A-Za-z])", lambda found: _keys(found[0])),
    # times of day, a span of them
    (rf"(?<=\d){_TO}(?=\d{{1,2}}:\d\d)", lambda found: "至"),
    (r"(?<![\d:])(\d{1,2}):(\d\d)(?::(\d\d))?(?![\d:])", _clock),
    (r"(?<!\d)7\s?[*×xX]\s?24(?!\d)", lambda found: "七乘二十四"),
    # spans: the measure word is the second number's, and counts for both
    (
        rf"(?<![\d.,-])({_N})([%‰]?){_TO}({_N})([%‰])",
        lambda found: f"{_share(found[1], found[4])}至{_share(found[3], found[4])}",
    ),
    (
        rf"(?<![\d.,-])({_N}){_TO}({_N})(?=\s?{_MEASURE})",
        lambda found: f"{_counted(found[1])}至{_counted(found[2])}",
    ),
    (rf"(?<![\d.,-])({_N}){_TO}({_N})(?![\d-])", lambda found: f"{_figure(found[1])}至{_figure(found[2])}"),
    # shares, amounts, fractions
    (rf"({_N})\s?([%‰])", lambda found: _share(found[1], found[2])),
    (rf"([¥￥$€])\s?({_N})([万亿]?)元?", _money),
    (rf"(?<![\d.])({_N})元", _yuan),
    (
        r"(?<![\d/])(\d{1,2})/(\d{1,3})(?![\d/])",
        lambda found: f"{_figure(found[2])}分之{_figure(found[1])}",
    ),
    # the rest
    (rf"第({_N})", lambda found: f"第{_figure(found[1])}"),
    (rf"(?<![A-Za-z\d])[-−](?={_N})", lambda found: "负"),
    (rf"({_N})(?=\s?{_MEASURE}|点)", lambda found: _counted(found[1])),
    (_N, lambda found: _figure(found[0])),
)  # fmt: skip
_FULL_WIDTH = {0xFF10 + figure: str(figure) for figure in range(10)} | {ord("％"): "%", ord("．"): ".", ord("＋"): "+"}


@functools.cache
def _forms() -> tuple[tuple[re.Pattern[str], _Say], ...]:
    """The forms, compiled once a text is to be said: a house whose voice says no Chinese needs none."""
    return tuple((re.compile(pattern), say) for pattern, say in _FORMS)
