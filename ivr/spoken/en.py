"""Values in English, in words; numbers in the American manner, without "and" after the hundreds."""

from __future__ import annotations

from datetime import date as Date
from datetime import time as Time
from decimal import Decimal

from ivr.spoken.values import Money, Opening, Week, runs

_SMALL = [
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
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**15, "quadrillion"), (10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_KEYS = {**{str(value): _SMALL[value] for value in range(10)}, "*": "star", "#": "pound", "+": "plus"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_MONEY = {  # one, several; one hundredth, several
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
}


def digits(groups: tuple[str, ...]) -> str:
    """Each key by its name, letters as they are, a pause between groups."""
    return ", ".join(" ".join(_KEYS.get(key, key) for key in group) for group in groups)


def phone(groups: tuple[str, ...]) -> str:
    """As `digits`, with "plus" for +."""
    return digits(groups)


def number(value: Decimal) -> str:
    """twenty-five, minus three point one four; decimals are read one by one, as written."""
    whole, _, decimals = f"{abs(value):f}".partition(".")
    said = integer(int(whole))
    if decimals:
        said += " point " + " ".join(_SMALL[int(digit)] for digit in decimals)
    return f"minus {said}" if value.is_signed() and value != 0 else said


def integer(value: int) -> str:
    """A whole number from 0 below 10^18."""
    for size, scale in _SCALES:
        if value >= size:
            above, rest = divmod(value, size)
            return f"{integer(above)} {scale}" + (f" {integer(rest)}" if rest else "")
    if value >= 100:
        hundreds, rest = divmod(value, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" {integer(rest)}" if rest else "")
    if value >= 20:
        tens, ones = divmod(value, 10)
        return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
    return _SMALL[value]


def count(value: int) -> str:
    """A number of things; the phrase has the noun."""
    return integer(value)


def ordinal(value: int) -> str:
    """first, twenty-second, one hundredth."""
    said = integer(value)
    cut = max(said.rfind(" "), said.rfind("-")) + 1
    head, last = said[:cut], said[cut:]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def percent(value: Decimal) -> str:
    """three point five percent."""
    return f"{number(value)} percent"


def money(value: Money) -> str:
    """one dollar and five cents, fifty fen, minus twelve euros."""
    whole, rest = divmod(abs(value.hundredths), 100)
    one, several, small_one, small_several = _MONEY[value.currency]
    parts = []
    if whole or not rest:
        parts.append(f"{integer(whole)} {one if whole == 1 else several}")
    if rest:
        parts.append(f"{integer(rest)} {small_one if rest == 1 else small_several}")
    said = " and ".join(parts)
    return f"minus {said}" if value.hundredths < 0 else said


def date(value: Date, *, year: bool) -> str:
    """November twenty-second, twenty twenty-six."""
    said = f"{_MONTHS[value.month - 1]} {ordinal(value.day)}"
    return f"{said}, {_year(value.year)}" if year else said


def _year(value: int) -> str:
    century, rest = divmod(value, 100)
    if century % 10 == 0 and rest < 10:  # two thousand, two thousand five
        return integer(value)
    if rest == 0:
        return f"{integer(century)} hundred"
    return f"{integer(century)} {_minutes(rest)}"


def _minutes(value: int) -> str:
    """The second pair of figures of a year or a clock: oh five, thirty."""
    return f"oh {_SMALL[value]}" if value < 10 else integer(value)


def time(value: Time) -> str:
    """nine oh five a.m., noon, midnight, two thirty p.m. and ten seconds."""
    seconds = f" and {_counted(value.second, 'second')}" if value.second else ""
    if value.minute == 0 and value.hour in (0, 12):
        return ("noon" if value.hour else "midnight") + seconds
    hour = integer(value.hour % 12 or 12)
    minute = f" {_minutes(value.minute)}" if value.minute else ""
    return f"{hour}{minute} {'a.m.' if value.hour < 12 else 'p.m.'}{seconds}"


def duration(value_s: int) -> str:
    """one hour, two minutes and three seconds; parts that are nought are left out."""
    minutes, seconds = divmod(value_s, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        _counted(part, unit)
        for part, unit in ((days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
        if part
    ]
    if not parts:
        return "zero seconds"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def hours(value: Week) -> str:
    """Monday to Friday from nine a.m. to six p.m., not on Sunday or public holidays."""
    said = [f"{_days(days)} {_spans(spans)}" for days, spans in value.open]
    without = [_days(value.closed)] if value.closed else []
    without += ["public holidays"] if value.holidays else []
    if not said:
        return "at no time"
    return ", ".join(said) + (f", not on {' or '.join(without)}" if without else "")


def _days(days: tuple[int, ...]) -> str:
    if len(days) == 7:
        return "every day"
    said: list[str] = []
    for run in runs(days):
        names = [_WEEKDAYS[weekday] for weekday in run]
        said += names if len(run) < 3 else [f"{names[0]} to {names[-1]}"]
    return _listed(said)


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    if spans == ((0, 1440),):
        return "around the clock"
    return _listed([f"from {_minute(begin)} to {_minute(end)}" for begin, end in spans])


def _minute(minute: int) -> str:
    return time(Time(minute // 60 % 24, minute % 60))


def _listed(said: list[str]) -> str:
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def opening(value: Opening) -> str:
    """tomorrow at nine a.m.; on Monday, November thirtieth, at nine a.m.; at a time that we will announce."""
    at = value.at
    if at is None:
        return "at a time that we will announce"
    ahead = (at.date() - value.now.date()).days
    day = ("today", "tomorrow")[ahead] if ahead < 2 else f"on {_WEEKDAYS[at.weekday()]}, {date(at.date(), year=False)},"
    return f"{day} at {time(at.time())}"


def _counted(value: int, unit: str) -> str:
    return f"{integer(value)} {unit}{'' if value == 1 else 's'}"
