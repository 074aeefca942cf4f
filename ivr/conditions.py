"""CEL expressions (Common Expression Language, cel.dev) in flows: compiled once, bounded, never a way to fail a call.

A condition that errs is false, and the log of the step names it: a rule that errs denies. A value that errs is nothing
(null). Both come back as `Erred`, whose message never repeats a value.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel

FUNCTIONS = frozenset(
    {
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "int",
        "uint",
        "double",
        "string",
        "bool",
        "bytes",
        "duration",
        "timestamp",
        "type",
        "has",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfYear",
        "getDayOfWeek",
        "getHours",
        "getMinutes",
        "getSeconds",
        "max",
        "min",
        "all",
        "exists",
        "exists_one",
        "map",
        "filter",
    }
)
"""Functions that an expression may call."""


class Erred(Exception):
    """An expression could not be evaluated. `str()` is its kind of failure, without values."""


def compiled(text: str) -> Any:
    """Raises ValueError, with CEL's own words, for what is no expression."""
    return _compiled(text)


@lru_cache(maxsize=8192)
def _compiled(text: str) -> Any:
    return cel.compile(text)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """The value of the expression. Raises Erred."""
    try:
        return _compiled(text).execute(values)
    except (ValueError, TypeError, LookupError, RuntimeError, ArithmeticError) as error:
        raise Erred(type(error).__name__) from None


def holds(text: str, values: Mapping[str, Any]) -> bool:
    """Whether the condition is true: only `true` is. Raises Erred, also when the value is no boolean."""
    value = evaluate(text, values)
    if not isinstance(value, bool):
        raise Erred("not a condition")
    return value
