"""Values of flows as text."""

from typing import Any

import pytest

from dsl.values import as_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("还款", "还款"),
        ("", ""),
        (5, "5"),
        (5.0, "5"),
        (110.5, "110.5"),
        (True, "true"),
        (None, "null"),
        (["a", 1], '["a",1]'),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_text(value: Any, text: str) -> None:
    assert as_text(value) == text
