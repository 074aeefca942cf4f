"""Spans of reports: a day, a week from Monday on, a month, in the zone of the house."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from dsl.calendar_windows import Calendar, bounds_of_day, days_of

Period = Literal["daily", "weekly", "monthly"]
PERIODS: tuple[Period, ...] = get_args(Period)
_CALENDARS: Mapping[Period, Calendar] = {"daily": "day", "weekly": "week", "monthly": "month"}


class Span(msgspec.Struct, frozen=True):
    """A span of days: `since` is in it, `until` is not (UTC epoch seconds); `first` and `last` are days of the zone."""

    period: Period
    first: date
    last: date
    since: float
    until: float
    zone: str

    @property
    def name(self) -> str:
        """The name that files have: 2026-11-29, 2026-W48, 2026-11."""
        match self.period:
            case "daily":
                return self.first.isoformat()
            case "weekly":
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02}"
            case "monthly":
                return f"{self.first:%Y-%m}"


def span_of(period: Period, day: date, zone: ZoneInfo) -> Span:
    """The span of `period` in which `day` lies. A day may have 23 or 25 hours."""
    calendar = _CALENDARS[period]
    first, behind = days_of(calendar, day)
    since, until = bounds_of_day(calendar, zone.key, day)
    return Span(period, first, behind - timedelta(days=1), since, until, zone.key)


def last_complete(period: Period, utc: float, zone: ZoneInfo) -> Span:
    """The last span of `period` that was over at `utc`."""
    current = span_of(period, datetime.fromtimestamp(utc, zone).date(), zone)
    return span_of(period, current.first - timedelta(days=1), zone)
