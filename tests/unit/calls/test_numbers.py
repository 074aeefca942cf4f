"""Numbers are E.164 inside and masked outside."""

import pytest

from calls.numbers import e164, masked

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("dialled", "inside"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("+442079460958", "+442079460958"),
        ("95188", "95188"),
        ("12345", "12345"),
        ("*60", "*60"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_e164(dialled: str, inside: str) -> None:
    assert e164(dialled) == inside


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+8613800138000", "+86138****8000"), ("95188", "9***8"), ("8001", "8**1"), ("1", "*"), ("", "")],
)
def test_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_masked_hides_at_least_as_much_as_it_shows_of_a_long_number() -> None:
    assert "0013" not in masked("+8613800138000")
