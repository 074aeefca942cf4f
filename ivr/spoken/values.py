"""Values that may be spoken: each kind's input, checked strictly, in the form that the languages take."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal

from dsl.hours import Hours, Span

CURRENCIES = ("CNY", "USD", "EUR")
"""ISO 4217 codes of the money that can be said."""

_LIMIT = Decimal(10) ** 16  # 9999万亿: past it Chinese has no settled words, and no caller an account
_MOST_DIGITS = 64
_MOST_DECIMALS = 12
_FLOAT_DECIMALS = 6
_EXACT = 2**53  # beyond it a float is no whole number that somebody counted
_WIDE = Context(prec=60)
_MOST_WORDS = 500
# Patterns as text: what is not spoken need not be compiled, and `re` keeps those that are.
_NUMBER = r"[-+]?[0-9]{1,17}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,2})?"
_SEPARATED = r"[-+]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]{1,40})?"
_MONEY = r"(?:([A-Z]{3}|[¥$€]) ?)?([-+]?[0-9][0-9., ]{0,60}?|[-+]?[0-9.]+[eE][-+0-9]+) ?([A-Z]{3}|[¥$€元])?"
_SIGNS = {"¥": "CNY", "元": "CNY", "$": "USD", "€": "EUR"}
_DATES = tuple(
    written + r"(?:[T ]+([0-9]{2}:[0-9]{2}.{0,24}))?"
    for written in (
        r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})",
        r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})",
        r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})",
        r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日",
        r"([0-9]{4})([0-9]{2})([0-9]{2})",
    )
)
_TIME = r"(?P<hour>[0-9]{1,2})(?P<rest>:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
_PHONE = r"\+?[0-9]{3,15}"

# Length of a country code by its first figures (ITU-T E.164, list of assigned codes): one for 1 and 7, three for these.
_COUNTRY = r"\+(?:[17]|(?:2[1-69]|3[578]|42|5[09]|6[789]|8[0578]|9[679])[0-9]|[0-9]{2})"


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
    """Keys of a telephone, in groups of four so that a listener can follow; spaces and hyphens are passed over."""
    text = _plain(value)
    keys = None if text is None else re.sub(r"[ -]", "", text) if not text.startswith("-") else None
    if keys is None or not re.fullmatch(r"[0-9*#]+", keys):
        raise SpokenError("digits", "takes text of 0-9, * and #")
    if len(keys) > _MOST_DIGITS:
        raise SpokenError("digits", f"takes at most {_MOST_DIGITS} digits")
    return _groups(keys, 4)


def code(value: object) -> tuple[str, ...]:
    """Letters and digits, grouped at hyphens (or what else parts them) and where letters meet digits, then by four."""
    text = _plain(value)
    text = None if text is None else re.sub(r"[-_/. ]+", "-", text).strip("-")
    if text is None or not re.fullmatch(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", text):
        raise SpokenError("code", "takes letters A-Z, digits, and hyphens between them")
    if len(text) > _MOST_DIGITS:
        raise SpokenError("code", f"takes at most {_MOST_DIGITS} characters")
    found: list[str] = re.findall(r"[0-9]+|[A-Z]+", text.upper())
    return tuple(group for run in found for group in _groups(run, 4))


def number(kind: str, value: object) -> Decimal:
    """A decimal as it was written: `1.50` keeps its zero, `1,234.5` loses its comma.

    What no person wrote is rounded: a float, which is the nearest of binary fractions, to six decimals.
    """
    match value:
        case bool():
            raise SpokenError(kind, "takes a number, not true or false")
        case int():
            found = Decimal(value)
        case float():
            found = Decimal(repr(value))
            if found.is_finite() and abs(found) < _LIMIT:
                found = _rounded(found, _FLOAT_DECIMALS).normalize()
                found = found.quantize(Decimal(1)) if found == found.to_integral_value() else found
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
        found = _rounded(found, _MOST_DECIMALS)
    return found


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """Value rounded as people round, a half away from nought."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)


def _decimal(kind: str, text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(_SEPARATED, plain, re.ASCII):
        plain = re.sub(r"[, ]", "", plain)
    if not re.fullmatch(_NUMBER, plain, re.ASCII):
        raise SpokenError(kind, "takes a number like 1234.5 or 1,234.5")
    return Decimal(plain)


def whole(kind: str, value: object, *, least: int = 0) -> int:
    """A whole number from `least` up; a fraction is rounded."""
    found = _rounded(number(kind, value), 0)
    if found < least:
        raise SpokenError(kind, f"takes a whole number from {least}")
    return int(found)


def money(value: object) -> Money:
    """`1234.5`, `1,234.50`, `USD 1234.50`, `1234.50 USD` or `¥1234.50`; without a currency it is CNY.

    Rounded to hundredths, which is as small as money is.
    """
    currency = "CNY"
    if isinstance(value, str) and (found := re.fullmatch(_MONEY, unicodedata.normalize("NFKC", value).strip())):
        if found[1] and found[3]:
            raise SpokenError("money", "has its currency twice")
        written, value = found[1] or found[3] or currency, found[2]
        currency = _SIGNS.get(written, written)
    if currency not in CURRENCIES:
        raise SpokenError("money", f"currency {currency} is not spoken; there are {', '.join(CURRENCIES)}")
    return Money(int(_rounded(number("money", value) * 100, 0)), currency)


def day(kind: str, value: object, zone: tzinfo | None = None) -> date:
    """A day of the years 1000 to 9999; of an instant its day in the house's `zone`.

    An instant that has no zone, or a house that has none, is taken as it is written. Written as `2026-11-22`,
    `2026/11/22`, `20261122`, `2026年11月22日`, each with or without a time of day.
    """
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            value = _instant(str(value))
        except ValueError:
            raise SpokenError(kind, "is no day of the calendar") from None
    if isinstance(value, datetime):
        value = (value.astimezone(zone) if value.tzinfo is not None and zone is not None else value).date()
    if not isinstance(value, date):
        raise SpokenError(kind, "takes a day like 2026-11-22")
    if value.year < 1000:
        raise SpokenError(kind, "takes a year from 1000")
    return value


def _instant(text: str) -> datetime | date | None:
    """Day or instant of a text; None for text of another form. Raises ValueError for one that there never is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for written in _DATES:
        if (found := re.fullmatch(written, plain, re.ASCII)) is not None:
            day_ = f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
            return datetime.fromisoformat(f"{day_}T{found[4]}") if found[4] else date.fromisoformat(day_)
    return None


def clock(value: object, zone: tzinfo | None = None) -> time:
    """A time of day in 24 hours, 24:00 is midnight; of an instant its time in the house's zone."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        found = re.fullmatch(_TIME, text, re.ASCII)
        try:
            if found is not None:
                hour = "00" if found["hour"] == "24" and found["rest"].strip(":0") == "" else f"{found['hour']:0>2}"
                value = time.fromisoformat(f"{hour}{found['rest']}")
            elif isinstance(instant := _instant(text), datetime):
                value = instant
        except ValueError:
            raise SpokenError("time", "is no time of day") from None
    if isinstance(value, datetime):
        value = (value.astimezone(zone) if value.tzinfo is not None and zone is not None else value).time()
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
    text = _plain(value)
    number = "" if text is None or text.startswith("-") else re.sub(r"[ ().-]", "", text.removeprefix("tel:"))
    if not re.fullmatch(_PHONE, number, re.ASCII):
        raise SpokenError("phone", "takes 3 to 15 digits, with a + before a country code")
    if home is not None and number.startswith(f"+{home}") and len(number) > len(home) + 4:
        national = number[len(home) + 1 :]
        is_mobile = len(national) == 11 and national.startswith("1")
        number = national if is_mobile or re.match(r"[48]00", national) else f"0{national}"
    if number.startswith("+86"):
        return ("+86", *_china(number[3:]))
    if number.startswith("+1") and len(number) == 12:
        return ("+1", number[2:5], number[5:8], number[8:])
    if country := re.match(_COUNTRY, number, re.ASCII):
        return (country[0], *_ending_in_fours(number[country.end() :]))
    return _china(number)


def _plain(value: object) -> str | None:
    """Text of what may be a row of figures: JSON services send it as a number, too. None: it is neither."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else None


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
    return Week(groups, closed, bool(value.calendar or value.holidays or value.easter))


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
    """Words as they are, on one line; past 500 characters they are cut. A number is its figures."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = f"{number('text', value):f}"
    if not isinstance(value, str):
        raise SpokenError("text", "takes text")
    line = "".join(character if character.isprintable() else " " for character in value)
    return re.sub(r" {2,}", " ", line).strip()[:_MOST_WORDS]
