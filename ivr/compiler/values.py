"""Shapes of values that hold no steps: names, numbers, text, expressions. Each reads, and is a JSON Schema.

A shape reports a mistake and gives a harmless value back, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dsl.conditions import compiled
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Node
from ivr.checks import CHECKS
from ivr.compiler.grammar import Reading, RefKind, Shape
from ivr.steps import LAST_AGENT, Cel, Const, Value

PATH = r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*$"
_LENGTH = r"^[1-9][0-9]?-[1-9][0-9]?$"


def matching(pattern: str, wanted: str) -> Shape:
    """Shape of text that fits a pattern; `wanted` names it to people."""

    def read(reading: Reading, node: Node, _name: str) -> str:
        text = node.text if not isinstance(node.value, bool) and node.value is not None else None
        if text is None or not re.match(pattern, text):
            reading.problem(node.mark, "type", f"{wanted} is wanted, not {shown(node)}")
            return "?"
        return text

    return Shape({"type": ["string", "integer"], "pattern": pattern}, read)


def shown(node: Node) -> str:
    """Description of a node for a message."""
    return f"{node.kind} {node.text!r}" if node.text else node.kind


def number(least: float, most: float, *, whole: bool) -> Shape:
    """Shape of a number within bounds."""
    wanted = f"{'a whole number' if whole else 'a number'} from {least:g} to {most:g}"

    def read(reading: Reading, node: Node, _name: str) -> float:
        value = node.value
        if (
            isinstance(value, bool)
            or not isinstance(value, int if whole else int | float)
            or not least <= value <= most
        ):
            reading.problem(node.mark, "type", f"{wanted} is wanted, not {shown(node)}")
            return int(least) if whole else least
        return value if whole else float(value)

    kind = "integer" if whole else "number"
    return Shape({"type": kind, "minimum": least, "maximum": most}, read)


def choice(*words: str) -> Shape:
    """Shape of one of a few words."""

    def read(reading: Reading, node: Node, _name: str) -> str:
        if node.text not in words:
            hint = nearest_hint(node.text, words)
            reading.problem(node.mark, "type", f"one of {', '.join(words)} is wanted, not {shown(node)}{hint}")
            return words[0]
        return node.text

    return Shape({"enum": list(words)}, read)


def reference(kind: Any, pattern: str = NAME, wanted: str = "a name (small letters, digits and _)") -> Shape:
    """Shape of a name that something else must have; it is looked up when all files are read."""
    name = matching(pattern, wanted)

    def read(reading: Reading, node: Node, where: str) -> str:
        found: str = name.read(reading, node, where)
        if found != "?":
            reading.refer(kind, found, node.mark)
        return found

    return Shape({"type": "string", "pattern": pattern}, read)


def _read_boolean(reading: Reading, node: Node, _name: str) -> bool:
    if not isinstance(node.value, bool):
        hint = "; write true or false" if node.text in ("yes", "no", "on", "off") else ""
        reading.problem(node.mark, "type", f"true or false is wanted, not {shown(node)}{hint}")
        return False
    return node.value


def _read_text(reading: Reading, node: Node, _name: str) -> str:
    if not isinstance(node.value, str) or not node.value.strip():
        reading.problem(node.mark, "type", f"text is wanted, not {shown(node)}")
        return ""
    return node.value


def _read_variable(reading: Reading, node: Node, name: str) -> str:
    found: str = word.read(reading, node, name)
    if found != "?":
        reading.sets.setdefault(found, node.mark)
    return found


def list_of(one: Shape) -> Shape:
    """Shape of a list, or of one entry alone."""

    def read(reading: Reading, node: Node, name: str) -> tuple[Any, ...]:
        inside = node.children if node.is_sequence else (node,)
        if node.is_sequence and not inside:
            reading.problem(node.mark, "type", "the list is empty")
        return tuple(one.read(reading, child, name) for child in inside)

    return Shape({"anyOf": [one.schema, {"type": "array", "items": one.schema, "minItems": 1}]}, read)


def expression_of(reading: Reading, text: str, node: Node) -> None:
    """Check a CEL expression; its variables are looked up when the flow is read."""
    try:
        compiled(text)
    except ValueError as error:
        reading.problem(node.mark, "expression", f"not a CEL expression: {error}")
        return
    reading.refer("expression", text, node.mark)


def read_condition(reading: Reading, node: Node, _name: str) -> str:
    """Read a CEL condition, or plain true or false; a leading = is allowed."""
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if not isinstance(node.value, str):
        reading.problem(node.mark, "type", f"a condition in CEL is wanted, not {shown(node)}")
        return "false"
    expression_of(reading, node.value.removeprefix("="), node)
    return node.value.removeprefix("=")


def _read_value(reading: Reading, node: Node, _name: str) -> Value:
    if isinstance(node.value, str):
        if node.value.startswith("="):
            expression_of(reading, node.value[1:], node)
            return Cel(node.value[1:])
        if node.value.startswith("secret:"):
            reading.refer("secret", node.value.removeprefix("secret:"), node.mark)
    return Const(node.plain())


def _read_said(kind: RefKind) -> Callable[[Reading, Node, str], Value]:
    """Read a value whose text, where it is written out, is looked at when all files are read."""

    def read(reading: Reading, node: Node, name: str) -> Value:
        found = _read_value(reading, node, name)
        if isinstance(found, Const):
            reading.refer(kind, node.text, node.mark)
        return found

    return read


def _read_language(reading: Reading, node: Node, _name: str) -> str:
    """Read a language's tag in any writing: `zh_CN` is found to be none, with the one that was meant."""
    if not node.text or isinstance(node.value, bool):
        reading.problem(node.mark, "type", f"a language such as zh-CN is wanted, not {shown(node)}")
        return "?"
    reading.refer("language", node.text, node.mark)
    return node.text


def _read_agent(reading: Reading, node: Node, name: str) -> Value | None:
    if isinstance(node.value, str) and node.value.startswith("="):
        return _read_value(reading, node, name)
    if not node.text or isinstance(node.value, bool):
        reading.problem(node.mark, "type", f"an agent is wanted, or {LAST_AGENT}, not {shown(node)}")
        return None
    if node.text != LAST_AGENT:
        reading.refer("agent", node.text, node.mark)
    return Const(node.text)


def _read_values(reading: Reading, node: Node, name: str) -> dict[str, Value]:
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of names to values is wanted, not {node.kind}")
        return {}
    return {key: _read_value(reading, child, name) for key, child in node.items.items() if named(reading, key, child)}


def named(reading: Reading, key: str, child: Node) -> bool:
    """Check that a key is a name; report it where it is none."""
    if re.match(NAME, key):
        return True
    reading.problem(child.key_mark or child.mark, "type", f"{key!r} is no name: small letters, digits and _")
    return False


def _read_settings(reading: Reading, node: Node, name: str) -> dict[str, Value]:
    for key, child in node.items.items():
        reading.sets.setdefault(key, child.key_mark or child.mark)
    return _read_values(reading, node, name)


def _read_names(reading: Reading, node: Node, name: str) -> dict[str, str]:
    """Read `into` of a called flow: variables here, by the name that the other flow returns."""
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of variable to returned name is wanted, not {node.kind}")
        return {}
    names: dict[str, str] = {}
    for key, child in node.items.items():
        if named(reading, key, child):
            reading.sets.setdefault(key, child.key_mark or child.mark)
            names[key] = word.read(reading, child, name)
    return names


def _read_length(reading: Reading, node: Node, _name: str) -> tuple[int, int]:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 64:
        return value, value
    if isinstance(value, str) and re.match(_LENGTH, value):
        least, most = (int(part) for part in value.split("-"))
        if least <= most <= 64:
            return least, most
    reading.problem(node.mark, "type", f"a length is 6 or 4-6, at most 64, not {shown(node)}")
    return 1, 64


def _read_scores(reading: Reading, node: Node, _name: str) -> tuple[int, int]:
    if isinstance(node.value, str) and re.match(r"^[0-9]-[0-9]$", node.value) and node.value[0] < node.value[2]:
        return int(node.value[0]), int(node.value[2])
    reading.problem(node.mark, "type", f"scores are one key, such as 1-5, not {shown(node)}")
    return 1, 5


def _read_check(reading: Reading, node: Node, _name: str) -> str:
    if isinstance(node.value, str) and node.value not in CHECKS:
        try:
            re.compile(node.value)
        except re.error as error:
            reading.problem(node.mark, "type", f"{', '.join(CHECKS)} or a pattern is wanted: {error}")
        else:
            if re.match(r"[a-z_]+$", node.value):
                hint = nearest_hint(node.value, CHECKS)
                reading.problem(
                    node.mark, "type", f"no digits match {node.value!r}{hint}; there are {', '.join(CHECKS)}"
                )
    return _read_text(reading, node, "")


LANGUAGE = r"^[a-z]{2,3}(-[A-Z][A-Za-z]+)?$"
language = Shape({"type": "string", "pattern": LANGUAGE}, _read_language)
word = matching(NAME, "a name (small letters, digits and _)")
variable = Shape({"type": "string", "pattern": NAME}, _read_variable)
boolean = Shape({"type": "boolean"}, _read_boolean)
text = Shape({"type": "string", "minLength": 1}, _read_text)
texts = list_of(text)
seconds = number(0.5, 600, whole=False)
percent = number(0, 100, whole=True)
count = number(0, 9, whole=True)
key = matching(r"^[0-9*#]$", "one key of a telephone")
end_key = matching(r"^[*#]$", "* or #")
length = Shape(
    {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 64}, {"type": "string", "pattern": _LENGTH}]}, _read_length
)
scores = Shape({"type": "string", "pattern": "^[0-9]-[0-9]$"}, _read_scores)
check = Shape({"type": "string", "minLength": 1}, _read_check)
condition = Shape({"type": ["string", "boolean"]}, read_condition)
value = Shape({}, _read_value)
address = Shape({}, _read_said("address"))
destination = Shape({}, _read_said("destination"))
agent = Shape({"type": ["string", "integer"]}, _read_agent)
mapping = Shape({"type": "object", "propertyNames": {"pattern": NAME}}, _read_values)
settings = Shape({"type": "object", "propertyNames": {"pattern": NAME}, "minProperties": 1}, _read_settings)
names = Shape({"type": "object", "additionalProperties": {"type": "string", "pattern": NAME}}, _read_names)
skills = list_of(reference("skills", r"^\S", "a skill, such as complaints>=3,"))
