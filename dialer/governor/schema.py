"""JSON Schema (draft 2020-12) of policies, for completion in editors; made from the records that they are read into.

In a file, the first line makes most editors find it:

    # yaml-language-server: $schema=./policies.schema.json
"""

from typing import Any

import msgspec

from dialer.governor.decisions import LAYERS
from dialer.governor.hours import CallingHours
from dialer.governor.obliging import Obliging
from dialer.governor.reader import MARKS, REGION, Span
from dialer.governor.reading import NUMBER, POLICY_NAME, CallerIdWords, ExceptionWords
from dialer.governor.rule import FAMILIES, OBLIGE
from dialer.governor.scope import Scope
from dsl.calendars import week_schema
from dsl.tree import NAME

Schema = dict[str, Any]
_DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TEXT = {"type": "string"}
_NAMES = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_ABOUT: dict[str, str] = {
    "hours": "Calling hours by the callee's clock.",
    "frequency": "How many calls within a window.",
    "spacing": "How long nobody calls again.",
    "sensitivity": "Who is not called, called by people only, or spared some rules.",
    "validity": "Which numbers are called.",
    "caller_id": "Which of our numbers may be shown.",
    "consent": "Whether the person wished it.",
    "do_not_call": "Lists of those who are not called.",
}


def policy_schema() -> Schema:
    """Schema of dialplans/policies/*.yaml."""
    records: dict[str, type[msgspec.Struct]] = {
        "scope": Scope,
        "oblige": Obliging,
        "effective": Span,
        "exception": ExceptionWords,
        "caller_id_entry": CallerIdWords,
        **{name: kind for name, kind in FAMILIES.items() if kind is not CallingHours},
    }
    defs = {name: _record(kind) for name, kind in records.items()}
    defs["hours"] = week_schema()
    for name, about in _ABOUT.items():
        defs[name]["description"] = about
    defs["exception"]["properties"] |= {"for": {"$ref": "#/$defs/scope"}, "until": _DAY, "from": _DAY}
    defs["exception"]["properties"]["holds_for"] = {"enum": ["granted", "all"]}
    defs["effective"]["properties"] = {"from": _DAY, "until": _DAY}
    defs["caller_id_entry"]["properties"]["certified_until"] = _DAY
    scope = defs["scope"]["properties"]
    scope["region"] = _either({"type": "string", "pattern": REGION})
    shared = {
        "about": {"type": "string", "description": "For people."},
        "effective": {"$ref": "#/$defs/effective"},
        "for": {"$ref": "#/$defs/scope"},
        "mark": {"type": "string", "pattern": f"^[{''.join(MARKS)}](/[{''.join(MARKS)}])*$"},
        "source": _TEXT,
    }
    rule = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{name: {"$ref": f"#/$defs/{name}"} for name in (*FAMILIES, OBLIGE)},
            **shared,
            "when": {"type": "string", "description": "A condition in CEL that must hold besides."},
            "cite": {"type": "string", "description": "The clause of law, standard or contract."},
            "locked": {"type": "boolean", "description": "No lower layer replaces it, no exception spares anybody it."},
            "replaces": {**_NAMES, "description": "Rules of higher layers that are not locked."},
        },
        "anyOf": [{"required": [name]} for name in (*FAMILIES, OBLIGE)],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hotline: policies",
        "type": "object",
        "required": ["policy", "layer"],
        "additionalProperties": False,
        "properties": {
            "policy": {"type": "string", "pattern": POLICY_NAME},
            "layer": {"enum": list(LAYERS), "description": "From the highest down."},
            **shared,
            "apply": {**_NAMES, "description": "Presets: whole ones, or single rules of them."},
            "rules": _named({"$ref": "#/$defs/rule"}),
            "exceptions": _named({"$ref": "#/$defs/exception"}),
            "pools": _named(
                {
                    "type": "object",
                    "additionalProperties": False,
                    "patternProperties": {NUMBER: {"$ref": "#/$defs/caller_id_entry"}},
                }
            ),
            "defer_at_most": {"$ref": "#/$defs/duration"},
        },
        "$defs": {**defs, "rule": rule, "duration": defs["spacing"]["properties"]["at_least"]},
    }


def _named(entry: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": entry}


def _either(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _record(kind: type[msgspec.Struct]) -> Schema:
    """Schema of one record, in which a list of one may be written without brackets."""
    (_,), defs = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    (schema,) = defs.values()
    schema = {word: value for word, value in schema.items() if word != "title"}
    schema["properties"] = {word: _loosened(value) for word, value in schema["properties"].items()}
    schema.pop("description", None)
    return schema


def _loosened(schema: Schema) -> Schema:
    plain = {word: value for word, value in schema.items() if word not in ("default",)}
    if plain.get("type") == "array":
        return {**{w: v for w, v in plain.items() if w not in ("type", "items")}, **_either(plain["items"])}
    if plain.get("type") == "object" and isinstance(plain.get("additionalProperties"), dict):
        return {**plain, "additionalProperties": _loosened(plain["additionalProperties"])}
    return plain
