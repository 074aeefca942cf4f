"""Functions of conditions: a table by name. What is in it is what the lint accepts, and nothing else.

Values are those of JSON, and instants and durations. Numbers are one kind: int or Decimal here. A function raises Erred
for arguments that it does not take; the message never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsl.cel.patterns import BadPattern, matches

TYPES = {
    "int": "number",
    "uint": "number",
    "double": "number",
    "string": "string",
    "bool": "bool",
    "list": "list",
    "map": "map",
    "null_type": "null",
}
"""Names of types as conditions write them, and the kind that each is here."""

MOST: int = 10**30
"""Numbers stay below this, so that none grows without end."""

_UNITS = {unit: Decimal(size) for unit, size in (("h", "3600"), ("m", "60"), ("s", "1"))}
_UNITS |= {unit: Decimal(size) for unit, size in (("ms", "1e-3"), ("us", "1e-6"), ("ns", "1e-9"))}
_DURATION = re.compile(r"([-+]?)\s*((?:[0-9]+(?:\.[0-9]+)?(?:h|ms|us|ns|m|s)\s*)+)")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[-+][0-9]{2}:[0-9]{2})"
)
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?")


class Erred(Exception):
    """Evaluation failed. `str()` is the kind of failure, without values."""


@dataclass(frozen=True, slots=True)
class Function:
    """Function or method. `least` and `most` count its arguments, what stands before the dot included."""

    of: Callable[..., Any]
    least: int
    most: int
    method: bool = False
    """It is written behind a dot: `a.contains(b)`."""
    free: bool = True
    """It is written alone: `size(a)`."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """Type as a value: `type(a) == string`."""

    kind: str


def number(value: Any) -> int | Decimal:
    """A number of JSON or of ours as we reckon with it. Raises Erred for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Erred("not a number")
    found = Decimal(repr(value)) if isinstance(value, float) else value
    if (isinstance(found, Decimal) and not found.is_finite()) or not -MOST < found < MOST:
        raise Erred("number too large")
    return found


def kind(value: Any) -> str:
    """Kind of a value: numbers are one, whatever JSON wrote."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "list"
        case dict():
            return "map"
        case datetime():
            return "timestamp"
        case timedelta():
            return "duration"
        case _:
            return "type"


def text(value: Any) -> str:
    """A text. Raises Erred for anything else."""
    if not isinstance(value, str):
        raise Erred("not a text")
    return value


def _size(value: Any) -> int:
    if not isinstance(value, str | list | tuple | dict):
        raise Erred("no size")
    return len(value)


def _int(value: Any) -> int:
    match value:
        case str() if _WHOLE.fullmatch(value.strip()):
            return int(value)
        case datetime():
            return int(value.timestamp())
        case str():
            raise Erred("not a whole number")
    return int(number(value))


def _double(value: Any) -> int | Decimal:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise Erred("not a number")
        return number(Decimal(value.strip()))
    return number(value)


def _string(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case timedelta():
            return f"{plain(Decimal(repr(value.total_seconds())))}s"
    return str(plain(number(value)))


def plain(value: int | Decimal) -> int | float:
    """A number as JSON has it: whole where it is whole."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _bool(value: Any) -> bool:
    match value:
        case bool():
            return value
        case "true" | "True" | "TRUE" | "t" | "1":
            return True
        case "false" | "False" | "FALSE" | "f" | "0":
            return False
    raise Erred("not true or false")


def _duration(value: Any) -> timedelta:
    found = _DURATION.fullmatch(text(value).strip())
    if found is None:
        raise Erred("not a duration")
    parts = re.findall(r"([0-9.]+)(h|ms|us|ns|m|s)", found[2])
    seconds = sum((Decimal(amount) * _UNITS[unit] for amount, unit in parts), Decimal(0))
    if seconds >= 10**11:
        raise Erred("not a duration")
    return timedelta(seconds=float(-seconds if found[1] == "-" else seconds))


def _timestamp(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not _INSTANT.fullmatch(text(value)):
        raise Erred("not an instant with its zone")
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise Erred("not an instant with its zone") from None


def _type(value: Any) -> TypeName:
    return TypeName(kind(value))


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def of(*values: Any) -> Any:
        inside = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
        if not inside:
            raise Erred("nothing to compare")
        return pick(number(value) for value in inside)

    return of


def _matches(value: Any, pattern: Any) -> bool:
    try:
        return matches(text(value), text(pattern))
    except BadPattern:
        raise Erred("not a pattern, or too long a text") from None


def _zone(name: Any) -> tzinfo:
    given = text(name)
    if found := re.fullmatch(r"([-+])([0-9]{2}):([0-9]{2})", given):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-ahead if found[1] == "-" else ahead)
    try:
        return ZoneInfo(given)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise Erred("no such zone") from None


def _part(of_instant: Callable[[datetime], int], of_duration: Callable[[timedelta], int] | None = None) -> Function:
    def of(value: Any, zone: Any = None) -> int:
        if isinstance(value, timedelta) and of_duration is not None and zone is None:
            return of_duration(value)
        if not isinstance(value, datetime):
            raise Erred("not an instant")
        return of_instant(value.astimezone(UTC if zone is None else _zone(zone)))

    return Function(of, 1, 2, method=True, free=False)


def _method(of: Callable[[str, str], bool]) -> Function:
    return Function(lambda value, other: of(text(value), text(other)), 2, 2, method=True, free=False)


FUNCTIONS: dict[str, Function] = {
    "size": Function(_size, 1, 1, method=True),
    "contains": _method(lambda value, other: other in value),
    "startsWith": _method(lambda value, other: value.startswith(other)),
    "endsWith": _method(lambda value, other: value.endswith(other)),
    "matches": Function(_matches, 2, 2, method=True),
    "int": Function(_int, 1, 1),
    "double": Function(_double, 1, 1),
    "string": Function(_string, 1, 1),
    "bool": Function(_bool, 1, 1),
    "duration": Function(_duration, 1, 1),
    "timestamp": Function(_timestamp, 1, 1),
    "type": Function(_type, 1, 1),
    "getFullYear": _part(lambda at: at.year),
    "getMonth": _part(lambda at: at.month - 1),
    "getDate": _part(lambda at: at.day),
    "getDayOfMonth": _part(lambda at: at.day - 1),
    "getDayOfYear": _part(lambda at: at.timetuple().tm_yday - 1),
    "getDayOfWeek": _part(lambda at: at.isoweekday() % 7),
    "getHours": _part(lambda at: at.hour, lambda long: int(long / timedelta(hours=1))),
    "getMinutes": _part(lambda at: at.minute, lambda long: int(long / timedelta(minutes=1))),
    "getSeconds": _part(lambda at: at.second, lambda long: int(long.total_seconds())),
    "max": Function(_extreme(max), 1, 20),
    "min": Function(_extreme(min), 1, 20),
}
"""Functions by name."""

MACROS = frozenset({"has", "all", "exists", "exists_one", "map", "filter"})
"""Macros: their arguments are not evaluated before them."""
