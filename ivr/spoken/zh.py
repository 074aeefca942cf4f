"""Values in Mandarin.

Rules of reading follow the primary-school standard (人教版《大数的认识》): figures are read by groups of four (个级,
万级, 亿级); zeros at the end of a group are silent; one or more zeros elsewhere are one 零. What people say beside
it: 两 and not 二 before 千, 万, 亿, at the head of a number before 百, and before a measure word (两位, 两元, 两点);
十 and not 一十 at the head of a number; 幺 and not 一 in telephone numbers (YD/T 1099 operators' usage).
"""

from __future__ import annotations

from datetime import date as Date
from datetime import time as Time
from decimal import Decimal

from ivr.spoken.values import Money, Opening, Week, runs

_DIGITS = "零一二三四五六七八九"
_KEYS = {**{str(value): word for value, word in enumerate(_DIGITS)}, "*": "星号", "#": "井号"}
_WEEKDAYS = "一二三四五六日"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"))
_MONEY = {"CNY": ("元", ""), "USD": ("美元", "美分"), "EUR": ("欧元", "欧分")}
CURRENCY_UNITS = {currency: unit for currency, (unit, _) in _MONEY.items()}
_PARTS_OF_DAY = (
    (5, "凌晨"),
    (9, "早上"),
    (12, "上午"),
    (13, "中午"),
    (18, "下午"),
    (24, "晚上"),
)  # (before hour, word)


def digits(groups: tuple[str, ...]) -> str:
    """Each key by its name, letters as they are, a pause between groups."""
    return "，".join("".join(_KEYS.get(key, key) for key in group) for group in groups)


def phone(groups: tuple[str, ...]) -> str:
    """As `digits`, with 幺 for 1 and 加 for +."""
    return digits(groups).replace("一", "幺").replace("+", "加")


def number(value: Decimal) -> str:
    """二十五, 负三点一四; decimals are read one by one, as written."""
    whole, _, decimals = f"{abs(value):f}".partition(".")
    said = integer(int(whole))
    if decimals:
        said += "点" + "".join(_DIGITS[int(digit)] for digit in decimals)
    return f"负{said}" if value.is_signed() and value != 0 else said


def integer(value: int) -> str:
    """A whole number from 0 below 10^16."""
    if value == 0:
        return "零"
    said = _below_yi_square(value)
    return said[1:] if said.startswith("一十") else said


def _below_yi_square(value: int, *, head: bool = True) -> str:
    """Groups of 亿, 万 and ones; a gap between two groups is one 零."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if value < size:
            continue
        above, rest = divmod(value, size)
        said = ("两" if above == 2 else _below_yi_square(above, head=head)) + unit
        if rest:
            said += ("零" if rest < size // 10 else "") + _below_yi_square(rest, head=False)
        return said
    return _group(value, head=head)


def _group(value: int, *, head: bool) -> str:
    """1 to 9999. `head`: nothing was said before it."""
    said = ""
    gap = False
    for size, unit in _UNITS:
        digit, value = divmod(value, size)
        if digit:
            liang = digit == 2 and (size == 1000 or (size == 100 and head and not said))
            said += ("零" if gap and said else "") + ("两" if liang else _DIGITS[digit]) + unit
        gap = digit == 0
    if value:
        said += ("零" if gap and said else "") + _DIGITS[value]
    return said


def count(value: int) -> str:
    """A number that a measure word follows: 两位, 十二位."""
    return "两" if value == 2 else integer(value)


def ordinal(value: int) -> str:
    """第一, 第二."""
    return f"第{integer(value)}"


def percent(value: Decimal) -> str:
    """百分之三点五."""
    sign = "负" if value < 0 else ""
    return f"{sign}百分之{number(abs(value))}"


def money(value: Money) -> str:
    """CNY in 元角分 (十元零五分, 五角), others in whole units and hundredths (三美元五十美分)."""
    whole, rest = divmod(abs(value.hundredths), 100)
    unit, small_unit = _MONEY[value.currency]
    said = count(whole) + unit if whole or not rest else ""
    if rest and small_unit:
        said += count(rest) + small_unit
    elif rest:
        jiao, fen = divmod(rest, 10)
        if jiao:
            said += count(jiao) + "角"
        elif whole:
            said += "零"
        if fen:
            said += (count(fen) if not said else _DIGITS[fen]) + "分"
    return f"负{said}" if value.hundredths < 0 else said


def date(value: Date, *, year: bool) -> str:
    """二零二六年十一月二十二日; a year is read figure by figure."""
    said = f"{integer(value.month)}月{integer(value.day)}日"
    if year:
        said = "".join(_DIGITS[int(digit)] for digit in f"{value.year:04}") + "年" + said
    return said


def time(value: Time) -> str:
    """下午两点三十分, 上午九点零五分, 凌晨零点; twelve hours with the part of the day."""
    part = next(word for before, word in _PARTS_OF_DAY if value.hour < before)
    hour = value.hour if value.hour <= 12 else value.hour - 12
    said = f"{part}{count(hour)}点"
    if value.minute or value.second:
        said += _two_figures(value.minute) + "分"
    if value.second:
        said += _two_figures(value.second) + "秒"
    return said


def _two_figures(value: int) -> str:
    return f"零{_DIGITS[value]}" if 0 < value < 10 else integer(value)


def duration(value_s: int) -> str:
    """两天三小时, 一分钟三十秒; parts that are nought are left out."""
    minutes, seconds = divmod(value_s, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    return "".join(count(part) + unit for part, unit in parts if part) or "零秒"


def hours(value: Week) -> str:
    """周一至周五上午九点到下午六点，周日和法定节假日休息."""
    said = [f"{_days(days)}{_spans(spans)}" for days, spans in value.open]
    without = [_days(value.closed)] if value.closed else []
    without += ["法定节假日"] if value.holidays else []
    if not said:
        return "暂停服务"
    return "，".join([*said, *([f"{'和'.join(without)}休息"] if without else [])])


def _days(days: tuple[int, ...]) -> str:
    if len(days) == 7:
        return "每天"
    said: list[str] = []
    for run in runs(days):
        names = [f"周{_WEEKDAYS[weekday]}" for weekday in run]
        said += names if len(run) < 3 else [f"{names[0]}至{names[-1]}"]
    return _listed(said)


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    if spans == ((0, 1440),):
        return "全天二十四小时"
    return _listed([f"{_minute(begin)}到{_minute(end)}" for begin, end in spans])


def _minute(minute: int) -> str:
    """A minute of the day; past midnight it is the day after."""
    return ("次日" if minute >= 1440 else "") + time(Time(minute // 60 % 24, minute % 60))


def _listed(said: list[str]) -> str:
    return "和".join(["、".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def opening(value: Opening) -> str:
    """明天上午九点; 十一月三十日，周一，上午九点; 另行通知的时间."""
    at = value.at
    if at is None:
        return "另行通知的时间"
    ahead = (at.date() - value.now.date()).days
    day = ("今天", "明天", "后天")[ahead] if ahead < 3 else f"{date(at.date(), year=False)}周{_WEEKDAYS[at.weekday()]}"
    return f"{day}{time(at.time())}"
