"""JSON Schemas (draft 2020-12) of files of scenes, for completion in editors; made of the readers' own records.

# yaml-language-server: $schema=../scenes.schema.json
"""

from typing import Any, get_args

import msgspec

from dialer.governor.decisions import Obligations
from dialer.governor.history import State
from dialer.governor.questions import Origin
from dialer.scenes.approval import ApprovalRules
from dialer.scenes.settings import LISTS, Settings
from dsl.tree import NAME

NAMES = ("scenes", "scene_tests", "approvals")
_HEAD = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_TEXT = {"type": "string"}
_WRITTEN = {"type": ["string", "number"]}
"""A number, or a name of digits: text, with quotes or without."""


def json_schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file. Raises KeyError for a kind that is not in NAMES."""
    makers = {"scenes": _scenes, "scene_tests": _cases, "approvals": _approvals}
    return {**_HEAD, "title": f"hotline: {name}", **makers[name]()}


def _scenes() -> dict[str, Any]:
    (_,), defs = msgspec.json.schema_components([Settings], ref_template="#/$defs/{name}")
    settings = defs.pop("Settings")
    # a template's parameter may stand in every text, number and word of a choice
    parameter = {"type": "string", "pattern": r"\{[a-z][a-z0-9_]*\}"}
    words = {word: _or_alone(word, shape) for word, shape in settings["properties"].items()}
    filled = {word: {"anyOf": [shape, parameter]} for word, shape in words.items()}
    like = {"like": {**_TEXT, "description": "A template of any of the files."}, "with": {"type": "object"}}
    takes = {
        "anyOf": [{"type": "array", "items": {"type": "string", "pattern": NAME}}, {"type": "object"}],
        "description": "Parameters: a list of those that must be given, or a mapping with defaults.",
    }
    names = {"pattern": NAME}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "about": _TEXT,
            "templates": {
                "type": "object",
                "propertyNames": names,
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {**like, "takes": takes, **filled},
                },
            },
            "scenes": {
                "type": "object",
                "propertyNames": names,
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "anyOf": [{"required": ["like"]}, {"required": ["category", "channel"]}],
                    "properties": {**like, **words},
                },
            },
        },
        "$defs": defs,
    }


def _or_alone(word: str, shape: dict[str, Any]) -> dict[str, Any]:
    if word in LISTS:
        return {"anyOf": [{**shape, "items": {"anyOf": [shape["items"], _WRITTEN]}}, _WRITTEN]}
    return {**shape, "type": ["string", "number"]} if shape.get("type") == "string" and "enum" not in shape else shape


def _approvals() -> dict[str, Any]:
    (_,), defs = msgspec.json.schema_components([ApprovalRules], ref_template="#/$defs/{name}")
    rules = defs.pop("ApprovalRules")
    several = {"anyOf": [{"type": "array", "items": _TEXT}, _TEXT]}
    for shape in (rules, *defs.values()):
        for word, inside in shape["properties"].items():
            if inside.get("type") == "array" and word != "rules":
                shape["properties"][word] = {"anyOf": [inside, inside["items"]]} if "items" in inside else several
    return {**rules, "$defs": defs}


def _cases() -> dict[str, Any]:
    texts = {"type": "object", "additionalProperties": _WRITTEN}
    entry = {
        "type": "object",
        "required": ["list"],
        "additionalProperties": False,
        "properties": {word: _TEXT for word in ("list", "scope", "source", "reason", "since", "until")},
    }
    past = {
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["ago"]}, {"required": ["at"]}],
        "properties": {
            **{word: _TEXT for word in ("ago", "at", "scene", "category", "channel", "campaign", "result")},
            **{word: _WRITTEN for word in ("number", "person", "account", "talked_until")},
            "state": {"enum": list(get_args(State))},
        },
    }
    verdicts = [
        {
            "type": "object",
            "required": [verdict],
            "additionalProperties": False,
            "properties": {verdict: {**_TEXT, "description": "The rule, by POLICY.RULE."}, "until": _TEXT},
        }
        for verdict in ("deny", "defer")
    ]
    several = {"anyOf": [{"type": "array", "items": _TEXT}, _TEXT]}
    case = {
        "type": "object",
        "required": ["at", "scene", "number", "expect"],
        "additionalProperties": False,
        "properties": {
            **{word: _TEXT for word in ("at", "scene", "campaign", "source", "region", "about")},
            **{word: _WRITTEN for word in ("number", "person", "account", "caller_id")},
            "origin": {"enum": list(get_args(Origin))},
            "attributes": texts,
            "zones": several,
            "exceptions": several,
            "lists": {"type": "array", "items": {"anyOf": [entry, _TEXT]}},
            "copies": {"type": "object", "additionalProperties": _TEXT},
            "consents": {"type": "object", "additionalProperties": {"enum": ["given", "refused"]}},
            "history": {"type": "array", "items": past},
            "expect": {"anyOf": [{"const": "allow"}, *verdicts]},
            "obliges": {"type": "object", "propertyNames": {"enum": list(Obligations.__struct_fields__)}},
        },
    }
    return {"type": "object", "additionalProperties": case}
