"""JSON Schemas (draft 2020-12) of the files that admins edit, for completion in editors; made from the readers' tables.

In a file, the first line makes most editors find it:

    # yaml-language-server: $schema=./flow.schema.json
"""

from __future__ import annotations

from dsl.calendars import hours_schema
from dsl.tree import NAME
from ivr.compiler import shapes, values
from ivr.compiler.grammar import Kind, Schema
from ivr.compiler.overrides import overrides_schema
from ivr.compiler.questionnaires import questionnaires_schema
from ivr.compiler.test_cases import cases_schema
from ivr.compiler.vocabulary import KINDS, SITE_WORDS
from ivr.steps import ENDINGS

NAMES = ("flow", "defaults", "entry", "hours", "overrides", "questionnaires", "skills", "tests")
"""Kinds of files that have a schema here; those of queues and agents are made of acd/config."""


def json_schema(name: str = "flow") -> Schema:
    """Schema of one kind of file. Raises KeyError for a kind that is not in NAMES."""
    makers = {
        "flow": _flow,
        "defaults": _defaults,
        "entry": _entry,
        "hours": hours_schema,
        "overrides": overrides_schema,
        "questionnaires": questionnaires_schema,
        "skills": _skills,
        "tests": cases_schema,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hotline: {name}",
        **makers[name](),
    }


def _flow() -> Schema:
    names = {"type": "array", "items": {"type": "string", "pattern": NAME}}
    return {
        "type": "object",
        "required": ["flow", "start"],
        "properties": {
            "flow": {"type": "string", "pattern": values.PATH, "description": "The file's name below flows/."},
            "start": {"type": "string", "description": "The first step."},
            "takes": {**names, "description": "Arguments that a caller of this flow gives."},
            "returns": {**names, "description": "Values that this flow gives back."},
            "about": {"type": "string", "description": "For people."},
        },
        "propertyNames": {"pattern": NAME, "not": {"enum": list(ENDINGS)}},
        "additionalProperties": {"$ref": "#/$defs/step"},
        "$defs": _defs(),
    }


def _defaults() -> Schema:
    whole = {"type": "integer"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{word: {**option.shape.schema, "description": option.doc} for word, option in SITE_WORDS.items()},
            "languages": {"type": "array", "items": {"type": "string", "pattern": values.LANGUAGE}},
            "limits": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"steps": whole, "call_s": whole, "depth": whole},
            },
            "about": {"type": "string"},
        },
        "$defs": _defs(),
    }


def _entry() -> Schema:
    return {
        "type": "object",
        "propertyNames": {"pattern": "^([+0-9*# ()-]+|default)$"},
        "additionalProperties": {"type": "string", "pattern": values.PATH, "description": "The flow that answers."},
    }


def _skills() -> Schema:
    return {
        "type": "object",
        "required": ["skills"],
        "additionalProperties": False,
        "properties": {"skills": {"type": "object", "additionalProperties": {"type": "string"}}},
    }


def _defs() -> Schema:
    kinds = {f"step.{word}": _kind(kind) for word, kind in KINDS.items()}
    named = {"type": "string", "pattern": NAME, "description": "A step of this flow, or " + ", ".join(ENDINGS)}
    return {
        **shapes.DEFS,
        **kinds,
        "step": {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in kinds]},
        "next": {"anyOf": [named, {"$ref": "#/$defs/step"}]},
    }


def _kind(kind: Kind) -> Schema:
    argument = {**kind.argument.schema, "description": kind.doc}
    if kind.takes_nothing:
        argument = {"anyOf": [kind.argument.schema, {"type": "null"}], "description": kind.doc}
    properties = {kind.word: argument}
    for option in kind.options:
        properties[option.name] = {**option.shape.schema, "description": option.doc}
    return {
        "type": "object",
        "required": [kind.word, *(option.name for option in kind.options if option.required and not option.site)],
        "properties": properties,
        "additionalProperties": False,
    }
