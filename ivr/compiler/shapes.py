"""Shapes with steps or phrases inside: lines to say, targets, keys, retries, answers, cases, offers.

Beside `ivr.compiler.values`: each reads a node, and is a JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from dsl.spelling import nearest_hint
from dsl.tree import NAME, Node
from ivr.compiler.grammar import Reading, Schema, Shape
from ivr.compiler.values import (
    LANGUAGE,
    condition,
    count,
    key,
    list_of,
    mapping,
    read_condition,
    texts,
    word,
)
from ivr.compiler.values import (
    language as language_,
)
from ivr.steps import Answer, Case, Confirm, Const, Line, Lines, QueueOffer, Retry, Value

_KEYS = r"^[0-9*#]{1,6}$"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _members(reading: Reading, node: Node, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Node]:
    """Entries of a mapping with a closed list of words; unknown and missing ones are reported."""
    if not node.is_mapping:
        reading.problem(
            node.mark, "type", f"a mapping with {', '.join(required + optional)} is wanted, not {node.kind}"
        )
        return {}
    known = required + optional
    for found, inside in node.items.items():
        if found not in known:
            hint = nearest_hint(found, known)
            message = f"{found} is not known here{hint}; there are {', '.join(known)}"
            reading.problem(inside.key_mark or inside.mark, "unknown-word", message)
    for needed in required:
        if needed not in node.items:
            reading.problem(node.mark, "missing-word", f"{needed} is missing")
    return {found: inside for found, inside in node.items.items() if found in known}


def _read_line(reading: Reading, node: Node, name: str) -> Line:
    if node.is_mapping:
        inside = _members(reading, node, ("phrase",), ("language", "with"))
        values = mapping.read(reading, inside["with"], name) if "with" in inside else {}
        language = language_.read(reading, inside["language"], name) if "language" in inside else None
        if "phrase" not in inside:
            return Line("?", language, values)
        return Line(_phrase(reading, inside["phrase"], values), language, values)
    return Line(_phrase(reading, node, {}))


def _phrase(reading: Reading, node: Node, values: Mapping[str, Value]) -> str:
    found: str = word.read(reading, node, "")
    if found != "?":
        constants = tuple((name, value.value) for name, value in values.items() if isinstance(value, Const))
        reading.refer("phrase", found, node.mark, tuple(values), constants)
    return found


def _read_target(reading: Reading, node: Node, name: str) -> str:
    return reading.target(node, name)


def _read_keys(reading: Reading, node: Node, name: str) -> dict[str, str]:
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of keys to steps is wanted, not {node.kind}")
        return {}
    targets: dict[str, str] = {}
    for pressed, child in node.items.items():
        if not re.match(_KEYS, pressed):
            message = f"{pressed!r} is no key of a telephone: 0 to 9, * and #"
            reading.problem(child.key_mark or child.mark, "key", message)
        targets[pressed] = reading.target(child, f"{name}.{pressed}")
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
            reading.refs[index] = replace(ref, given=(*ref.given, "digits"))
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
            condition = read_condition(reading, inside["if"], name)
            cases.append(Case(condition, reading.target(inside["then"], f"{name}.{number}")))
    return tuple(cases)


def _read_leads(reading: Reading, node: Node, name: str) -> dict[str, str]:
    if not node.is_mapping:
        reading.problem(node.mark, "type", f"a mapping of intents to steps is wanted, not {node.kind}")
        return {}
    found: dict[str, str] = {}
    for intent, child in node.items.items():
        reading.refer("intent", intent, child.key_mark or child.mark)
        found[intent] = reading.target(child, f"{name}.{intent}")
    return found


def _read_clarification(reading: Reading, node: Node, name: str) -> Lines:
    before = len(reading.refs)
    spoken: Lines = lines.read(reading, node, name)
    for index in range(before, len(reading.refs)):
        ref = reading.refs[index]
        if ref.kind == "phrase":
            reading.refs[index] = replace(ref, given=(*ref.given, *TWO))
    return spoken


TWO = ("first", "second")
"""Values of the phrase that asks: this, or that?"""


def _sequence(reading: Reading, node: Node) -> tuple[Node, ...]:
    if not node.is_sequence or not node.children:
        reading.problem(
            node.mark, "type", f"a list is wanted, not {node.kind if not node.is_sequence else 'an empty one'}"
        )
        return ()
    return node.children


OFFERS = ("callback", "message")
CALLBACK_PHRASES = (("callback_confirm", ("phone",)), ("callback_number", ()), ("callback_refused", ()))
"""Phrases of a callback's dialogue besides the offer, with the places that are filled in."""


def _read_offers(reading: Reading, node: Node, name: str) -> dict[str, QueueOffer]:
    offers: dict[str, QueueOffer] = {}
    for way, child in _members(reading, node, (), OFFERS).items():
        inside = _members(reading, child, ("key", "say", "then"), ())
        if len(inside) < 3:
            continue
        pressed: str = key.read(reading, inside["key"], name)
        if any(other.key == pressed for other in offers.values()):
            reading.problem(inside["key"].mark, "key", f"key {pressed} takes another offer already")
        spoken: Lines = lines.read(reading, inside["say"], name)
        offers[way] = QueueOffer(pressed, spoken, reading.target(inside["then"], f"{name}.{way}"))
        for phrase, places in CALLBACK_PHRASES if way == "callback" else ():
            reading.refer("phrase", phrase, inside["say"].mark, places)
    return offers


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
                    "with": mapping.schema,
                },
            },
        ]
    },
    _read_line,
)
lines = Shape(_ref("say"), list_of(_line).read)
target = Shape(_ref("next"), _read_target)
_offer_schema: Schema = {
    "type": "object",
    "required": ["key", "say", "then"],
    "additionalProperties": False,
    "properties": {"key": key.schema, "say": _ref("say"), "then": _ref("next")},
}
offers = Shape(
    {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(OFFERS, _offer_schema)}, _read_offers
)
keys = Shape({"type": "object", "propertyNames": {"pattern": _KEYS}, "additionalProperties": target.schema}, _read_keys)
leads = Shape(
    {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": target.schema}, _read_leads
)
clarification = Shape(_ref("say"), _read_clarification)
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
    "say": list_of(_line).schema,
    "retry": {
        "type": "object",
        "required": ["then"],
        "additionalProperties": False,
        "properties": {"say": lines.schema, "tries": count.schema, "then": target.schema},
    },
}
"""Schemas that are written once and named by `$ref`."""
