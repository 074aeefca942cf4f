"""Conditions and values in CEL (Common Expression Language, cel.dev): compiled once, bounded; they never fail a call.

Used by the compiler of flows, which checks them, and by the flow machine, which evaluates them.

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
    """Load the Rust part of the package cel. Its Python part would import a terminal toolkit: 0.4 s of every start."""
    package = importlib.util.find_spec("cel")
    inner = PathFinder.find_spec("cel", package.submodule_search_locations if package is not None else None)
    if inner is None or inner.loader is None:
        raise ImportError("the package common-expression-language is not installed: pip install it")
    if "cel.cel" not in sys.modules:
        module = importlib.util.module_from_spec(inner)
        inner.loader.exec_module(module)
        sys.modules["cel.cel"] = module  # it can be loaded once: a later import of cel gets this one
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
    """Evaluation failed. `str()` is the kind of failure, without values."""


def compiled(text: str) -> Any:
    """Compile an expression. Raises ValueError, with CEL's own words, for text that is none."""
    return _compiled(text)


@lru_cache(maxsize=8192)
def _compiled(text: str) -> Any:
    return _cel.compile(text)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """Evaluate the expression. Raises Erred."""
    try:
        return _compiled(text).execute(values)
    except (ValueError, TypeError, LookupError, RuntimeError, ArithmeticError) as error:
        raise Erred(type(error).__name__) from None


def holds(text: str, values: Mapping[str, Any]) -> bool:
    """Evaluate a condition: only the value `true` is true. Raises Erred, also when the value is no boolean."""
    value = evaluate(text, values)
    if not isinstance(value, bool):
        raise Erred("not a condition")
    return value
