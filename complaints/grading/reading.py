"""Reads and checks grades.yaml; every problem has its place, and the nearest right word where there is one."""

from collections.abc import Collection, Iterator, Mapping

from complaints.grading import phrases
from complaints.grading.grading import FACTS, QUANTITIES
from complaints.grading.settings import Grades, GradeSettings, Kind, Rule
from dsl.conditions import FUNCTIONS, compiled
from dsl.decoding import decode
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem

GRADES = "dialplans/grades.yaml"
_ENTRIES: dict[str, type] = {"kinds": Kind, "grades": GradeSettings, "signals": tuple[str, ...], "rules": Rule}


def read_grades(
    root: Node, departments: Collection[str] | None, clocks: Collection[str] | None
) -> tuple[Grades | None, list[Problem]]:
    """The grades, and all that is wrong; None where anything is no mere warning.

    `departments` of dispatch.yaml and `clocks` of clocks.yaml; None where that file cannot be read, or is not there.
    """
    grades, problems = decode(root, Grades, _ENTRIES, "grades")
    if grades is None:
        return None, problems
    problems = [
        *_kinds(root, grades),
        *_signals(root, grades),
        *_rules(root, grades),
        *_settings(root, grades, departments, clocks),
        *_origin(root, grades),
    ]
    problems.sort(key=lambda problem: problem.order)
    return (None if any(not problem.warning for problem in problems) else grades), problems


def _problem(node: Node, message: str, *, warning: bool = False) -> Problem:
    return Problem(node.key_mark or node.mark, "grades", message, warning)


def _kinds(root: Node, grades: Grades) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    if not grades.kinds:
        yield _problem(root, "a kind of case is needed: kinds: {complaint: {grades: […], categories: […]}}")
    for name, kind in grades.kinds.items():
        node = root.find(("kinds", name))
        if not kind.grades:
            yield _problem(node, f"{name} needs grades, the most severe first")
        for word, grade in (("unsure", kind.unsure), ("silent", kind.silent)):
            if grade and grade not in kind.grades:
                yield _problem(node, f"{name}: {word} is none of its grades{nearest_hint(grade, kind.grades)}")
        for grade in kind.grades:
            if grade not in grades.grades:
                yield _problem(node, f"{name}: there is no grade {grade}{nearest_hint(grade, grades.grades)}")
            if grade in seen:
                yield _problem(node, f"{grade} is of {seen[grade]} already; a grade is of one kind")
            seen[grade] = name
    for grade in grades.grades:
        if grade not in seen:
            yield _problem(root.find(("grades", grade)), f"{grade} is of no kind")


def _signals(root: Node, grades: Grades) -> Iterator[Problem]:
    known = {*QUANTITIES, *FACTS}
    for name, words in grades.signals.items():
        node = root.find(("signals", name))
        if name in known:
            yield _problem(node, f"{name} is the name of a fact or quantity already")
        for place, word in enumerate(words):
            try:
                phrases.compiled(word)
            except phrases.PhraseError as error:
                yield _problem(root.find(("signals", name, place)), f"{word!r}: {error}")
        if name not in grades.origin.about and not any(name in _variables(rule.when) for rule in grades.rules):
            yield _problem(node, f"no rule asks for {name}", warning=True)

    for place, word in enumerate(grades.ignored):
        try:
            phrases.compiled(word)
        except phrases.PhraseError as error:
            yield _problem(root.find(("ignored", place)), f"{word!r}: {error}")
    for place, name in enumerate(grades.misheard):
        if name not in grades.signals:
            hint = nearest_hint(name, grades.signals)
            yield _problem(root.find(("misheard", place)), f"there is no signal {name}{hint}")


def _rules(root: Node, grades: Grades) -> Iterator[Problem]:
    known = [*grades.signals, *QUANTITIES, *FACTS]
    for place, rule in enumerate(grades.rules):
        node = root.find(("rules", place))
        if rule.grade not in grades.grades:
            yield _problem(node, f"there is no grade {rule.grade}{nearest_hint(rule.grade, grades.grades)}")
        for kind in rule.of:
            if kind not in grades.kinds:
                yield _problem(node, f"there is no kind {kind}{nearest_hint(kind, grades.kinds)}")
        try:
            expression = compiled(rule.when)
        except ValueError as error:
            yield _problem(node.find(("when",)), f"{rule.when!r}: {error}")
            continue
        for word in expression.variables:
            if word not in known:
                yield _problem(node.find(("when",)), f"{word} is not known here{nearest_hint(word, known)}")
        for word in expression.functions:
            if word not in FUNCTIONS:
                yield _problem(node.find(("when",)), f"there is no function {word}{nearest_hint(word, FUNCTIONS)}")


def _variables(text: str) -> tuple[str, ...]:
    try:
        return compiled(text).variables
    except ValueError:
        return ()


def _settings(
    root: Node, grades: Grades, departments: Collection[str] | None, clocks: Collection[str] | None
) -> Iterator[Problem]:
    for name, grade in grades.grades.items():
        node = root.find(("grades", name))
        known: Mapping[str, Collection[str] | None] = {"department": departments, "clock": clocks}
        for what, words in (("department", (grade.department,)), ("clock", grade.clocks)):
            there = known[what]
            for word in words:
                if there is not None and word and word not in there:
                    yield _problem(node, f"{name}: there is no {what} {word}{nearest_hint(word, there)}")


def _origin(root: Node, grades: Grades) -> Iterator[Problem]:
    named: tuple[tuple[str, str, tuple[str, ...], Collection[str]], ...] = (
        ("about", "signal", grades.origin.about, grades.signals),
        ("of", "kind", grades.origin.of, grades.kinds),
    )
    for word, what, names, known in named:
        for place, name in enumerate(names):
            if name not in known:
                node = root.find(("origin", word, place))
                yield _problem(node, f"there is no {what} {name}{nearest_hint(name, known)}")
    if grades.origin.certain_days > grades.origin.days:
        node = root.find(("origin", "certain_days"))
        yield _problem(node, "certain_days are within days: a call that nobody looks for is never certain")
