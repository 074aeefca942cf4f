"""Entities: money, dates, digits and products in what a caller says, Chinese and English.

Pure: the day of today comes in. Of several values the last one counts, and what follows 是 after a 不是 is a
correction: 不是五号，是十五号 has the fifteenth. A day is the next one of that name, unless its year, 上个月 or 昨天
says that it is past. What is no sum of money (-0.5, 1e9) is no value, and never the figures at its end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from understanding.intents import Slot

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "幺": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {**_UNITS, "万": 10_000, "亿": 100_000_000}
_PARTS = re.compile(
    r"(?P<whole>[0-9零〇一幺二两三四五六七八九十百千万亿]+)(?:[.点](?P<fraction>[0-9零〇一二两三四五六七八九]+)(?P<scale>[百千万亿]*))?"
)
_NUMBER = (
    r"[0-9零〇一二两三四五六七八九十百千万亿][0-9,零〇一二两三四五六七八九十百千万亿]*"
    r"(?:[.点][0-9零〇一二两三四五六七八九]+[百千万亿]*)?"
)
"""In figures, in Chinese, and in both: 3500, 三千五, 5千, 3万5, 1.5万, 三点五."""
_BEGINS = r"(?<![0-9零〇一二两三四五六七八九十百千万亿.点负])(?<![0-9],)(?<![0-9][A-Za-z])(?<!(?<![0-9])-)(?<!minus )"
"""Before a number: not in the middle of another one (1e9), and nothing that makes it one below zero."""
_MONEY = re.compile(
    rf"{_BEGINS}({_NUMBER})\s*(?:块钱|块|元|yuan|rmb|dollars?)(?:([一二三四五六七八九0-9])(?![0-9零〇一二两三四五六七八九十百千万点.])毛?)?"
)
_MONEY_WORD = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿]\s*(?:块|元|yuan|rmb|dollars?)")
_BARE = re.compile(rf"{_BEGINS}{_NUMBER}(?![0-9A-Za-z.点])")
_DIGIT_RUN = re.compile(r"[0-9零〇一幺二两三四五六七八九]+(?:[ -][0-9零〇一幺二两三四五六七八九]+)*")
_CORRECTED = re.compile(
    r"(?:不是|不对|\bnot?\b).*?[，,。\s](?:应该|而)?(?:是|it's|it is|but|i mean)?\s*(?P<meant>.+)$", re.I
)
_MONTH_DAY = re.compile(
    rf"{_BEGINS}(?:({_NUMBER}|[去今明后前])年的?)?({_NUMBER})\s*(?:月|/)\s*({_NUMBER})\s*(?:号|日)?"
)
_DAY = re.compile(
    rf"(下个?月|next month|上个?月|last month)?(?:的|on|,)?\s*{_BEGINS}({_NUMBER})\s*(?:号|日|st|nd|rd|th)"
)
_YEARS = {"前": -2, "去": -1, "今": 0, "明": 1, "后": 2}
_IN_DAYS = re.compile(rf"(?:过|再过|晚|in)\s*({_NUMBER})\s*(?:天|days?)")
_NEAR_DAYS = (
    ("大后天", 3),
    ("day after tomorrow", 2),
    ("后天", 2),
    ("明天", 1),
    ("tomorrow", 1),
    ("今天", 0),
    ("today", 0),
    ("大前天", -3),
    ("day before yesterday", -2),
    ("前天", -2),
    ("昨天", -1),
    ("yesterday", -1),
)
_WEEKDAY = re.compile(r"(下个?|next\s|上个?)?(?:周|星期|礼拜)([一二三四五六日天])")
_MONTH_END = re.compile(r"(下个?月|next month)?(?:月底|月末|end of (?:the )?month)")
_LONGEST_DAYS = 366
_MOST_FIGURES = 12
"""Of a number: more is no sum and no day, but somebody's account."""


def found(
    slot: Slot, said: str, today: date | None, products: Mapping[str, Sequence[str]], *, asked: bool = True
) -> str | int | float | None:
    """Value of a slot in what was said; None: it is not there. Money is yuan, a date its ISO form.

    `asked`: it was asked for, so that a bare number is money.
    """
    corrected = _CORRECTED.search(said)
    for text in (corrected["meant"], said) if corrected else (said,):
        if not asked and slot.kind == "money" and not _MONEY.search(text):
            continue
        value = _FINDERS[slot.kind](slot, text, today, products)
        if value is not None and not _is_past(slot, value, today):
            return value
    return None


def keyed(slot: Slot, keys: str, today: date | None, products: Mapping[str, Sequence[str]]) -> str | int | float | None:
    """Value of a slot by keys: yuan, a day (15, or 0315 for the 15th of March), digits, a product by its place."""
    if not keys.isdecimal():
        return None
    match slot.kind:
        case "money":
            return int(keys)
        case "digits":
            return keys if slot.length[0] <= len(keys) <= slot.length[1] else None
        case "product":
            names = list(products)
            return names[int(keys) - 1] if 0 < int(keys) <= len(names) else None
        case _:
            if today is None:
                return None
            month, day = (int(keys[:2]), int(keys[2:])) if len(keys) == 4 else (0, int(keys))
            return _iso(_coming(today, month, day))


def _is_past(slot: Slot, value: str | int | float, today: date | None) -> bool:
    """Whether it is a day before today, where only those to come are meant."""
    return slot.coming and today is not None and date.fromisoformat(str(value)) < today


def number(text: str) -> float | None:
    """Number in figures or in Chinese: 三千五 is 3500, 3万5 35000, 三点五万 35000; None for what is none."""
    found = _PARTS.fullmatch(text.replace(",", ""))
    if found is None or sum(sign.isalnum() for sign in text) > _MOST_FIGURES:
        return None
    whole, fraction, scale = found["whole"], found["fraction"], found["scale"] or ""
    if fraction is None:
        return _whole(whole)
    value = _whole(whole)
    places = float(f"0.{''.join(str(_DIGITS.get(sign, sign)) for sign in fraction)}")
    # 1.1 and not 1.1000000000000001: a sum in yuan has no more places than that
    return None if value is None else round((value + places) * math.prod(_SCALES[sign] for sign in scale), 6)


def _whole(plain: str) -> float | None:
    """Of a number without a point."""
    if not any(sign in _SCALES for sign in plain):
        figures = "".join(str(_DIGITS.get(sign, sign)) for sign in plain)
        return float(figures) if figures else None
    total = section = digit = 0
    last = 1
    for sign in re.findall("[0-9]+|.", plain):
        if sign not in _SCALES:
            digit = int(sign) if sign.isdecimal() else _DIGITS[sign]
            last = 1 if digit == 0 else last
        elif sign in _UNITS:
            section += (digit or (1 if sign == "十" else 0)) * _UNITS[sign]
            digit, last = 0, _UNITS[sign]
        else:
            total += (section + digit or 1) * _SCALES[sign]
            section = digit = 0
            last = _SCALES[sign]
    if 0 < digit < 10 and last > 10 and "零" not in plain[-2:]:
        digit *= last // 10  # 三千五
    return float(total + section + digit)


def _money(slot: Slot, said: str, today: date | None, products: Mapping[str, Sequence[str]]) -> int | float | None:
    amounts = []
    for match in _MONEY.finditer(said):
        amount = number(match[1])
        if amount is not None:
            amounts.append(amount + (number(match[2]) or 0) / 10 if match[2] else amount)
    if not amounts and not _MONEY_WORD.search(said):  # asked for money, callers say the bare number
        bare = [number(run) for run in _BARE.findall(said)]
        amounts = [amount for amount in bare if amount is not None]
    if not amounts:
        return None
    return int(amounts[-1]) if amounts[-1] == int(amounts[-1]) else round(amounts[-1], 2)


def _digits(slot: Slot, said: str, today: date | None, products: Mapping[str, Sequence[str]]) -> str | None:
    runs = []
    for match in _DIGIT_RUN.finditer(said):
        run = "".join(str(_DIGITS.get(sign, sign)) for sign in match[0] if sign not in " -")
        if slot.length[0] <= len(run) <= slot.length[1]:
            runs.append(run)
    return runs[-1] if runs else None


def _date(slot: Slot, said: str, today: date | None, products: Mapping[str, Sequence[str]]) -> str | None:
    if today is None:
        return None
    text = said.casefold()
    if match := list(_MONTH_DAY.finditer(text)):
        year, month, day = match[-1].groups()
        return _iso(_of_year(today, year, int(number(month) or 0), int(number(day) or 0)))
    if match := list(_DAY.finditer(text)):
        day = int(number(match[-1][2]) or 0)
        if match[-1][1]:
            last = match[-1][1][0] in "上l"
            return _iso(_of_last_month(today, day) if last else _of_next_month(today, day))
        return _iso(_coming(today, 0, day))
    if ends := _MONTH_END.search(text):
        first = _of_next_month(today, 1)
        later = _of_next_month(first, 1) if ends[1] and first is not None else first
        return None if later is None else _iso(later - timedelta(days=1))
    if week := _WEEKDAY.search(text):
        wanted = "一二三四五六日天".index(week[2]) % 7 if week[2] != "天" else 6
        days = (wanted - today.weekday()) % 7
        if week[1]:
            days = wanted - today.weekday() + (-7 if week[1].startswith("上") else 7)
        return _iso(today + timedelta(days=days))
    if match := list(_IN_DAYS.finditer(text)):
        ahead = number(match[-1][1])
        return _iso(today + timedelta(days=int(ahead))) if ahead is not None and ahead <= _LONGEST_DAYS else None
    for word, days in _NEAR_DAYS:
        if word in text:
            return _iso(today + timedelta(days=days))
    return None


def _product(slot: Slot, said: str, today: date | None, products: Mapping[str, Sequence[str]]) -> str | None:
    text = said.casefold()
    places = [
        (text.rfind(word.casefold()), len(word), name)
        for name, words in products.items()
        for word in words
        if word.casefold() in text
    ]
    return max(places)[2] if places else None


def _coming(today: date, month: int, day: int) -> date | None:
    """The next such day from today on, of that month or (0) of any."""
    for ahead in range(_LONGEST_DAYS):
        at = today + timedelta(days=ahead)
        if at.day == day and month in (0, at.month):
            return at
    return None


def _of_next_month(today: date, day: int) -> date | None:
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_last_month(today: date, day: int) -> date | None:
    first = today.replace(day=1) - timedelta(days=1)
    try:
        return first.replace(day=day)
    except ValueError:
        return None


def _of_year(today: date, year: str | None, month: int, day: int) -> date | None:
    """The day of the year that was said, past or not; where none was said, the next such day."""
    if year is None:
        return _coming(today, month, day)
    if year in _YEARS:
        of = today.year + _YEARS[year]
    else:
        of = int(number(year) or 0)
        of += 2000 if of < 100 else 0
    try:
        return date(of, month, day)
    except ValueError:
        return None


def _iso(at: date | None) -> str | None:
    return None if at is None else at.isoformat()


_FINDERS: dict[str, Callable[[Slot, str, date | None, Mapping[str, Sequence[str]]], str | int | float | None]] = {
    "money": _money,
    "date": _date,
    "digits": _digits,
    "product": _product,
}
