"""Reads and checks reports.yaml; every problem has its place, and the nearest right word where there is one."""

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from dsl.conditions import FUNCTIONS, Erred, compiled, holds
from dsl.records import decoding_problem
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem
from reporting.channels import TELEPHONE
from reporting.settings import ReportRules, Rule
from reporting.suggesting import FIGURES

REPORTS = "dialplans/reports.yaml"


def read_reports(root: Node, questions: Collection[str] | None = None) -> tuple[ReportRules | None, list[Problem]]:
    """The rules of reports, and all that is wrong; None where anything is no mere warning. `questions`: those of
    questionnaires that are answered by grades, as QUESTIONNAIRE.QUESTION; None: they were checked before."""
    rules = root.items.get("suggestions")
    problems = [
        found
        for place, node in enumerate(rules.children if rules is not None and rules.is_sequence else ())
        for found in _undecodable(node, Rule, ("suggestions", place), root)
    ]
    problems = problems or _undecodable(root, ReportRules, (), root)
    if problems:
        return None, problems
    read = msgspec.convert(root.plain() or {}, ReportRules)
    problems = sorted([*_figures(root, read, questions), *_rules(root, read)], key=lambda problem: problem.order)
    return (None if any(not problem.warning for problem in problems) else read), problems


def reports_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of reports.yaml, for completion in editors."""
    (_,), defs = msgspec.json.schema_components([ReportRules], ref_template="#/$defs/{name}")
    root = defs.pop(ReportRules.__name__)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hotline: reports"}
    return {**root, **head, "$defs": defs}


def _undecodable(node: Node, kind: type, path: tuple[str | int, ...], root: Node) -> list[Problem]:
    try:
        msgspec.convert(node.plain() if node.value is not None else {}, kind)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, kind, path, {"name": "a name of small letters, digits and _"})
        at = root.find(found.path)
        hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
        return [Problem(at.key_mark or at.mark, "reports", f"{found.message}{hint}")]
    return []


def _problem(node: Node, message: str, *, warning: bool = False) -> Problem:
    return Problem(node.key_mark or node.mark, "reports", message, warning)


def _figures(root: Node, read: ReportRules, questions: Collection[str] | None) -> Iterator[Problem]:
    weights = read.figures.satisfaction.weights
    if list(weights) != sorted(weights) or not 0 <= weights[0] < weights[-1] <= 100:
        node = root.find(("figures", "satisfaction", "weights"))
        yield _problem(node, "weights grow from the worst grade to the best, within 0 and 100")
    known = None if questions is None else {TELEPHONE, *questions}
    for name in read.figures.satisfaction.over:
        if known is not None and name not in known:
            node = root.find(("figures", "satisfaction", "over", name))
            hint = nearest_hint(name, known)
            yield _problem(node, f"{name} is no channel: {TELEPHONE}, or a QUESTIONNAIRE.QUESTION with grades{hint}")


def _rules(root: Node, read: ReportRules) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, rule in enumerate(read.suggestions):
        node = root.find(("suggestions", place))
        if rule.name in seen:
            yield _problem(node, f"there is a rule {rule.name} already: each needs a name of its own")
        seen.add(rule.name)
        if not rule.suggest or not all(text.strip() for text in rule.suggest.values()):
            yield _problem(node, f"{rule.name}: suggest needs a text by language, such as {{zh-CN: …, en: …}}")
        yield from _condition(node.find(("when",)), rule)


def _condition(node: Node, rule: Rule) -> Iterator[Problem]:
    known = FIGURES[rule.of]
    try:
        expression = compiled(rule.when)
    except ValueError as error:
        yield _problem(node, f"{rule.when!r}: {error}")
        return
    wrong = [word for word in expression.variables if word not in known]
    for word in wrong:
        yield _problem(node, f"{word} is no figure of a {rule.of}{nearest_hint(word, known)}")
    strange = [word for word in expression.functions if word not in FUNCTIONS]
    for word in strange:
        yield _problem(node, f"there is no function {word}{nearest_hint(word, FUNCTIONS)}")
    if wrong or strange:
        return
    try:
        holds(rule.when, dict.fromkeys(known, 1.0))
    except Erred as error:
        yield _problem(node, f"{rule.when!r}: {error}; figures have a point: mean_wait_s > 600.0")
