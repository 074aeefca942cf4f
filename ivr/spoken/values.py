"""Values that may be spoken: each kind's input, checked strictly, in the form that the languages take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from dsl.hours import Hours, Span

CURRENCIES = ("CNY", "USD", "EUR")
"""ISO 4217 codes of the money that can be said."""

_LIMIT = Decimal(10) ** 16  # 9999万亿: past it Chinese has no settled words, and no caller an account
_MOST_DIGITS = 64
_MOST_DECIMALS = 12
_MOST_WORDS = 500
_NUMBER = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{3,15}", re.ASCII)

# Length of a country code by its first figures (ITU-T E.164, list of assigned codes): one for 1 and 7, three for these.
_COUNTRY = re.compile(r"\+(?:[17]|(?:2[1-69]|3[578]|42|5[09]|6[789]|8[0578]|9[679])[0-9]|[0-9]{2})", re.ASCII)


class SpokenError(ValueError):
    """Value that cannot be said as this kind. `reason` does not repeat the value, which may be a caller's secret."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole hundredths (分, cents) of a currency of CURRENCIES; negative is owed."""

    hundredths: int
    currency: str


def _groups(text: str, size: int) -> tuple[str, ...]:
    return tuple(text[start : start + size] for start in range(0, len(text), size))


def digits(value: object) -> tuple[str, ...]:
    """Keys of a telephone, in groups of four so that a listener can follow."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not re.fullmatch(r"[0-9*#]+", value):
        raise SpokenError("digits", "takes text of 0-9, * and #")
    if len(value) > _MOST_DIGITS:
        raise SpokenError("digits", f"takes at most {_MOST_DIGITS} digits")
    return _groups(value, 4)


def code(value: object) -> tuple[str, ...]:
    """Letters and digits, grouped at hyphens and where letters meet digits, then by four."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", value):
        raise SpokenError("code", "takes letters A-Z, digits, and single hyphens between them")
    if len(value) > _MOST_DIGITS:
        raise SpokenError("code", f"takes at most {_MOST_DIGITS} characters")
    runs: list[str] = re.findall(r"[0-9]+|[A-Z]+", value.upper())
    return tuple(group for run in runs for group in _groups(run, 4))


def number(kind: str, value: object) -> Decimal:
    """A decimal as it was given: `1.50` keeps its zero. A float is taken at its shortest exact writing."""
    match value:
        case bool():
            raise SpokenError(kind, "takes a number, not true or false")
        case int():
            found = Decimal(value)
        case float():
            found = _decimal(kind, repr(value))
        case Decimal():
            found = value
        case str():
            found = _decimal(kind, value)
        case _:
            raise SpokenError(kind, "takes a number")
    if not found.is_finite():
        raise SpokenError(kind, "takes a finite number")
    if abs(found) >= _LIMIT:
        raise SpokenError(kind, "takes a number below 10^16")
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
        raise SpokenError(kind, f"takes at most {_MOST_DECIMALS} decimals")
    return found


def _decimal(kind: str, text: str) -> Decimal:
    if re.fullmatch(r"-?[0-9.]+e[-+]?[0-9]+", text):  # repr of a very large or small float
        return Decimal(text)
    if not _NUMBER.fullmatch(text):
        raise SpokenError(kind, "takes a number like 1234.5, without separators, signs of currency or spaces")
    return Decimal(text)


def whole(kind: str, value: object, *, least: int = 0) -> int:
    """A whole number from `least` up."""
    found = number(kind, value)
    if found != found.to_integral_value():
        raise SpokenError(kind, "takes a whole number")
    if found < least:
        raise SpokenError(kind, f"takes a whole number from {least}")
    return int(found)


def money(value: object) -> Money:
    """`1234.5`, `USD 1234.50` or `1234.50 USD`; without a currency it is CNY."""
    currency = "CNY"
    if isinstance(value, str) and (
        found := re.fullmatch(r"(?:([A-Z]{3}) )?(-?[0-9.]+)(?: ([A-Z]{3}))?", value, re.ASCII)
    ):
        if found[1] and found[3]:
            raise SpokenError("money", "has its currency twice")
        currency, value = found[1] or found[3] or "CNY", found[2]
    if currency not in CURRENCIES:
        raise SpokenError("money", f"currency {currency} is not spoken; there are {', '.join(CURRENCIES)}")
    hundredths = number("money", value) * 100
    if hundredths != hundredths.to_integral_value():
        raise SpokenError("money", "has more than two decimals")
    return Money(int(hundredths), currency)


def day(kind: str, value: object) -> date:
    """A day of the years 1000 to 9999; a datetime is refused, as its day depends on a zone that is not said."""
    if isinstance(value, datetime):
        raise SpokenError(kind, "takes a day, not an instant: which zone's day is it?")
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise SpokenError(kind, "is no day of the calendar") from None
    if not isinstance(value, date):
        raise SpokenError(kind, "takes a day like 2026-11-22")
    if value.year < 1000:
        raise SpokenError(kind, "takes a year from 1000")
    return value


def clock(value: object) -> time:
    """A time of day in 24 hours; seconds are optional, 24:00 is not a time of day."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            raise SpokenError("time", "is no time of day") from None
    if not isinstance(value, time):
        raise SpokenError("time", "takes a time like 09:05, in 24 hours")
    return value


def duration(value: object) -> int:
    """Whole seconds, below 100 days."""
    seconds = whole("duration", value)
    if seconds >= 100 * 86_400:
        raise SpokenError("duration", "takes less than 100 days")
    return seconds


def phone(value: object, *, home: str | None) -> tuple[str, ...]:
    """A telephone number in the groups people say it in; the first begins with `+` for another country's.

    `home` is the country code whose own numbers are said as they are dialled at home (`+86138…` as 138…, `+8610…` as
    010…). Grouping follows YD/T numbering as printed on cards: mobiles 3-4-4, landlines area-4-4, 400 and 800
    numbers 3-3-4; North American numbers 3-3-4; short codes stay whole.
    """
    if not isinstance(value, str) or not _PHONE.fullmatch(value):
        raise SpokenError("phone", "takes 3 to 15 digits, with a + before a country code")
    if home is not None and value.startswith(f"+{home}") and len(value) > len(home) + 4:
        national = value[len(home) + 1 :]
        is_mobile = len(national) == 11 and national.startswith("1")
        value = national if is_mobile or re.match(r"[48]00", national) else f"0{national}"
    if value.startswith("+86"):
        return ("+86", *_china(value[3:]))
    if value.startswith("+1") and len(value) == 12:
        return ("+1", value[2:5], value[5:8], value[8:])
    if country := _COUNTRY.match(value):
        return (country[0], *_ending_in_fours(value[country.end() :]))
    return _china(value)


def _china(national: str) -> tuple[str, ...]:
    if len(national) <= 6:
        return (national,)
    if re.match(r"[48]00", national) and len(national) == 10:
        return (national[:3], national[3:6], national[6:])
    if national.startswith("1") and len(national) == 11:
        return (national[:3], national[3:7], national[7:])
    if national.startswith("0"):
        area = 3 if national[1:2] in ("1", "2") else 4
        return (national[:area], *_ending_in_fours(national[area:]))
    return _ending_in_fours(national)


def _ending_in_fours(text: str) -> tuple[str, ...]:
    """Groups of four from the end, so that a number of seven is 3-4 and one of eight 4-4."""
    first = len(text) % 4
    head = (text[:first],) if first else ()
    return head + _groups(text[first:], 4)


Days = tuple[int, ...]
"""Days of the week from Monday, 0."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week's opening hours: days by what they have, in the order of the week; days without any; holidays closed."""

    open: tuple[tuple[Days, tuple[Span, ...]], ...]
    closed: Days
    holidays: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """Next opening in the zone of its hours, None where none is known; and now in that zone."""

    at: datetime | None
    now: datetime


def week(value: object) -> Week:
    """Hours of a week by days that are alike."""
    if not isinstance(value, Hours):
        raise SpokenError("hours", "takes the name of an entry of hours.yaml")
    alike: dict[tuple[Span, ...], list[int]] = {}
    for weekday, spans in enumerate(value.week):
        alike.setdefault(tuple(sorted(spans)), []).append(weekday)
    closed = tuple(alike.pop((), ()))
    groups = tuple((tuple(days), spans) for spans, days in alike.items())
    return Week(groups, closed, bool(value.calendar or value.holidays))


def runs(days: Days) -> tuple[Days, ...]:
    """Days that follow each other, together."""
    found: list[list[int]] = []
    for weekday in days:
        if found and found[-1][-1] == weekday - 1:
            found[-1].append(weekday)
        else:
            found.append([weekday])
    return tuple(tuple(run) for run in found)


def opening(value: object) -> Opening:
    """The next opening."""
    if not isinstance(value, Opening):
        raise SpokenError("opening", "takes the name of an entry of hours.yaml")
    return value


def words(value: object) -> str:
    """Words as they are, on one line, at most 500 characters; a control character is an error."""
    if not isinstance(value, str):
        raise SpokenError("text", "takes text")
    if len(value) > _MOST_WORDS:
        raise SpokenError("text", f"takes at most {_MOST_WORDS} characters")
    if not value.isprintable():
        raise SpokenError("text", "takes printable characters on one line")
    return value
