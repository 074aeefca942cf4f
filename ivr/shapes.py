"""The shapes that values of a flow can have: each one reads a node, and is a JSON Schema, side by side.

A shape reports what is wrong and gives a harmless value back, so that one mistake hides no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ivr.checks import CHECKS
from ivr.conditions import compiled
from ivr.program import Answer, Case, Cel, Confirm, Const, Line, Lines, Retry, Value
from ivr.reading import Reading
from ivr.source import Node, nearest_hint

Schema = dict[str, Any]
NAME = r"^[a-z][a-z0-9_]*$"
PATH = r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*$"
_KEYS = r"^[0-9*#]{1,6}$"
_LENGTH = r"^[1-9][0-9]?-[1-9][0-9]?$"


@dataclass(frozen=True)
class Shape:
    """`read` takes the reading, the node and the name that a step written inside it would get."""

    schema: Schema
    read: Callable[[Reading, Node, str], Any]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _members(reading: Reading, node: Node, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Node]:
    """The entries of a mapping with a closed list of words; what is unknown or missing is reported."""
    if not node.is_mapping:
        reading.problem(
            node.mark, "type", f"a mapping with {', '.join(required + optional)} is wanted, not {node.kind}"
        )
        return {}
    known = required + optional
    for word, inside in node.items.items():
        if word not in known:
            hint = nearest_hint(word, known)
            message = f"{word} is not known here{hint}; there are {', '.join(known)}"
            reading.problem(inside.key_mark or inside.mark, "unknown-word", message)
    for word in required:
        if word not in node.items:
            reading.problem(node.mark, "missing-word", f"{word} is missing")
    return {word: inside for word, inside in node.items.items() if word in known}


def _pattern(pattern: str, wanted: str) -> Shape:
    def read(reading: Reading, node: Node, _name: str) -> str:
        text = node.text if not isinstance(node.value, bool) and node.value is not None else None
        if text is None or not re.match(pattern, text):
            reading.problem(node.mark, "type", f"{wanted} is wanted, not {_shown(node)}")
            return "?"
        return text

    return Shape({"type": ["string", "integer"], "pattern": pattern}, read)


def _shown(node: Node) -> str:
    return f"{node.kind} {node.text!r}" if node.text else node.kind


def _number(least: float, most: float, *, whole: bool) -> Shape:
    wanted = f"{'a whole number' if whole else 'a number'} from {least:g} to {most:g}"

    def read(reading: Reading, node: Node, _name: str) -> float:
        value = node.value
        fits = isinstance(value, int) or (isinstance(value, float) and not whole)
        if not fits or isinstance(value, bool) or not least <= value <= most:  # type: ignore[operator]  # a number by `fits`
            reading.problem(node.mark, "type", f"{wanted} is wanted, not {_shown(node)}")
            return int(least) if whole else least
        return value if whole else float(value)  # type: ignore[return-value, arg-type]  # a number by `fits`

    kind = "integer" if whole else "number"
    return Shape({"type": kind, "minimum": least, "maximum": most}, read)


def choice(*words: str) -> Shape:
    """One of a few words."""

    def read(reading: Reading, node: Node, _name: str) -> str:
        if node.text not in words:
            hint = nearest_hint(node.text, words)
            reading.problem(node.mark, "type", f"one of {', '.join(words)} is wanted, not {_shown(node)}{hint}")
            return words[0]
        return node.text

    return Shape({"enum": list(words)}, read)


def reference(kind: Any, pattern: str = NAME) -> Shape:
    """A name that something else must have; looked up when all files are read."""
    name = _pattern(pattern, "a name (small letters, digits and _)")

    def read(reading: Reading, node: Node, where: str) -> str:
        found: str = name.read(reading, node, where)
        if found != "?":
            reading.refer(kind, found, node.mark)
        return found

    return Shape({"type": "string", "pattern": pattern}, read)


def _read_boolean(reading: Reading, node: Node, _name: str) -> bool:
    if not isinstance(node.value, bool):
        hint = "; write true or false" if node.text in ("yes", "no", "on", "off") else ""
        reading.problem(node.mark, "type", f"true or false is wanted, not {_shown(node)}{hint}")
        return False
    return node.value


def _read_text(reading: Reading, node: Node, _name: str) -> str:
    if not isinstance(node.value, str) or not node.value.strip():
        reading.problem(node.mark, "type", f"text is wanted, not {_shown(node)}")
        return ""
    return node.value


def _read_variable(reading: Reading, node: Node, name: str) -> str:
    found: str = word.read(reading, node, name)
    if found != "?":
        reading.sets.setdefault(found, node.mark)
    return found


def _list_of(one: Shape) -> Shape:
    """A list, or one alone."""

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
        reason = (
            re.sub(r"\s+", " ", str(error).partition("Syntax error: ")[2] or str(error))
            .split(" | ")[0]
            .partition(" expecting ")[0]
        )
        reading.problem(node.mark, "expression", f"not a CEL expression: {reason}")
        return
    reading.refer("expression", text, node.mark)


def _read_condition(reading: Reading, node: Node, _name: str) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if not isinstance(node.value, str):
        reading.problem(node.mark, "type", f"a condition in CEL is wanted, not {_shown(node)}")
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


def _read_values(reading: Reading, node: Node, name: str) -> dict[str, Value]:
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of names to values is wanted, not {node.kind}")
        return {}
    return {key: _read_value(reading, child, name) for key, child in node.items.items() if _named(reading, key, child)}


def _named(reading: Reading, key: str, child: Node) -> bool:
    if re.match(NAME, key):
        return True
    reading.problem(child.key_mark or child.mark, "type", f"{key!r} is no name: small letters, digits and _")
    return False


def _read_settings(reading: Reading, node: Node, name: str) -> dict[str, Value]:
    for key, child in node.items.items():
        reading.sets.setdefault(key, child.key_mark or child.mark)
    return _read_values(reading, node, name)


def _read_names(reading: Reading, node: Node, name: str) -> dict[str, str]:
    """`into` of a called flow: variables here, by the name that the other flow returns."""
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of variable to returned name is wanted, not {node.kind}")
        return {}
    names: dict[str, str] = {}
    for key, child in node.items.items():
        if _named(reading, key, child):
            reading.sets.setdefault(key, child.key_mark or child.mark)
            names[key] = word.read(reading, child, name)
    return names


def _read_line(reading: Reading, node: Node, name: str) -> Line:
    if node.is_mapping:
        inside = _members(reading, node, ("phrase",), ("language", "with"))
        values = values_shape.read(reading, inside["with"], name) if "with" in inside else {}
        language = (
            reference("language", LANGUAGE).read(reading, inside["language"], name) if "language" in inside else None
        )
        if "phrase" not in inside:
            return Line("?", language, values)
        return Line(_phrase(reading, inside["phrase"], tuple(values)), language, values)
    return Line(_phrase(reading, node, ()))


def _phrase(reading: Reading, node: Node, given: tuple[str, ...]) -> str:
    found: str = word.read(reading, node, "")
    if found != "?":
        reading.refer("phrase", found, node.mark, given)
    return found


def _read_target(reading: Reading, node: Node, name: str) -> str:
    return reading.target(node, name)


def _read_keys(reading: Reading, node: Node, name: str) -> dict[str, str]:
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of keys to steps is wanted, not {node.kind}")
        return {}
    targets: dict[str, str] = {}
    for key, child in node.items.items():
        if not re.match(_KEYS, key):
            message = f"{key!r} is no key of a telephone: 0 to 9, * and #"
            reading.problem(child.key_mark or child.mark, "key", message)
        targets[key] = reading.target(child, f"{name}.{key}")
    return targets


def _read_retry(reading: Reading, node: Node, name: str) -> Retry:
    inside = _members(reading, node, ("then",), ("say", "tries"))
    spoken: Lines = lines.read(reading, inside["say"], name) if "say" in inside else ()
    tries: int = count.read(reading, inside["tries"], name) if "tries" in inside else 2
    then = reading.target(inside["then"], f"{name}.then") if "then" in inside else "hangup"
    return Retry(spoken, tries, then)


def _read_confirm(reading: Reading, node: Node, name: str) -> Confirm:

    if not node.is_mapping:
        node_say, inside = node, {}
    else:
        inside = _members(reading, node, ("say",), ("yes", "no"))
        node_say = inside.get("say", node)
    before = len(reading.refs)
    spoken: Lines = lines.read(reading, node_say, name) if not node_say.is_mapping or "phrase" in node_say.items else ()
    for index in range(before, len(reading.refs)):
        ref = reading.refs[index]
        if ref.kind == "phrase":
            reading.refs[index] = type(ref)(ref.kind, ref.name, ref.mark, ref.step, (*ref.given, "digits"))
    yes: str = key.read(reading, inside["yes"], name) if "yes" in inside else "1"
    no: str = key.read(reading, inside["no"], name) if "no" in inside else "2"
    if yes == no:
        reading.problem(node.mark, "key", f"the same key {yes} says yes and no")

    return Confirm(spoken, yes, no)


def _read_answers(reading: Reading, node: Node, name: str) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for number, child in enumerate(_sequence(reading, node), 1):
        inside = _members(reading, child, ("hears", "then"), ("press",))
        if "hears" in inside and "then" in inside:
            hears = texts.read(reading, inside["hears"], name)
            press = key.read(reading, inside["press"], name) if "press" in inside else ""
            answers.append(Answer(hears, press, reading.target(inside["then"], f"{name}.{number}")))
    return tuple(answers)


def _read_cases(reading: Reading, node: Node, name: str) -> tuple[Case, ...]:
    cases: list[Case] = []
    for number, child in enumerate(_sequence(reading, node), 1):
        inside = _members(reading, child, ("if", "then"), ())
        if "if" in inside and "then" in inside:
            condition = _read_condition(reading, inside["if"], name)
            cases.append(Case(condition, reading.target(inside["then"], f"{name}.{number}")))
    return tuple(cases)


def _sequence(reading: Reading, node: Node) -> tuple[Node, ...]:
    if not node.is_sequence or not node.children:
        reading.problem(
            node.mark, "type", f"a list is wanted, not {node.kind if not node.is_sequence else 'an empty one'}"
        )
        return ()
    return node.children


def _read_length(reading: Reading, node: Node, _name: str) -> tuple[int, int]:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 64:
        return value, value
    if isinstance(value, str) and re.match(_LENGTH, value):
        least, most = (int(part) for part in value.split("-"))
        if least <= most <= 64:
            return least, most
    reading.problem(node.mark, "type", f"a length is 6 or 4-6, at most 64, not {_shown(node)}")
    return 1, 64


def _read_scores(reading: Reading, node: Node, _name: str) -> tuple[int, int]:
    if isinstance(node.value, str) and re.match(r"^[0-9]-[0-9]$", node.value) and node.value[0] < node.value[2]:
        return int(node.value[0]), int(node.value[2])
    reading.problem(node.mark, "type", f"scores are one key, such as 1-5, not {_shown(node)}")
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

word = _pattern(NAME, "a name (small letters, digits and _)")
variable = Shape({"type": "string", "pattern": NAME}, _read_variable)
boolean = Shape({"type": "boolean"}, _read_boolean)
text = Shape({"type": "string", "minLength": 1}, _read_text)
texts = _list_of(text)
seconds = _number(0.5, 600, whole=False)
percent = _number(0, 100, whole=True)
count = _number(0, 9, whole=True)
key = _pattern(r"^[0-9*#]$", "one key of a telephone")
end_key = _pattern(r"^[*#]$", "* or #")
length = Shape(
    {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 64}, {"type": "string", "pattern": _LENGTH}]}, _read_length
)
scores = Shape({"type": "string", "pattern": "^[0-9]-[0-9]$"}, _read_scores)
check = Shape({"type": "string", "minLength": 1}, _read_check)
condition = Shape({"type": ["string", "boolean"]}, _read_condition)
value = Shape({}, _read_value)
values_shape = Shape({"type": "object", "propertyNames": {"pattern": NAME}}, _read_values)
settings = Shape({"type": "object", "propertyNames": {"pattern": NAME}, "minProperties": 1}, _read_settings)
names = Shape({"type": "object", "additionalProperties": {"type": "string", "pattern": NAME}}, _read_names)
wishes = _list_of(reference("wish", r"^\S"))
_line = Shape(
    {
        "anyOf": [
            {"type": "string", "pattern": NAME},
            {
                "type": "object",
                "required": ["phrase"],
                "additionalProperties": False,
                "properties": {
                    "phrase": {"type": "string", "pattern": NAME},
                    "language": {"type": "string", "pattern": LANGUAGE},
                    "with": values_shape.schema,
                },
            },
        ]
    },
    _read_line,
)
lines = Shape(_ref("say"), _list_of(_line).read)
target = Shape(_ref("next"), _read_target)
keys = Shape({"type": "object", "propertyNames": {"pattern": _KEYS}, "additionalProperties": target.schema}, _read_keys)
retry = Shape(_ref("retry"), _read_retry)
confirm = Shape(
    {
        "anyOf": [
            {"type": "string", "pattern": NAME},
            {
                "type": "object",
                "required": ["say"],
                "additionalProperties": False,
                "properties": {"say": _ref("say"), "yes": key.schema, "no": key.schema},
            },
        ]
    },
    _read_confirm,
)
answers = Shape(
    {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["hears", "then"],
            "additionalProperties": False,
            "properties": {"hears": texts.schema, "press": key.schema, "then": target.schema},
        },
    },
    _read_answers,
)
cases = Shape(
    {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["if", "then"],
            "additionalProperties": False,
            "properties": {"if": condition.schema, "then": target.schema},
        },
    },
    _read_cases,
)

DEFS: dict[str, Schema] = {
    "say": _list_of(_line).schema,
    "retry": {
        "type": "object",
        "required": ["then"],
        "additionalProperties": False,
        "properties": {"say": lines.schema, "tries": count.schema, "then": target.schema},
    },
}
"""Shapes that the schema names once."""
