"""Conditions of clocks as admins write them, over the kinds of entries of the audit log and their fields.

stop: first_feedback
start: [opened, reopened]
pause: {waiting: {for: customer}}
resume: [resumed, {contact: {channel: [call, mail]}}]
"""

from typing import Any

from complaints.audit import KINDS
from complaints.clocks.clock import Condition
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem

FIELDS: dict[str, tuple[str, ...]] = {
    "opened": ("channel", "category", "grade"),
    "contact": ("channel",),
    "graded": ("category", "grade"),
    "regraded": ("category", "grade"),
    "dispatched": ("department",),
    "handed_over": ("department",),
    "decided": ("decision",),
    "reviewed": ("decision",),
    "followed_up": ("channel", "result"),
    "waiting": ("for",),
    "transferred": ("to",),
    "approved": ("step",),
}
"""The fields that a condition may ask for, by kind."""
WAITS_FOR = ("customer", "department", "regulator")
_NEVER = frozenset({"struck"})  # it is no event of the case


def read_condition(node: Node | None, problems: list[Problem], name: str) -> Condition:
    """Read one condition; what is wrong with it goes into `problems`, each with `name` before it."""
    kinds: dict[str, tuple[dict[str, tuple[str, ...]], ...]] = {}
    for child in () if node is None else node.children if node.is_sequence else (node,):
        if child.is_mapping:
            for kind, fields in child.items.items():
                if _known(kind, fields.key_mark or fields.mark, problems, name):
                    where = _where(kind, fields, problems, name)
                    kinds[kind] = (*kinds.get(kind, ()), where) if where else ()
        elif isinstance(child.value, str):
            if _known(child.value, child.mark, problems, name):
                kinds[child.value] = ()
        else:
            message = f"{name}: a kind of entry such as first_feedback is wanted, not {child.kind}"
            problems.append(Problem(child.mark, "clock-condition", message))
    return Condition(kinds)


def _known(kind: str, mark: Any, problems: list[Problem], name: str) -> bool:
    if kind in KINDS and kind not in _NEVER:
        return True
    hint = nearest_hint(kind, sorted(KINDS))
    message = f"{name}: {kind!r} is no kind of entry in a case's log{hint}; docs/clocks.md lists them"
    problems.append(Problem(mark, "clock-condition", message))
    return False


def _where(kind: str, fields: Node, problems: list[Problem], name: str) -> dict[str, tuple[str, ...]]:
    if not fields.is_mapping:
        message = f"{name}: fields of {kind} are wanted, such as {{for: customer}}, not {fields.kind}"
        problems.append(Problem(fields.mark, "clock-condition", message))
        return {}
    where = {}
    known = FIELDS.get(kind, ())
    for field, words in fields.items.items():
        if field not in known:
            told = f"; there {'is' if len(known) == 1 else 'are'} {', '.join(known)}" if known else ""
            message = f"{name}: {kind} has no field {field!r} to ask for{nearest_hint(field, known)}{told}"
            problems.append(Problem(words.key_mark or words.mark, "clock-condition", message))
            continue
        where[field] = tuple(child.text for child in (words.children if words.is_sequence else (words,)))
        for child in words.children if words.is_sequence else (words,):
            if kind == "waiting" and child.text not in WAITS_FOR:
                message = f"{name}: a case waits for {', '.join(WAITS_FOR)}, not for {child.text!r}"
                hint = nearest_hint(child.text, WAITS_FOR)
                problems.append(Problem(child.mark, "clock-condition", message + hint))
    return where


def condition_schema() -> dict[str, Any]:
    """JSON Schema of one condition."""
    words = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    kinds = sorted(KINDS.keys() - _NEVER)
    asked = {
        kind: {"type": "object", "additionalProperties": False, "properties": {field: words for field in fields}}
        for kind, fields in FIELDS.items()
    }
    one = {"anyOf": [{"enum": kinds}, {"type": "object", "additionalProperties": False, "properties": asked}]}
    return {"anyOf": [one, {"type": "array", "items": one}]}
