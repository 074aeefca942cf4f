"""The country and the kind of a number."""

import pytest

from calls.number_kinds import country_and_kinds

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("number", "country", "kind"),
    [
        ("+8613800138000", "CN", "mobile"),
        ("+8614912345678", "CN", "mobile"),  # not valid to the library, whose plan is older
        ("+862088886666", "CN", "fixed"),
        ("+864008123123", "CN", "shared_cost"),
        ("+868001234567", "CN", "toll_free"),
        ("+8616896123", "CN", "premium"),
        ("+8612590123456", "CN", "other"),
        ("+12125551234", "US", "mobile"),
        ("+12125551234", "US", "fixed"),
        ("+19005550123", "US", "premium"),
        ("+18765550123", "JM", "mobile"),
        ("+447012345678", "GB", "personal"),
        ("+870773111632", "001", "mobile"),
        ("+882161234567", "001", "voip"),
        ("+88213312345678", "001", "other"),
        ("95183", "", "short"),
        ("*61", "", "other"),
        ("anonymous", "", "other"),
        ("+379", "", "other"),
    ],
)
def test_country_and_kind(number: str, country: str, kind: str) -> None:
    found = country_and_kinds(number)
    assert found[0] == country
    assert kind in found[1]
