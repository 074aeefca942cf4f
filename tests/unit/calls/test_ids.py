"""Ids of legs: the node, the switch's own id, and what is left as it was."""

import pytest

from calls.ids import NODE_NAME, file_name, leg_on, native, node_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("channel", ["1759000000.12", "hotline-1759.1:callback-2", "0b5c-11", "offer-3-agent"])
def test_a_leg_has_its_node_and_its_own_id(channel: str) -> None:
    leg = leg_on("b", channel)
    assert (node_of(leg), native(leg)) == ("b", channel)


def test_an_id_of_before_nodes_stays_what_it_is() -> None:
    assert (node_of("1759.12"), native("1759.12"), leg_on("", "1759.12")) == ("", "1759.12", "1759.12")


def test_only_the_first_sign_divides() -> None:
    assert (node_of("a@x@y"), native("a@x@y")) == ("a", "x@y")


def test_an_id_in_a_file_name() -> None:
    assert file_name("a@hotline-1759.12/5") == "a-hotline-1759.12-5"
    assert file_name("hotline-1759.12") == "hotline-1759.12"


def test_names_of_nodes() -> None:
    good = ["a", "main", "switch-1", "a234567890123456"]
    bad = ["", "1a", "A", "a_b", "a@b", "a.b", "-a", "a2345678901234567", "a\n"]
    assert [name for name in [*good, *bad] if NODE_NAME.fullmatch(name)] == good
