"""Opening hours: weekly spans in a zone, public holidays with their make-up workdays, closures that replace a day.

Used by the flow machine, by callbacks (hotline/versions/directory) and by the fallback plan; `dsl.calendars` reads
them from hours.yaml.

An instant of UTC goes in; the zone's own calendar decides. What is not known is closed: a year whose public holidays
the State Council has not decreed yet fails closed, and the lint says so before it begins. A day that somebody listed in
it is that day only; a year is known when it is decreed, or named in `complete_years`.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import chinese_calendar
import msgspec

Span = tuple[int, int]
"""Minutes of the day from and to; a `to` beyond 1440 runs past midnight and belongs to the day it began."""

_LOOK_AHEAD_DAYS = 62

Reason = Literal["week", "holiday", "workday", "closure", "unknown_year"]


class Hours(msgspec.Struct, frozen=True, array_like=True):
    """One entry of hours.yaml. `week` has seven days from Monday.

    A day of `holidays` or `closures` is `2026-12-31`, or `12-31` for that day of every year.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    calendar: Literal["", "cn"] = ""
    holidays: tuple[str, ...] = ()
    workdays: tuple[Span, ...] = ()
    closures: dict[str, tuple[Span, ...]] = {}
    complete_years: tuple[int, ...] = ()
    """Years whose public holidays are listed in full although this release does not know their decree."""
    easter: tuple[int, ...] = ()
    """Holidays by their days from Easter Sunday: -2 is Good Friday, 1 Easter Monday."""
    on_holidays: tuple[Span, ...] = ()
    """The hours of every holiday."""

    def knows(self, day: date) -> bool:
        """True where the public holidays around `day` are known, or none are asked for."""
        return self.calendar == "" or day.year in self.complete_years or decreed_day(day) is not None


class OtherHours(msgspec.Struct, frozen=True, array_like=True):
    """Hours that replace those of each day from `first` to `last` (ISO dates in the zone of the hours), both included.

    An empty `last` is no end; `spans` as in a week, and none of them passes midnight.
    """

    spans: tuple[Span, ...]
    first: str
    last: str = ""

    def hold_on(self, day: date) -> bool:
        """Whether they replace the hours of that day."""
        text = day.isoformat()
        return self.first <= text and (not self.last or text <= self.last)


def with_others(hours: Hours, others: OtherHours | None, utc_s: float) -> Hours:
    """The hours as they are at `utc_s` and in the two months after it, with `others` in the place of their days."""
    if others is None:
        return hours
    today = datetime.fromtimestamp(utc_s, UTC).astimezone(_zone(hours.zone)).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, _LOOK_AHEAD_DAYS))
    replaced = {day.isoformat(): others.spans for day in days if others.hold_on(day)}
    return msgspec.structs.replace(hours, closures={**hours.closures, **replaced})


def is_open(hours: Hours, utc_s: float) -> tuple[bool, Reason]:
    """Open or not at `utc_s` (UTC epoch seconds), and the rule that says so."""
    local = datetime.fromtimestamp(utc_s, UTC).astimezone(_zone(hours.zone))
    minute = local.hour * 60 + local.minute
    spans, reason = of_day(hours, local.date())
    if any(begin <= minute < end for begin, end in spans):
        return True, reason
    before, its_reason = of_day(hours, local.date() - timedelta(days=1))
    if any(begin <= minute + 1440 < end for begin, end in before):
        return True, its_reason
    return False, reason


def of_day(hours: Hours, day: date) -> tuple[tuple[Span, ...], Reason]:
    """Spans of one day, and the rule that they come from."""
    text = day.isoformat()
    yearly = text[5:]
    for written in (text, yearly):  # a day of one year comes before the same day of every year
        if written in hours.closures:
            return hours.closures[written], "closure"
    if text in hours.holidays or yearly in hours.holidays:
        return hours.on_holidays, "holiday"
    if hours.easter and (day - easter_sunday(day.year)).days in hours.easter:
        return hours.on_holidays, "holiday"
    weekday = day.weekday()
    if not hours.knows(day):
        return (), "unknown_year"
    if hours.calendar == "cn":
        decreed = decreed_day(day)
        if decreed == "holiday":
            return hours.on_holidays, "holiday"
        if decreed == "workday":
            return hours.workdays, "workday"
    return hours.week[weekday], "week"


def next_opening(hours: Hours, utc_s: float) -> datetime | None:
    """First instant after `utc_s` at which a span begins, in the zone of the hours.

    None: none does in the next two months as far as they are known; a year that is not decreed counts as closed.
    """
    zone = _zone(hours.zone)
    now = datetime.fromtimestamp(utc_s, UTC).astimezone(zone)
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = now.date() + timedelta(days=ahead)
        for begin, _ in sorted(of_day(hours, day)[0]):
            opening = datetime(day.year, day.month, day.day, begin // 60, begin % 60, tzinfo=zone)
            if opening.timestamp() > utc_s:
                return opening
    return None


@lru_cache(maxsize=4096)
def decreed_day(day: date) -> Literal["holiday", "workday", "plain"] | None:
    """Decree of the State Council on `day`: holiday, worked weekend day or plain; None: none for that year yet."""
    try:
        if day in chinese_calendar.constants.workdays:
            return "workday"
        if day in chinese_calendar.constants.holidays:
            return "holiday"
        chinese_calendar.is_workday(day)  # raises for a year outside its data
    except NotImplementedError:  # so the library says that it has no data for a year
        return None
    return "plain"


@lru_cache(maxsize=256)
def easter_sunday(year: int) -> date:
    """Easter Sunday of the western churches. Source: the anonymous Gregorian computus, Nature of 20 April 1876."""
    golden, century, in_century = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
