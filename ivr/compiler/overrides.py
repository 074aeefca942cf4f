"""Overrides: the reader of overrides.yaml, and its JSON Schema. The file is for a bad night, and optional.

closed: out_of_hours              # the flow of callers whose line is closed; without it `closed_today` is said
lines: {4000395183: leave_message}  # the flow of one line
code: "*66"                       # dialled from a phone of the house: the spoken menu of overrides, behind a PIN
number: "4000695183"              # the same from outside; a number of its own, in no other entry
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from calls.numbers import e164
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from ivr.override_rules import OverrideRules
from ivr.program import Flow

OVERRIDES = "dialplans/overrides.yaml"
WORDS = ("closed", "lines", "code", "number", "about")
_AGENTS_CODES = frozenset({"*61", "*62", "*63", "*64", "*65"})
"""Those of `control.agents.star_codes`: agents sign in and out, pause and are ready. A test holds them together."""
_CODE = re.compile(r"\*[0-9]{2}")


def read_overrides(
    root: Node, flows: Mapping[str, Flow], unread: Collection[str], entries: Collection[str], region: str
) -> tuple[OverrideRules, list[Problem]]:
    """The rules, and what is wrong with them. `entries` are the numbers of entry.yaml in full; flows of `unread` files
    may well be there."""
    problems: list[Problem] = []

    def wrong(node: Node, rule: str, message: str) -> None:
        problems.append(Problem(node.mark, rule, message))

    if not root.is_mapping:
        if root.value is not None:
            wrong(root, "type", f"a mapping is wanted, not {root.kind}")
        return OverrideRules(), problems
    for word, node in root.items.items():
        if word not in WORDS:
            at: Mark = node.key_mark or node.mark
            hint = nearest_hint(word, WORDS)
            problems.append(
                Problem(at, "unknown-word", f"{word} is not a word of overrides{hint}; there are {', '.join(WORDS)}")
            )

    def flow(node: Node) -> str:
        if node.text not in flows and node.text not in unread:
            wrong(
                node, "unknown-flow", f"there is no flow {node.text or node.kind}{nearest_hint(node.text, list(flows))}"
            )
        elif node.text in flows and flows[node.text].takes:
            takes = ", ".join(flows[node.text].takes)
            wrong(node, "argument", f"{node.text} takes {takes}: it cannot be where calls begin")
        return node.text

    closed = flow(root.items["closed"]) if "closed" in root.items else ""
    lines = {}
    of_lines = root.items.get("lines")
    if of_lines is not None and not of_lines.is_mapping:
        wrong(of_lines, "type", f"a mapping of numbers to flows is wanted, not {of_lines.kind}")
    for number, node in of_lines.items.items() if of_lines is not None else ():
        line = e164(number, region)
        if line not in entries:
            at = node.key_mark or node.mark
            problems.append(Problem(at, "entry", f"entry.yaml has no {number}{nearest_hint(line, list(entries))}"))
        lines[line] = flow(node)
    code = _checked(root, "code", lambda text: _CODE.fullmatch(text) is not None, 'a star and two digits: "*66"', wrong)
    if code in _AGENTS_CODES:
        wrong(root.items["code"], "code", f"{code} is a star code of agents already")
        code = ""
    number = _checked(root, "number", lambda text: text.lstrip("+").isdecimal(), "digits: the number as dialled", wrong)
    number = e164(number, region) if number else ""
    if number and number in entries:
        wrong(root.items["number"], "duplicate-entry", f"{number} is a line of entry.yaml already")
    return OverrideRules(closed, lines, code, number), problems


def _checked(
    root: Node, word: str, right: Callable[[str], bool], wanted: str, wrong: Callable[[Node, str, str], None]
) -> str:
    node = root.items.get(word)
    if node is None:
        return ""
    if not right(node.text):
        wrong(node, word, f"{wanted}, not {node.kind} {node.text!r}")
        return ""
    return node.text


def overrides_schema() -> dict[str, Any]:
    """JSON Schema of overrides.yaml."""
    flow = {"type": "string", "description": "A flow of dialplans/flows."}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "closed": flow,
            "lines": {"type": "object", "additionalProperties": flow},
            "code": {"type": "string", "pattern": "^\\*[0-9]{2}$"},
            "number": {"type": "string", "pattern": "^\\+?[0-9]+$"},
            "about": {"type": "string"},
        },
    }
