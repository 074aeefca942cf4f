"""Benches of cases print the lines that others look for, by these names."""

import ast
import inspect
from types import ModuleType

import pytest

from bench import clocks, grading, intake, monthly_report, week

pytestmark = pytest.mark.unit

NAMED = [
    (clocks, ("differences from the oracle", "tick with {} open", "clock state")),
    (intake, ("lost", "doubled", "notices lost")),
    (grading, ("level-1 recall", "agreement")),
    (monthly_report, ("seconds", "peak MB")),
    (week, ("first feedback in 2 h", "2-day closure")),
]


def figures(module: ModuleType) -> set[str]:
    """The names of all figures that a module makes; `{}` stands for what is put in."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Call(func=ast.Name("at_most" | "at_least" | "told"), args=[ast.Constant(value=str() as name), *_]):
                found.add(name)
            case ast.Call(func=ast.Name("at_most" | "at_least" | "told"), args=[ast.JoinedStr(values=parts), *_]):
                found.add("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts))
    return found


@pytest.mark.parametrize(("module", "names"), NAMED, ids=lambda one: getattr(one, "__name__", ""))
def test_the_lines_are_there(module: ModuleType, names: tuple[str, ...]) -> None:
    assert set(names) <= figures(module)


def test_the_sizes_are_those_that_are_asked_for() -> None:
    assert (clocks.HISTORIES, clocks.OPEN, intake.RATE) == (100_000, 200_000, 100)
