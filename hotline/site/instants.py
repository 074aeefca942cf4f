"""Instants as people write them, for a search: a day, or a day and a time, in the house's zone or in another."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

from calls.errors import BadInput

_YEARS = (1970, 2999)
_BLANK_FOR_PLUS = re.compile(r"(.*\d\d:\d\d(?::\d\d)?) (\d\d:?\d\d)")
"""An address in which `+` was not encoded: it comes as a blank."""


def instant(text: str, zone: tzinfo, *, end: bool = False) -> float:
    """UTC epoch seconds of `2026-12-01`, `2026-12-01 07:30`, `2026-12-01T07:30:00+08:00` or `…Z`.

    A day alone is its beginning; with `end`, the beginning of the next one, so that the day is in the range before it.
    Raises BadInput.
    """
    given = text.strip()
    if found := _BLANK_FOR_PLUS.fullmatch(given):
        given = f"{found[1]}+{found[2]}"
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            day = date.fromisoformat(given)
            return _counted(datetime.combine(day + timedelta(days=1 if end else 0), time(), zone))
        at = datetime.fromisoformat(given)
        return _counted(at if at.tzinfo is not None else at.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{text[:40]!r} is no time: write 2026-12-01, or 2026-12-01T07:30, with a zone behind it (Z, +08:00) or "
            "in the house's own"
        ) from error


def between(since: str | None, until: str | None, zone: tzinfo) -> tuple[float | None, float | None]:
    """The begin and the end (a day is in it) of a time, UTC epoch seconds; what is not given stays None. Raises
    BadInput, also for a time that ends before it begins: nothing was in it, which would read like nothing happened."""
    first = None if since is None else instant(since, zone)
    last = None if until is None else instant(until, zone, end=True)
    if first is not None and last is not None and last <= first:
        raise BadInput(f"{until} is before {since}: nothing lies between them")
    return first, last


def _counted(at: datetime) -> float:
    """Its epoch seconds. Raises ValueError for a year of which calendars have no days around it."""
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise ValueError("a year that nobody meant")
    return at.timestamp()
