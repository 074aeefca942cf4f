"""Copies of registries that policies need: told when they are missing, too old, or soon."""

import pytest

from hotline.governing.list_copies import copy_warnings
from tests.unit.dialer.governor.policies import house, policy_of

pytestmark = pytest.mark.unit

DAY_S = 86_400.0
NOW = 1_800_000_000.0
RULES = """
registry: {for: {category: marketing}, do_not_call: {lists: [us_list, ca_list], at_most_age: 31 days}}
own: {do_not_call: {lists: do_not_call}}
nobody: {for: {product: yachts}, do_not_call: {lists: yachts, at_most_age: 1 day}}
"""


@pytest.mark.parametrize(
    ("ca_days", "told"),
    [
        (0, []),
        (27.9, []),
        (28, ["the copy of the list ca_list is too old for house.registry in 3 days"]),
        (30.5, ["the copy of the list ca_list is too old for house.registry in 12 h"]),
        (31, ["the copy of the list ca_list is too old, and house.registry denies"]),
        (None, ["there is no copy of the list ca_list, and house.registry denies"]),
    ],
)
def test_a_copy_is_told_before_its_rule_denies(ca_days: float | None, told: list[str]) -> None:
    as_of = {"us_list": NOW} | ({} if ca_days is None else {"ca_list": NOW - ca_days * DAY_S})
    found = list(copy_warnings(policy_of(house(RULES)), as_of, NOW))
    assert len(found) == len(told), found
    for one, begins in zip(found, told, strict=True):
        assert one.startswith(begins)
        assert one.endswith("hotline do-not-call import FILE --list ca_list")
