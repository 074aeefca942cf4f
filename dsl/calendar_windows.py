"""Calendar windows: the day, the week from Monday on, or the month in which something lies, in a zone.

A window begins at midnight of the zone, also on the day that has 23 or 25 hours; where the clock leaps over midnight,
at the instant of the leap. Its end is the begin of the next one, and not in it.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Calendar = Literal["day", "week", "month"]
CALENDARS: tuple[Calendar, ...] = ("day", "week", "month")


def days_of(calendar: Calendar, day: date) -> tuple[date, date]:
    """The first day of the window in which `day` lies, and the first one after it."""
    match calendar:
        case "day":
            return day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)


def calendar_bounds(calendar: Calendar, zone: str, at: float) -> tuple[float, float]:
    """The begin of the window of a zone (IANA) in which `at` lies, and its end; UTC epoch seconds."""
    return bounds_of_day(calendar, zone, datetime.fromtimestamp(at, UTC).astimezone(zone_of(zone)).date())


@lru_cache(maxsize=16384)
def bounds_of_day(calendar: Calendar, zone: str, day: date) -> tuple[float, float]:
    """Likewise of the window in which `day` lies."""
    first, after = days_of(calendar, day)
    return midnight(first, zone), midnight(after, zone)


def midnight(day: date, zone: str) -> float:
    """The first instant of a day; where the clock leaps over midnight, that of the leap."""
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).timestamp()


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ZoneInfoNotFoundError or ValueError."""
    return ZoneInfo(name)
