"""The Luhn formula, against published numbers and every single misread digit."""

import pytest

from calls.luhn import check_digit, is_valid

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("digits", "ok"),
    [
        ("4111111111111111", True),
        ("79927398713", True),
        ("79927398710", False),
        ("", False),
        ("4", False),
        ("4a", False),
    ],
)
def test_published_numbers(digits: str, ok: bool) -> None:
    assert is_valid(digits) is ok


def test_every_single_misread_digit_is_seen() -> None:
    number = "2611220001" + check_digit("2611220001")
    for place, right in enumerate(number):
        for wrong in set("0123456789") - {right}:
            assert not is_valid(number[:place] + wrong + number[place + 1 :])
