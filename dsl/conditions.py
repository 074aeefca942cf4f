"""Conditions and values in CEL (Common Expression Language, cel.dev): compiled once, bounded; they never fail a call.

Used by the compiler of flows, which checks them, and by the flow machine, which evaluates them. The language is in
`dsl.cel`: what it has besides the definition, and what it leaves out.

A condition that errs is false, and the log of the step names it: a rule that errs denies. A value that errs is nothing
(null). Both come back as `Erred`, whose message never repeats a value.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dsl.cel import functions, syntax
from dsl.cel.evaluation import Compiler, Run, result
from dsl.cel.functions import Erred
from dsl.cel.work import STEPS, Budget, Work

__all__ = ["FUNCTIONS", "Budget", "Erred", "Expression", "compiled", "evaluate", "holds"]

FUNCTIONS = frozenset({*functions.FUNCTIONS, *functions.MACROS})
"""Functions that an expression may call."""


class Expression:
    """Expression that is ready to be evaluated."""

    def __init__(self, text: str) -> None:
        compiler = Compiler()
        self.run: Run = compiler.compile(syntax.parse(text))
        self.variables = tuple(compiler.variables)
        """Variables that it names, those of its macros left out."""
        self.functions = tuple(compiler.functions)
        """Functions and macros that it calls, also those that there are not."""

    def evaluate(self, values: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """Evaluate it, out of `budget` where it is one of several. Raises Erred."""
        work = Work(values, STEPS if budget is None else min(STEPS, budget.left))
        before = work.left
        try:
            return result(self.run(work))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise Erred(type(error).__name__) from None  # no value is worth a call
        finally:
            if budget is not None:
                budget.left = max(0, budget.left - (before - work.left))


@lru_cache(maxsize=8192)
def compiled(text: str) -> Expression:
    """Compile an expression. Raises ValueError, which says what to write instead, for text that is none."""
    return Expression(text)


def evaluate(text: str, values: Mapping[str, Any], budget: Budget | None = None) -> Any:
    """Evaluate the expression, out of `budget` where it is one of several. Raises Erred."""
    try:
        expression = compiled(text)
    except ValueError:  # of a version that an earlier release compiled
        raise Erred("not an expression") from None
    return expression.evaluate(values, budget)


def holds(text: str, values: Mapping[str, Any], budget: Budget | None = None) -> bool:
    """Evaluate a condition: only the value `true` is true. Raises Erred, also when the value is no boolean."""
    value = evaluate(text, values, budget)
    if not isinstance(value, bool):
        raise Erred("not a condition")
    return value
