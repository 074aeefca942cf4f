"""Whose call it would be: by what the asker says, and whose the number and the account are."""

import pytest

from hotline.persons.whose import callee

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("named", "of_number", "of_account", "person", "others"),
    [
        ("", "", "", "", ""),
        ("a", "", "", "a", ""),
        ("a", "a", "", "a", ""),
        ("a", "ab", "", "a", ""),
        ("a", "b", "", "a", "b"),  # the number is somebody else's: they may be reached
        ("a", "bc", "a", "a", "bc"),
        ("", "a", "", "a", ""),
        ("", "ab", "", "", "ab"),
        ("", "ab", "b", "b", ""),  # a couple, and the debt of one of them
        ("", "ab", "ab", "", "ab"),
        ("", "ab", "c", "", "ab"),
        ("", "a", "b", "a", ""),
        ("", "", "a", "a", ""),
        ("", "", "ab", "", "ab"),
    ],
)
def test_the_callee(named: str, of_number: str, of_account: str, person: str, others: str) -> None:
    assert callee(named, tuple(of_number), tuple(of_account)) == (person, tuple(others))
