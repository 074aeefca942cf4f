"""How calls are handed to controllers: who is tried first, who then, and what is set before."""

import re
from xml.etree import ElementTree

import pytest

from calls.errors import BadInput
from switch.freeswitch.instance.handover import handover
from switch.freeswitch.instance.settings import TEMPLATES

pytestmark = pytest.mark.unit

ADDRESSES = ("10.0.0.5:8084", "10.0.0.6:8084", "10.0.0.7:8084")


def _extensions(text: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<context>{text}</context>"))


def _actions(extension: ElementTree.Element, application: str) -> list[str]:
    return [action.get("data", "") for action in extension.iter("action") if action.get("application") == application]


def test_without_sockets_a_call_is_parked_while_the_lease_runs() -> None:
    [extension] = _extensions(handover("caller", ()))
    condition = extension[0]
    assert "hotline_until" in condition.attrib["field"]
    assert [action.get("application") for action in condition] == ["multiset", "park"]


@pytest.mark.parametrize("sockets", [(), ADDRESSES])
def test_variables_are_set_at_once_and_none_holds_the_sign_between_them(sockets: tuple[str, ...]) -> None:
    for extension in _extensions(handover("caller", sockets)):
        [argument] = _actions(extension, "multiset")
        assert argument.startswith("^^;hotline_role=caller;")
        assert all(
            re.fullmatch(r"[A-Za-z_]+=([a-z0-9]+|\$\{destination_number\})", pair) for pair in argument[3:].split(";")
        )
        # What is put in cannot hold it either: such numbers are turned away before.
        dialplan = (TEMPLATES / "dialplan.xml").read_text()
        assert dialplan.index("[^0-9A-Za-z+*#._-]") < dialplan.index("{{caller_handover}}")


def test_every_uuid_has_one_controller_first_and_all_others_after_it() -> None:
    extensions = _extensions(handover("caller", ADDRESSES))
    first: dict[str, str] = {}
    for extension in extensions:
        [offer] = _actions(extension, "socket")
        addresses, *how = offer.split()
        assert how == ["async", "full"]
        assert sorted(addresses.split("|")) == sorted(ADDRESSES)
        for digit in "0123456789abcdef":
            if re.search(extension[0].attrib["expression"], f"…-{digit}"):
                assert digit not in first, "two extensions take it"
                first[digit] = addresses.split("|")[0]
    assert len(first) == 16
    shares = [list(first.values()).count(address) for address in ADDRESSES]
    assert max(shares) - min(shares) <= 1


def test_agents_calls_keep_the_order_given() -> None:
    [extension] = _extensions(handover("agent", ADDRESSES))
    assert _actions(extension, "socket") == ["|".join(ADDRESSES) + " async full"]


def test_whoever_is_not_claimed_goes_on_within_seconds() -> None:
    for extension in _extensions(handover("caller", ADDRESSES)):
        applications = [str(action.get("application")) for action in extension.iter("action")]
        assert applications[-4:] == ["sched_transfer", "socket", "sched_cancel", "transfer"]


@pytest.mark.parametrize("address", ["10.0.0.5", "a b:1", 'x"y:1', "h:1|h:2", "${x}:1", ":8084"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        handover("caller", [address])


def test_more_controllers_than_a_digit_can_tell_apart_are_refused() -> None:
    with pytest.raises(BadInput, match="16 at most"):
        handover("caller", [f"h{number}:1" for number in range(17)])
