"""Refusals: outgoing calls that the gate denied or put off, by scene and rule, and by the department of the scene.

A question is one each time that it is asked: somebody who is put off and asked for again counts twice among the
questions, and once among the numbers.
"""

from collections.abc import Iterable, Mapping

import msgspec


class RefusalRow(msgspec.Struct, frozen=True):
    """Questions of a scene that one rule refused: the strictest of those that were against them."""

    scene: str
    """Empty: the question named none."""
    rule: str
    denied: int
    deferred: int
    numbers: int
    """So many numbers were meant."""


class RefusalFigures(msgspec.Struct, frozen=True):
    """Questions that were refused by one rule."""

    denied: int
    deferred: int
    numbers: int | None
    """None of a department: scenes may have meant the same number."""


def by_scene(rows: Iterable[RefusalRow]) -> dict[str, dict[str, RefusalFigures]]:
    """By scene and rule, the rule that refused most first."""
    found: dict[str, dict[str, RefusalFigures]] = {}
    for row in sorted(rows, key=lambda one: (one.scene, -one.denied - one.deferred, one.rule)):
        found.setdefault(row.scene, {})[row.rule] = RefusalFigures(row.denied, row.deferred, row.numbers)
    return found


def by_department(rows: Iterable[RefusalRow], departments: Mapping[str, str]) -> dict[str, dict[str, RefusalFigures]]:
    """By the department of the scene and rule; of scenes that have none, or are there no longer, by the empty name."""
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        key = departments.get(row.scene, ""), row.rule
        denied, deferred = sums.get(key, (0, 0))
        sums[key] = denied + row.denied, deferred + row.deferred
    found: dict[str, dict[str, RefusalFigures]] = {}
    for (department, rule), (denied, deferred) in sorted(sums.items(), key=lambda one: (one[0][0], -sum(one[1]))):
        found.setdefault(department, {})[rule] = RefusalFigures(denied, deferred, None)
    return found
