"""Spoken values: numbers, money, dates and telephone numbers as words, in each language.

    >>> spell("money", "10020.50", "zh-CN")
    '一万零二十元五角'
    >>> spell("count", 2, "zh-CN")
    '两'
    >>> spell("date", "2026-11-22", "en")
    'November twenty-second, twenty twenty-six'

The answer is words and never figures, so that every voice engine and every recording reads the same thing.

| kind | takes | zh | en |
|---|---|---|---|
| digits | 0-9 * #, spaces and hyphens between, or a whole number | 一二三四，五六 | one two three four, five six |
| code | letters, digits, hyphens or the like between: a case number | A，一零二 | A, one zero two |
| number | a number below 10^16, `1,234.5` too | 两万点五 | twenty thousand point five |
| count | a whole number of something, rounded | 两 (before 位, 个) | two |
| ordinal | a whole number from 1 | 第三 | third |
| percent | a number of hundredths | 百分之三点五 | three point five percent |
| money | an amount (CNY), `USD 12.30`, `¥12.30`, rounded to hundredths | 十二元三角 | twelve yuan and thirty fen |
| date, day | `2026-11-22`, an instant too; a day is said without its year | 十一月二十二日 | November twenty-second |
| time | `09:05` or `09:05:10`, in 24 hours, an instant too | 上午九点零五分 | nine oh five a.m. |
| duration | seconds below 100 days, rounded | 两分钟三秒 | two minutes and three seconds |
| phone | `+8613800138000`, `010…`, `95183` | 幺三八，零零幺三，八零零零 | one three eight, … |
| hours | the name of an entry of hours.yaml | 周一至周五上午九点到下午六点 | Monday to Friday from nine a.m. … |
| opening | the same: when it opens next | 明天上午九点 | tomorrow at nine a.m. |
| text | words that are said as they are | | |

What is said about hours is looked up by the flow machine: `hours` and `opening` get the entry and the next opening.
"""

from __future__ import annotations

from datetime import date, time, tzinfo
from decimal import Decimal
from typing import Protocol

from calls.numbers import REGION
from ivr.spoken import en, values, zh
from ivr.spoken.values import CURRENCIES, Money, Opening, SpokenError, Week

__all__ = ["CURRENCIES", "KINDS", "LANGUAGES", "OF_HOURS", "Opening", "SpokenError", "speaks", "spell"]

KINDS = (
    "code",
    "count",
    "date",
    "day",
    "digits",
    "duration",
    "hours",
    "money",
    "number",
    "opening",
    "ordinal",
    "percent",
    "phone",
    "text",
    "time",
)
"""The kinds that a placeholder of a phrase may name."""

OF_HOURS = ("hours", "opening")
"""Kinds whose value names an entry of hours.yaml; the machine looks it up before it is said."""


class Speaker(Protocol):
    """Speaker of a language: its module. Values come checked, from `ivr.spoken.values`."""

    def digits(self, groups: tuple[str, ...]) -> str:
        """Keys one by one, a pause between groups."""
        ...

    def phone(self, groups: tuple[str, ...]) -> str:
        """A telephone number in groups; + only in the first."""
        ...

    def number(self, value: Decimal) -> str:
        """A decimal, its fraction as written."""
        ...

    def count(self, value: int) -> str:
        """How many, before a noun."""
        ...

    def ordinal(self, value: int) -> str:
        """Which one, from 1."""
        ...

    def percent(self, value: Decimal) -> str:
        """A share; 3.5 is three and a half of a hundred."""
        ...

    def money(self, value: Money) -> str:
        """An amount with its currency."""
        ...

    def date(self, value: date, *, year: bool) -> str:
        """A day, with or without its year."""
        ...

    def time(self, value: time) -> str:
        """A time of day."""
        ...

    def duration(self, value_s: int) -> str:
        """A duration of whole seconds."""
        ...

    def hours(self, value: Week) -> str:
        """When it is open in a week."""
        ...

    def opening(self, value: Opening) -> str:
        """When it opens next, as an adverb."""
        ...


_SPEAKERS: dict[str, Speaker] = {"zh": zh, "en": en}

LANGUAGES = tuple(_SPEAKERS)
"""Primary language tags that values can be said in; `zh-CN` is said as `zh`."""


def speaks(language: str) -> bool:
    """Whether values can be said in this BCP 47 language."""
    return language.partition("-")[0].lower() in _SPEAKERS


def spell(kind: str, value: object, language: str, region: str = REGION, zone: tzinfo | None = None) -> str:
    """The words for a value, in a house of `region` (ISO 3166): in China, its own numbers have no country code.

    Of an instant, in the house's `zone`. A value is taken as people and services write it, and rounded by the rule of
    its kind. Raises SpokenError for what cannot be said at all; its message never repeats the value (it may be a
    caller's own).
    """
    speaker = _SPEAKERS.get(language.partition("-")[0].lower())
    if speaker is None:
        raise SpokenError(kind, f"language {language!r} is not spoken; there are {', '.join(LANGUAGES)}")
    match kind:
        case "digits":
            return speaker.digits(values.digits(value))
        case "code":
            return speaker.digits(values.code(value))
        case "number":
            return speaker.number(values.number(kind, value))
        case "count":
            return speaker.count(values.whole(kind, value))
        case "ordinal":
            return speaker.ordinal(values.whole(kind, value, least=1))
        case "percent":
            return speaker.percent(values.number(kind, value))
        case "money":
            return speaker.money(values.money(value))
        case "date" | "day":
            return speaker.date(values.day(kind, value, zone), year=kind == "date")
        case "time":
            return speaker.time(values.clock(value, zone))
        case "duration":
            return speaker.duration(values.duration(value))
        case "phone":
            home = "86" if speaker is zh and region == "CN" else None
            return speaker.phone(values.phone(value, home=home))
        case "hours":
            return speaker.hours(values.week(value))
        case "opening":
            return speaker.opening(values.opening(value))
        case "text":
            return values.words(value)
        case _:
            raise SpokenError(kind, f"no such kind; there are {', '.join(KINDS)}")
