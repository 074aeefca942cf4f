"""Durations and windows of policies, as people write them: `24 h`, `7 days`; or a calendar day, week or month.

A rolling window has a length in seconds. A calendar window (`dsl.calendar_windows`) is one of the callee's zone. There
are no rolling months and years, for nobody agrees how long they are: 30 days, 365 days.
"""

import re
from typing import Annotated

import msgspec

from dsl.calendar_windows import CALENDARS, Calendar

_UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86400, "days": 86400, "week": 604800, "weeks": 604800}
_DURATION = re.compile(r"([1-9][0-9]{0,5}) ?(s|min|h|days?|weeks?)")
DURATION_PATTERN = f"^{_DURATION.pattern}$"
WINDOW_PATTERN = f"^({'|'.join(CALENDARS)}|{_DURATION.pattern})$"
DURATION_FORM = "a duration such as 30 min, 24 h or 7 days"
WINDOW_FORM = "a rolling window such as 24 h or 30 days, or the calendar's day, week or month"
Duration = Annotated[str, msgspec.Meta(pattern=DURATION_PATTERN)]
Window = Annotated[str, msgspec.Meta(pattern=WINDOW_PATTERN)]
LOOK_AHEAD_S = 62 * 86400.0
"""How far ahead an instant is looked for at which a call may be placed."""
LONGEST_S = 3700 * 86400.0


def seconds(text: str) -> float:
    """The length of `24 h`. Raises ValueError for text that is no duration, and for more than ten years."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{DURATION_FORM} is wanted, not {text!r}")
    length = float(int(found[1]) * _UNITS[found[2]])
    if length > LONGEST_S:
        raise ValueError(f"{text!r} is more than ten years")
    return length


def window(text: str) -> tuple[float, Calendar | None]:
    """The length of a window at most, in seconds, and its calendar; None for a rolling one. Raises ValueError."""
    for calendar, days in zip(CALENDARS, (1, 7, 31), strict=True):
        if text.strip() == calendar:
            return days * 86400.0 + 7200.0, calendar  # days of 25 hours; one zone has had 24 h 30
    try:
        return seconds(text), None
    except ValueError as error:
        raise ValueError(str(error).replace(DURATION_FORM, WINDOW_FORM)) from None


def in_words(length_s: float) -> str:
    """A duration for people: `24 h`, `7 days`, `90 s`."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if length_s >= size and length_s % size == 0 and (unit != "days" or length_s >= 2 * size):
            return f"{length_s / size:g} {unit}"
    return f"{length_s:g} s"
