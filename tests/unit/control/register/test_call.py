"""A call stays small, and what everybody reads of it is written in one place."""

import ast
from pathlib import Path

import pytest

import control
from control.register.call import Call

pytestmark = pytest.mark.unit

_SOURCES = sorted(Path(control.__file__).parent.rglob("*.py"))


def test_a_call_has_no_more_fields_than_one_can_know() -> None:
    assert len(Call.__struct_fields__) <= 26


@pytest.mark.parametrize(("field", "setter"), [("queue", "enter_queue"), ("outcome", "end_as"), ("place", "on")])
def test_a_field_of_a_call_is_written_in_one_place(field: str, setter: str) -> None:
    written = []
    for source in _SOURCES:
        for function in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                targets = node.targets if isinstance(node, ast.Assign) else []
                targets = [part for one in targets for part in (one.elts if isinstance(one, ast.Tuple) else [one])]
                assigned = [one for one in targets if isinstance(one, ast.Attribute) and one.attr == field]
                written += [
                    (source.name, function.name) for one in assigned if ast.unparse(one.value) in ("call", "self")
                ]
    assert written == [("call.py", setter)]
