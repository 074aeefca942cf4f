"""Numbers are E.164 inside and masked outside."""

import pytest

from calls.numbers import REGIONS, e164, masked, nearest_region

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
    assert e164(dialled, "CN") == inside


@pytest.mark.parametrize(
    ("region", "dialled", "inside"),
    [
        ("DE", "01711234567", "+491711234567"),
        ("DE", "030 123456", "+4930123456"),
        ("DE", "03012345", "+493012345"),  # eight digits, as a service number of China has
        ("DE", "13800138000", "+4913800138000"),  # nobody in China
        ("DE", "+8613800138000", "+8613800138000"),
        ("DE", "008613800138000", "+8613800138000"),
        ("DE", "112", "112"),
        ("DE", "116117", "116117"),
        ("DE", "95183", "95183"),
        ("DE", "*61", "*61"),
        ("DE", "anonymous", "anonymous"),
        ("US", "0118613800138000", "+8613800138000"),
        ("US", "(212) 555-0123", "+12125550123"),
        ("US", "5550123", "5550123"),  # whose area is not known
        ("SG", "61234567", "+6561234567"),  # without a prefix: all eight digits are the number
        ("FO", "201234", "+298201234"),
        ("IT", "0612345678", "+390612345678"),  # the nought is a part of it
    ],
)
def test_e164_of_other_regions(region: str, dialled: str, inside: str) -> None:
    assert e164(dialled, region) == inside


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("germany", "DE"),
        ("德国", "DE"),
        ("China", "CN"),
        ("Schweitz", "CH"),
        ("qqqq", ""),
        ("", ""),
    ],
)
def test_the_nearest_region(word: str, near: str) -> None:
    assert nearest_region(word) == near
    assert near in REGIONS | {""}


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+8613800138000", "+86138****8000"), ("95188", "9***8"), ("8001", "8**1"), ("1", "*"), ("", "")],
)
def test_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_masked_hides_at_least_as_much_as_it_shows_of_a_long_number() -> None:
    assert "0013" not in masked("+8613800138000")
