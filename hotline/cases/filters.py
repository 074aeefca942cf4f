"""Words of a filter of cases: one that no case and no rule has is refused with the nearest, and no empty answer."""

import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path

from calls.errors import BadInput
from complaints.stages.table import STAGES
from dsl.spelling import nearest_hint
from hotline.store.transactions import looking
from hotline.versions.case_rules import CaseRules

_SHOWN = 60
_OF_STORE = ("grade", "department", "kind")
"""Columns that keep words of versions before, too. Handlers are people, who may have no case yet."""


def refuse_unknown(database: Path, rules: CaseRules, wanted: Mapping[str, object]) -> None:
    """Raises BadInput for a stage, grade, department or kind of `wanted` that there is not."""
    for name, given in wanted.items():
        if not given or not isinstance(given, str):
            continue
        if name == "stage":
            _refuse(name, given, [stage for stage in STAGES.moves if stage != "new"])
        elif name in _OF_STORE and given not in (known := _of_rules(name, rules)):
            with looking(database) as connection:
                _refuse(name, given, [*known, *_of_store(connection, name)])


def _refuse(name: str, given: str, known: Collection[str]) -> None:
    if given not in known:
        there = f"there are {', '.join(dict.fromkeys(known))}" if known else "there are none yet"
        raise BadInput(f"no {name} {given[:_SHOWN]!r}{nearest_hint(given, known)}; {there}")


def _of_rules(name: str, rules: CaseRules) -> list[str]:
    if name == "department":
        return [] if rules.dispatch is None else list(rules.dispatch.departments)
    if rules.grades is None:
        return []
    return list(rules.grades.grades if name == "grade" else rules.grades.kinds)


def _of_store(connection: sqlite3.Connection, column: str) -> list[str]:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM case_heads WHERE {column} <> '' ORDER BY 1")
    return [word for (word,) in rows]
