"""Calendars of opening hours by name: the reader of hours.yaml and its JSON Schema, used by the compiler of flows.

service:
  zone: Asia/Shanghai
  week: {mon-fri: 08:30-21:00, sat: [09:00-12:00, 13:00-18:00], sun: closed}
  holidays: cn                      # public holidays of China; or a list of days, or both: [cn, 2027-01-01]
  workdays: 09:00-18:00             # weekend days that are worked instead; else as Monday
  closures: {2026-12-31: 08:30-17:00, 2026-11-30: closed}     # replace the day, whatever it is
  complete_years: 2027              # all holidays of that year are listed above, whether it is decreed or not

A day is `2026-12-31`, or `12-31` in every year; `2026-12-29 - 2027-01-03` and `12-29 - 01-03` are ranges. A holiday
may be `easter-2` or `easter+1`, too: Good Friday, Easter Monday.

`read_hours_of_week` reads hours without a zone, as rules of a policy have them: they are those of the callee's.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from dsl.hours import Hours, Span
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORDS = ("zone", "week", "holidays", "workdays", "closures", "complete_years", "about")
WEEK_WORDS = ("week", "holidays", "on_holidays", "workdays", "closures", "complete_years")
_SPAN = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])\s*-\s*([01]?[0-9]|2[0-4]):([0-5][0-9])")
_SPAN_PATTERN = r"^([01]?[0-9]|2[0-4]):[0-5][0-9] *- *([01]?[0-9]|2[0-4]):[0-5][0-9]$|^closed$"
_DAY_PATTERN = r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}( - ([0-9]{4}-)?[0-9]{2}-[0-9]{2})?$"
_EASTER = re.compile(r"easter(?:([+-])([1-9][0-9]?))?")
_EASTER_PATTERN = f"^{_EASTER.pattern}$"
_RANGE = re.compile(r"(\S+)\s+[-–]\s+(\S+)")
_LEAP_YEAR = 2000  # yearly days are counted in it, for it has all of them
_LONGEST_RANGE = 366
_WARN_DAYS = 60  # the State Council decrees a year's holidays in the autumn before it


def read_hours(root: Node, today: date | None) -> tuple[dict[str, Hours], list[Problem]]:
    """Read all entries, and find what is wrong. With `today`, also years whose holidays are not decreed yet."""
    problems: list[Problem] = []
    if not root.is_mapping:
        problems.append(Problem(root.mark, "hours", f"a mapping of names to hours is wanted, not {root.kind}"))
    hours: dict[str, Hours] = {}
    for name, node in root.items.items():
        if not re.match(NAME, name):
            message = f"{name!r} is no name: small letters, digits and _"
            problems.append(Problem(node.key_mark or node.mark, "hours", message))
        elif not node.is_mapping:
            problems.append(
                Problem(node.mark, "hours", f"{name}: a mapping with zone and week is wanted, not {node.kind}")
            )
        else:
            hours[name] = _Entry(node, name, problems).read(today)
    return hours, problems


def read_hours_of_week(node: Node, name: str, today: date | None, problems: list[Problem]) -> Hours:
    """Read hours that have no zone of their own, and hours on holidays if they like; `zone` of the result is UTC."""
    if not node.is_mapping:
        message = f"{name}: a mapping such as {{week: {{mon-fri: 09:00-20:00}}}} is wanted, not {node.kind}"
        problems.append(Problem(node.mark, "hours", message))
        return Hours("UTC", ((),) * 7)
    return _Entry(node, name, problems, WEEK_WORDS).read(today)


class _Entry:
    def __init__(self, node: Node, name: str, problems: list[Problem], words: tuple[str, ...] = WORDS) -> None:
        self._node = node
        self._name = name
        self._problems = problems
        self._words = words

    def read(self, today: date | None) -> Hours:
        items = self._node.items
        for word, inside in items.items():
            if word not in self._words:
                hint = nearest_hint(word, self._words)
                message = f"{word} is not a word of hours{hint}; there are {', '.join(self._words)}"
                self._wrong(inside.key_mark or inside.mark, "unknown-word", message)
        week = self._week(items.get("week"))
        calendar, holidays, easter = self._holidays(items.get("holidays"))
        workdays = self._spans(items["workdays"]) if "workdays" in items else week[0]
        hours = Hours(
            self._zone(items.get("zone")) if "zone" in self._words else "UTC",
            week,
            calendar,
            holidays,
            workdays,
            self._closures(items.get("closures")),
            self._complete_years(items.get("complete_years")),
            easter,
            self._spans(items["on_holidays"]) if "on_holidays" in items else (),
        )
        if today is not None and calendar == "cn":
            self._years(items["holidays"].mark, hours, today)
        return hours

    def _wrong(self, mark: Mark, rule: str, message: str, *, warning: bool = False) -> None:
        self._problems.append(Problem(mark, rule, f"{self._name}: {message}", warning))

    def _zone(self, node: Node | None) -> str:
        if node is None:
            at = self._node.key_mark or self._node.mark
            self._wrong(at, "hours-zone", "zone is missing: hours of which place? such as Asia/Shanghai")
            return "UTC"
        try:
            return ZoneInfo(node.text).key
        except (ValueError, OSError, ZoneInfoNotFoundError):
            hint = nearest_hint(node.text, sorted(available_timezones()))
            self._wrong(node.mark, "hours-zone", f"{node.text!r} is no IANA zone{hint}")
            return "UTC"

    def _week(self, node: Node | None) -> tuple[tuple[Span, ...], ...]:
        days: list[tuple[Span, ...] | None] = [None] * 7
        if node is None or not node.is_mapping:
            at = self._node.key_mark or self._node.mark if node is None else node.mark
            self._wrong(at, "hours-week", "week is a mapping such as {mon-fri: 09:00-18:00, sat: closed}")
            return ((),) * 7
        for word, inside in node.items.items():
            first, _, last = word.partition("-")
            if first not in DAYS or (last or first) not in DAYS:
                hint = nearest_hint(first if first not in DAYS else last, DAYS)
                message = f"{word!r} is no day or range of days{hint}: mon, mon-fri"
                self._wrong(inside.key_mark or inside.mark, "hours-week", message)
                continue
            begin, end = DAYS.index(first), DAYS.index(last or first)
            spans = self._spans(inside)
            for day in range(begin, end + 1 if end >= begin else end + 8):
                if days[day % 7] is not None:
                    self._wrong(inside.key_mark or inside.mark, "hours-week", f"{DAYS[day % 7]} is given twice")
                days[day % 7] = spans
        week = tuple(day or () for day in days)
        for day, spans in enumerate(week):
            late = max((end - 1440 for _, end in spans), default=0)
            following = (day + 1) % 7
            if any(begin < late for begin, _ in week[following]):
                message = f"the hours of {DAYS[day]} run past midnight into those of {DAYS[following]}"
                self._wrong(node.mark, "hours-overlap", message)
        return week

    def _spans(self, node: Node) -> tuple[Span, ...]:
        if node.value == "closed":
            return ()
        spans: list[Span] = []
        for child in node.children if node.is_sequence else (node,):
            found = _SPAN.fullmatch(child.text)
            begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
            if found is None or begin > 1439 or end > 1440 or begin == end:
                self._wrong(
                    child.mark, "hours-span", f"09:00-18:00, or closed, is wanted, not {child.kind} {child.text!r}"
                )
            else:
                span = (begin, end if end > begin else end + 1440)
                if any(span[0] < other[1] and other[0] < span[1] for other in spans):
                    self._wrong(child.mark, "hours-overlap", f"{child.text} overlaps hours before it: write one")
                spans.append(span)
        return tuple(spans)

    def _holidays(self, node: Node | None) -> tuple[Literal["", "cn"], tuple[str, ...], tuple[int, ...]]:
        calendar: Literal["", "cn"] = ""
        days: list[str] = []
        easter: list[int] = []
        for child in () if node is None else node.children if node.is_sequence else (node,):
            if child.value == "cn":
                calendar = "cn"
            elif found := _EASTER.fullmatch(child.text):
                easter.append(int(f"{found[1]}{found[2]}") if found[1] else 0)
            else:
                days += self._days(child.text, child.mark)
        return calendar, tuple(dict.fromkeys(days)), tuple(dict.fromkeys(easter))

    def _closures(self, node: Node | None) -> dict[str, tuple[Span, ...]]:
        closures: dict[str, tuple[Span, ...]] = {}
        if node is not None and not node.is_mapping:
            self._wrong(node.mark, "hours-closure", f"a mapping of days to hours is wanted, not {node.kind}")
        for text, inside in node.items.items() if node is not None else ():
            mark = inside.key_mark or inside.mark
            spans = self._spans(inside)
            for found in self._days(text, mark):
                if found in closures:
                    self._wrong(mark, "hours-closure", f"{found} is given twice")
                closures[found] = spans
        return closures

    def _complete_years(self, node: Node | None) -> tuple[int, ...]:
        years: list[int] = []
        for child in () if node is None else node.children if node.is_sequence else (node,):
            if isinstance(child.value, int) and not isinstance(child.value, bool) and 2000 <= child.value <= 2999:
                years.append(child.value)
            else:
                self._wrong(child.mark, "hours-year", f"a year such as 2027 is wanted, not {child.kind} {child.text!r}")
        return tuple(years)

    def _days(self, text: str, mark: Mark) -> list[str]:
        """Days of `2026-12-31`, of `12-31` in every year, or of a range of either."""
        found = _RANGE.fullmatch(text.strip())
        ends = [_day(part) for part in (found.groups() if found else (text.strip(),))]
        first, last = ends[0], ends[-1]
        if first is None or last is None:
            message = f"{text!r} is no day: write 2026-12-31, 12-31 for every year, 2026-12-29 - 2027-01-03 for a range"
            self._wrong(mark, "hours-day", f"{message}, or cn for China's public holidays")
            return []
        yearly = [len(part) == 5 for part in (text.split()[0], text.split()[-1])]
        if yearly[0] != yearly[1]:
            self._wrong(mark, "hours-day", f"{text!r}: both ends with their year, or both without")
            return []
        if last < first and yearly[0]:
            last = last.replace(year=_LEAP_YEAR + 1)  # over New Year
        count = (last - first).days + 1
        if not 1 <= count <= _LONGEST_RANGE:
            reason = "it ends before it begins" if count < 1 else f"a range has at most {_LONGEST_RANGE} days"
            self._wrong(mark, "hours-day", f"{text!r}: {reason}")
            return []
        days = [(first + timedelta(days=ahead)).isoformat() for ahead in range(count)]
        return [day[5:] for day in days] if yearly[0] else days

    def _years(self, mark: Mark, hours: Hours, today: date) -> None:
        for day in (today, today + timedelta(days=_WARN_DAYS)):
            if not hours.knows(day):
                # a warning, also once the year has begun: on such a day another publish may be urgent
                message = (
                    f"the public holidays of {day.year} are not known: on every day of it this is closed. Update "
                    "chinesecalendar once they are decreed; or list all of them, the weekend days that are worked "
                    f"under closures, and say so: complete_years: {day.year}"
                )
                self._wrong(mark, "holiday-year", message, warning=True)
                return


def _day(text: str) -> date | None:
    """Day of a text with its year, or without (then of a leap year)."""
    if not re.fullmatch(r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text if len(text) == 10 else f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return None


def hours_schema() -> dict[str, Any]:
    """JSON Schema of hours.yaml."""
    week = _week_schema()
    entry = {
        "type": "object",
        "required": ["zone", "week"],
        "additionalProperties": False,
        "properties": {
            "zone": {"type": "string", "description": "An IANA zone such as Asia/Shanghai."},
            **{word: week[word] for word in WORDS if word in week},
            "about": {"type": "string"},
        },
    }
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": entry}


def week_schema() -> dict[str, Any]:
    """JSON Schema of hours that have no zone of their own."""
    return {"type": "object", "required": ["week"], "additionalProperties": False, "properties": _week_schema()}


def _week_schema() -> dict[str, Any]:
    span = {"type": "string", "pattern": _SPAN_PATTERN}
    spans = {"anyOf": [span, {"type": "array", "items": span}]}
    day = {"type": "string", "pattern": _DAY_PATTERN}
    holiday = {"anyOf": [{"const": "cn"}, day, {"type": "string", "pattern": _EASTER_PATTERN}]}
    year = {"type": "integer", "minimum": 2000, "maximum": 2999}
    days = "|".join(DAYS)
    return {
        "week": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^({days})(-({days}))?$": spans},
        },
        "holidays": {"anyOf": [holiday, {"type": "array", "items": holiday}]},
        "on_holidays": spans,
        "workdays": spans,
        "closures": {"type": "object", "additionalProperties": False, "patternProperties": {_DAY_PATTERN: spans}},
        "complete_years": {"anyOf": [year, {"type": "array", "items": year}]},
    }
