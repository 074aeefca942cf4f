"""JSON Schema of dialplans/clocks.yaml, for editors."""

from typing import Any, get_args

from complaints.clocks.amounts import PATTERN
from complaints.clocks.clock import Regime, Unit
from complaints.clocks.conditions import condition_schema
from complaints.clocks.reading import NEEDED
from complaints.clocks.working_time import DayEnd
from dsl.tree import NAME


def clocks_schema() -> dict[str, Any]:
    """Schema of the file."""
    amount = {"type": "string", "pattern": PATTERN}
    condition = {"$ref": "#/$defs/condition"}
    extension = {
        "type": "object",
        "required": ["to"],
        "additionalProperties": False,
        "properties": {
            "to": amount,
            "approver": {"type": "string", "description": "Who approves it."},
            "notice": {"type": "string", "description": "Who must be told."},
        },
    }
    clock = {
        "type": "object",
        "required": list(NEEDED),
        "additionalProperties": False,
        "properties": {
            "about": {"type": "string"},
            "regime": {"enum": list(get_args(Regime))},
            "unit": {"enum": list(get_args(Unit))},
            "calendar": {"type": "string", "description": "One of calendars, or an entry of hours.yaml."},
            "start": condition,
            "stop": condition,
            "pause": condition,
            "resume": condition,
            "target": {"anyOf": [amount, {"type": "object", "minProperties": 1, "additionalProperties": amount}]},
            "warn": _one_or_more(amount),
            "warn_in": {"type": "string", "description": "The calendar in whose working time warnings are sent."},
            "extend": _one_or_more(extension),
            "day_end": {"enum": list(get_args(DayEnd))},
            "first_day": {"type": "boolean"},
            "again": {"type": "boolean"},
            "share": {"type": "string", "pattern": "^([1-9][0-9]?|100) ?%$"},
        },
    }
    version = {
        "type": "object",
        "required": ["hours"],
        "additionalProperties": False,
        "properties": {
            "hours": {"type": "string", "description": "An entry of hours.yaml."},
            "from": {"type": "string", "description": "The first day on which they hold: 2026-12-01."},
            "entered": {"type": "string", "description": "Since when it is known: 2026-11-20 10:00."},
            "about": {"type": "string"},
        },
    }
    named = {"propertyNames": {"pattern": NAME}, "type": "object"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hotline: clocks",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "about": {"type": "string"},
            "calendars": {**named, "additionalProperties": _one_or_more({"anyOf": [{"type": "string"}, version]})},
            "clocks": {**named, "additionalProperties": clock},
        },
        "$defs": {"condition": condition_schema()},
    }


def _one_or_more(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one}]}
