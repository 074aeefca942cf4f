"""JSON Schema (draft 2020-12) of files of campaigns, for completion in editors; made of the reader's own records.

# yaml-language-server: $schema=../campaigns.schema.json
"""

from typing import Any

import msgspec

from dialer.answering_machines.written import SHORT_PATTERN, TIMES
from dialer.campaigns.written import Written
from dsl.tree import NAME

NAMES = ("campaigns",)
_TEXT = {"type": "string"}
_WRITTEN = {"type": ["string", "number"]}
"""A number, or a name of digits: text, with quotes or without."""


def json_schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file. Raises KeyError for a kind that is not in NAMES."""
    if name not in NAMES:
        raise KeyError(name)
    (_,), defs = msgspec.json.schema_components([Written], ref_template="#/$defs/{name}")
    campaign = defs["Written"]
    lists = campaign["properties"]["lists"]
    several = {"type": "array", "items": _WRITTEN}
    campaign["properties"]["lists"] = {"anyOf": [lists, several, _WRITTEN], "description": "Names, or weights by name."}
    for word in ("skills", "callers_first"):
        campaign["properties"][word] = _or_alone(campaign["properties"][word])
    retry = defs["WrittenRetry"]["properties"]
    retry["next_number"] = _or_alone(retry["next_number"])
    for word in TIMES:
        defs["WrittenDetection"]["properties"][word]["pattern"] = SHORT_PATTERN
    defs["WrittenDisposition"]["properties"]["code"] = {**_WRITTEN, "description": "The digits of it by phone."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hotline: {name}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "about": _TEXT,
            "campaigns": {
                "type": "object",
                "propertyNames": {"pattern": NAME},
                "additionalProperties": {"$ref": "#/$defs/Written"},
            },
        },
        "$defs": defs,
    }


def _or_alone(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, _TEXT]}
