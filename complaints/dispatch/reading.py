"""Reads and checks dispatch.yaml; every problem has its place, and the nearest right word where there is one."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from complaints.dispatch.choosing import COLUMNS
from complaints.dispatch.settings import Department, Dispatch, Row, Step
from dsl.decoding import decode
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem

DISPATCH = "dialplans/dispatch.yaml"
_ENTRIES: dict[str, type] = {"departments": Department, "table": Row, "ladders": tuple[Step, ...]}


def read_dispatch(
    root: Node, hours: Collection[str], grades: Collection[str] | None
) -> tuple[Dispatch | None, list[Problem]]:
    """The rules of dispatch, and all that is wrong; None where anything is no mere warning.

    `hours`: entries of hours.yaml; `grades` of grades.yaml, None where that file cannot be read or is not there.
    """
    rules, problems = decode(root, Dispatch, _ENTRIES, "dispatch")
    if rules is None:
        return None, problems
    problems = [
        *_departments(root, rules, hours),
        *_table(root, rules, grades),
        *_ladders(root, rules, grades),
    ]
    problems.sort(key=lambda problem: problem.order)
    return (None if any(not problem.warning for problem in problems) else rules), problems


def _problem(node: Node, message: str, *, warning: bool = False) -> Problem:
    return Problem(node.key_mark or node.mark, "dispatch", message, warning)


def _departments(root: Node, rules: Dispatch, hours: Collection[str]) -> Iterator[Problem]:
    if not rules.departments:
        yield _problem(root, "a department is needed: departments: {care: {title: …, people: […]}}")
    for name, department in rules.departments.items():
        node = root.find(("departments", name))
        if department.hours and department.hours not in hours:
            yield _problem(
                node, f"{name}: there are no hours {department.hours}{nearest_hint(department.hours, hours)}"
            )
        if department.assign and not department.people:
            yield _problem(node, f"{name}: assign needs people")
        if len(set(department.people)) < len(department.people):
            yield _problem(node, f"{name}: somebody is among its people twice")


def _table(root: Node, rules: Dispatch, grades: Collection[str] | None) -> Iterator[Problem]:
    for place, row in enumerate(rules.table):
        node = root.find(("table", place))
        for name in (row.department, *row.otherwise):
            if name not in rules.departments:
                yield _problem(node, f"there is no department {name}{nearest_hint(name, rules.departments)}")
        for level in row.level:
            if grades is not None and level not in grades:
                yield _problem(node, f"there is no grade {level}{nearest_hint(level, grades)}")
        earlier = next((other for other in rules.table[:place] if _covers(other, row)), None)
        if earlier is not None:
            number = rules.table.index(earlier) + 1
            yield _problem(node, f"row {place + 1} is never reached: row {number} fits all that it fits", warning=True)


def _covers(one: Row, other: Row) -> bool:
    """Whether all that fits `other` fits `one`."""
    return all(
        not getattr(one, column)
        or (getattr(other, column) and set(getattr(other, column)) <= set(getattr(one, column)))
        for column in COLUMNS
    )


def _ladders(root: Node, rules: Dispatch, grades: Collection[str] | None) -> Iterator[Problem]:
    for grade, steps in rules.ladders.items():
        if grades is not None and grade not in grades:
            yield _problem(root.find(("ladders", grade)), f"there is no grade {grade}{nearest_hint(grade, grades)}")
        for place, step in enumerate(steps):
            node = root.find(("ladders", grade, place))
            if not step.to and not step.tell:
                yield _problem(node, "a step goes to a department (`to`) or is told to people (`tell`)")
            if step.to and step.to not in rules.departments:
                yield _problem(node, f"there is no department {step.to}{nearest_hint(step.to, rules.departments)}")
        for place, (before, after) in enumerate(pairwise(steps), 1):
            if after.after_min <= before.after_min:
                yield _problem(root.find(("ladders", grade, place)), "each step comes later than the one before it")
