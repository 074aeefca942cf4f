"""JSON Schemas (draft 2020-12) of grades.yaml, dispatch.yaml and followups.yaml, for completion in editors."""

from typing import Any

import msgspec

from complaints.dispatch.settings import Dispatch
from complaints.followups.settings import Written
from complaints.grading.settings import Grades

_KINDS: dict[str, type] = {"grades": Grades, "dispatch": Dispatch, "followups": Written}
NAMES = tuple(_KINDS)


def json_schema(name: str) -> dict[str, Any]:
    """The schema of one kind of file. Raises KeyError for a kind that is not in NAMES."""
    (_,), defs = msgspec.json.schema_components([_KINDS[name]], ref_template="#/$defs/{name}")
    root = defs.pop(_KINDS[name].__name__)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"hotline: {name}"}
    return {**root, **head, "$defs": defs}
