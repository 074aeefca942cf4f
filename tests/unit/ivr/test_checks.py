"""Checks of keyed digits, against published examples."""

import pytest

from ivr.checks import id_card, passes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("digits", "ok"),
    [
        ("11010519491231002X", True),  # the standard's own example
        ("11010519491231002*", True),
        ("110105194912310021", False),
        ("440524188001010014", True),
        ("44052418800101001", False),
    ],
)
def test_id_card(digits: str, ok: bool) -> None:
    assert id_card(digits) is ok


def test_a_pattern_must_match_all() -> None:
    assert passes("[0-9]{4}", "1234")
    assert not passes("[0-9]{4}", "12345")
    assert passes("luhn", "79927398713")
    assert not passes("id_card", "79927398713")
