"""Amounts of time as people write them in clocks.yaml: `2 h`, `1 h 30 min`, `15 days`; and in words for people."""

import re

from complaints.clocks.clock import WarningStep

_MINUTES = re.compile(r"(?:([1-9][0-9]{0,4}) ?h)? ?(?:([1-9][0-9]{0,5}) ?min)?")
_DAYS = re.compile(r"([1-9][0-9]{0,3}) ?days?")
PATTERN = r"^(([1-9][0-9]{0,4} ?h)? ?([1-9][0-9]{0,5} ?min)?|[1-9][0-9]{0,3} ?days?)$"


def amount(text: str, *, in_days: bool) -> float:
    """Seconds of `1 h 30 min`, or days of `15 days` where the clock counts days. Raises ValueError."""
    if in_days:
        found = _DAYS.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"this clock counts days: write such as 15 days, not {text!r}")
        return float(found[1])
    found = _MINUTES.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"this clock counts minutes: write such as 2 h or 1 h 30 min, not {text!r}")
    return float(int(found[1] or 0) * 3600 + int(found[2] or 0) * 60)


def warning_step(text: str) -> WarningStep:
    """A step of warning: `30 min`, or `2 days` for working days. Raises ValueError."""
    days = _DAYS.fullmatch(text.strip())
    if days is not None:
        return WarningStep(days=int(days[1]))
    try:
        return WarningStep(seconds=amount(text, in_days=False))
    except ValueError:
        raise ValueError(
            f"working time before the deadline is wanted, such as 30 min or 2 days, not {text!r}"
        ) from None


def in_words(value: float, *, in_days: bool) -> str:
    """`1 h 30 min`, `2 days`, `0 min`; seconds are told below a minute only."""
    if in_days:
        return f"{value:g} day{'' if value == 1 else 's'}"
    whole = round(abs(value))
    sign = "-" if value <= -0.5 else ""
    if whole < 60:
        return f"{sign}{whole} s" if whole else "0 min"
    hours, minutes = divmod(whole // 60, 60)
    return sign + " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def warning_in_words(step: WarningStep) -> str:
    """`30 min`, `2 working days`."""
    if step.days:
        return f"{step.days} working day{'' if step.days == 1 else 's'}"
    return in_words(step.seconds, in_days=False)
