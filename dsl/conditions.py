"""CEL expressions (Common Expression Language, cel.dev) in flows: compiled once, bounded, never a way to fail a call.

A condition that errs is false, and the log of the step names it: a rule that errs denies. A value that errs is nothing
(null). Both come back as `Erred`, whose message never repeats a value.
"""

import importlib.util
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import Any


def _engine() -> Any:
    """The Rust part of the package cel. Its Python part would import a terminal toolkit: 0.4 s of every start."""
    package = importlib.util.find_spec("cel")
    inner = PathFinder.find_spec("cel", package.submodule_search_locations if package is not None else None)
    if inner is None or inner.loader is None:
        raise ImportError("the package common-expression-language is not installed: pip install it")
    if "cel.cel" not in sys.modules:
        module = importlib.util.module_from_spec(inner)
        inner.loader.exec_module(module)
        sys.modules["cel.cel"] = module  # it can be loaded once: whoever imports cel later gets this one
    return sys.modules["cel.cel"]


_cel = _engine()

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
    return _cel.compile(text)


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
