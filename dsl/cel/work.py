"""Work of conditions, counted in steps and not in time: the same on every machine, and in a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsl.cel.functions import Erred

STEPS = 3000
"""Steps of one evaluation: about a microsecond each."""

STEPS_OF_A_TURN = 5000
"""Steps of all evaluations between two things that a caller, a service or the house does."""

CHARACTERS_A_STEP = 64
"""A text costs a step for so many characters."""

DEEPEST = 64
"""Answers are looked into so deep."""


class Budget:
    """Steps that are left to all evaluations of one turn of a caller: many small ones hold up others as a large one."""

    __slots__ = ("left",)

    def __init__(self, left: int = STEPS_OF_A_TURN) -> None:
        self.left = left


class Work:
    """One evaluation: its values, the variables of its macros, and the steps that are left."""

    __slots__ = ("left", "own", "values")

    def __init__(self, values: Mapping[str, Any], steps: int = STEPS) -> None:
        self.values = values
        self.own: dict[str, Any] = {}
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Count work. Raises Erred when the budget is used up."""
        self.left -= steps
        if self.left < 0:
            raise Erred("too much work for a condition")
