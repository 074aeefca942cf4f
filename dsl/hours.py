"""Opening hours: weekly spans in a zone, public holidays with their make-up workdays, closures that replace a day.

Used by the flow machine, by callbacks (hotline/versions/directory) and by the fallback plan; `dsl.calendars` reads
them from hours.yaml.

An instant of UTC goes in; the zone's own calendar decides. What is not known is closed: a year whose public holidays
the State Council has not decreed yet fails closed, and the lint says so before it begins.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import chinese_calendar
import msgspec

Span = tuple[int, int]
"""Minutes of the day from and to; a `to` beyond 1440 runs past midnight and belongs to the day it began."""

Reason = Literal["week", "holiday", "workday", "closure", "unknown_year"]


class Hours(msgspec.Struct, frozen=True, array_like=True):
    """One entry of hours.yaml. `week` has seven days from Monday."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    calendar: Literal["", "cn"] = ""
    holidays: tuple[str, ...] = ()
    workdays: tuple[Span, ...] = ()
    closures: dict[str, tuple[Span, ...]] = {}


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
    if text in hours.closures:
        return hours.closures[text], "closure"
    if text in hours.holidays:
        return (), "holiday"
    weekday = day.weekday()
    if hours.calendar == "cn":
        decreed = decreed_day(day)
        if decreed is None and not any(holiday.startswith(text[:5]) for holiday in hours.holidays):
            return (), "unknown_year"  # a year whose holidays are written out is known
        if decreed == "holiday":
            return (), "holiday"
        if decreed == "workday":
            return hours.workdays, "workday"
    return hours.week[weekday], "week"


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


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
