"""Operators of CEL between two values. Numbers are one kind; each operator counts the work that it does.

Each takes left, right and the work of the evaluation, and raises Erred where the two kinds have no such operator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dsl.cel.functions import MOST, Erred, kind, number
from dsl.cel.work import CHARACTERS_A_STEP, DEEPEST, Work

_MOST_TEXT = 4096


class List(list[Any]):
    """List that an expression made: it may hold what JSON has not."""


class Map(dict[str, Any]):
    """Map that an expression made."""


def _equal(left: Any, right: Any, work: Work, depth: int = 0) -> bool:
    work.spend()
    one = kind(left)
    if one != kind(right):
        return False
    if one == "number":
        return number(left) == number(right)
    if one in ("list", "map"):
        if depth > DEEPEST:
            raise Erred("nested too deep")
        if len(left) != len(right):
            return False
        if one == "list":
            return all(_equal(a, b, work, depth + 1) for a, b in zip(left, right, strict=True))
        return all(key in right and _equal(value, right[key], work, depth + 1) for key, value in left.items())
    if one == "string":
        work.spend(len(left) // CHARACTERS_A_STEP)
    return bool(left == right)


def _order(left: Any, right: Any) -> int:
    one = kind(left)
    if one != kind(right) or one not in ("number", "string", "bool", "timestamp", "duration"):
        raise Erred(f"{one} and {kind(right)} are not compared")
    if one == "number":
        left, right = number(left), number(right)
    return int(left > right) - int(left < right)


def _in(left: Any, right: Any, work: Work) -> bool:
    if isinstance(right, Mapping):
        return isinstance(left, str) and left in right
    if not isinstance(right, list | tuple):
        raise Erred("in takes a list or a map; a text has contains")
    return any(_equal(left, element, work) for element in right)


def _add(left: Any, right: Any, work: Work) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        work.spend((len(left) + len(right)) // CHARACTERS_A_STEP)
        if len(left) + len(right) > _MOST_TEXT:
            raise Erred("text too long")
        return left + right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        work.spend(len(left) + len(right))
        return List([*left, *right])
    if isinstance(left, datetime | timedelta) or isinstance(right, datetime | timedelta):
        return _of_time(lambda: left + right)
    return _bounded(_numbers(left, right, "+", lambda a, b: a + b))


def _subtract(left: Any, right: Any, work: Work) -> Any:
    if isinstance(left, datetime | timedelta) or isinstance(right, datetime | timedelta):
        return _of_time(lambda: left - right)
    return _bounded(_numbers(left, right, "-", lambda a, b: a - b))


def _multiply(left: Any, right: Any, work: Work) -> Any:
    return _bounded(_numbers(left, right, "*", lambda a, b: a * b))


def _divide(left: Any, right: Any, work: Work) -> Any:
    def of(a: Any, b: Any) -> Any:
        if b == 0:
            raise Erred("division by zero")
        return Decimal(a) / Decimal(b)

    return _bounded(_numbers(left, right, "/", of))


def _remainder(left: Any, right: Any, work: Work) -> Any:
    def of(a: Any, b: Any) -> Any:
        if b == 0:
            raise Erred("division by zero")
        if isinstance(a, int) and isinstance(b, int):
            return int(math.copysign(abs(a) % abs(b), a)) if abs(a) < 2**53 else Decimal(a) % Decimal(b)
        return Decimal(a) % Decimal(b)

    return _bounded(_numbers(left, right, "%", of))


def _of_time(reckon: Callable[[], Any]) -> Any:
    try:
        return reckon()
    except (TypeError, OverflowError):
        raise Erred("no such sum of instants and durations") from None


def _numbers(left: Any, right: Any, operator: str, of: Callable[[Any, Any], Any]) -> Any:
    if kind(left) != "number" or kind(right) != "number":
        raise Erred(f"no {kind(left)} {operator} {kind(right)}")
    try:
        return of(number(left), number(right))
    except ArithmeticError:
        raise Erred("number too large") from None


def _bounded(value: int | Decimal) -> int | Decimal:
    if not -MOST < value < MOST:
        raise Erred("number too large")
    return value


OPERATORS: dict[str, Callable[[Any, Any, Work], Any]] = {
    "==": _equal,
    "!=": lambda left, right, work: not _equal(left, right, work),
    "<": lambda left, right, work: _order(left, right) < 0,
    "<=": lambda left, right, work: _order(left, right) <= 0,
    ">": lambda left, right, work: _order(left, right) > 0,
    ">=": lambda left, right, work: _order(left, right) >= 0,
    "in": _in,
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
}
