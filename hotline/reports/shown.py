"""Figures as people read them: 3:20, 85.71 %, – where there is nothing to speak of."""

from datetime import datetime
from zoneinfo import ZoneInfo

NOTHING = "–"


def duration(seconds: float | None) -> str:
    """0:20, 3:05, 1:02:03; days of cases as hours."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def rate(value: float | None) -> str:
    """Two decimals and the sign."""
    return NOTHING if value is None else f"{value:.2f} %"


def index(value: float | None) -> str:
    """Two decimals."""
    return NOTHING if value is None else f"{value:.2f}"


def number(value: int | None) -> str:
    """Thousands apart."""
    return NOTHING if value is None else f"{value:,}"


def instant(utc: float, zone: str) -> str:
    """2026-12-01 07:30, in the zone."""
    return f"{datetime.fromtimestamp(utc, ZoneInfo(zone)):%Y-%m-%d %H:%M}"
