"""The number of a caller on FreeSWITCH: none where they asked for privacy, and no parameters behind it."""

import re
from xml.etree import ElementTree

import pytest

from calls.ids import LegId
from switch.freeswitch.instance.settings import TEMPLATES
from switch.freeswitch.inventory import _live
from switch.freeswitch.legs import shown_number

pytestmark = pytest.mark.unit

CALL = {"Caller-Caller-ID-Number": "+8613800138000", "Caller-Destination-Number": "95588"}


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({}, "+8613800138000"),
        ({"Caller-Privacy-Hide-Number": "false"}, "+8613800138000"),
        ({"Caller-Privacy-Hide-Number": "true"}, "anonymous"),
    ],
)
def test_a_private_number_is_not_shown(headers: dict[str, str], number: str) -> None:
    assert shown_number({**CALL, **headers}) == number
    live = _live(LegId("x"), {**CALL, **headers, "variable_hotline_role": "caller"}, None, "music")
    assert live is not None
    assert live.caller == number


def _extensions() -> dict[str, ElementTree.Element]:
    text = re.sub(r"\{\{\w+\}\}", "", (TEMPLATES / "dialplan.xml").read_text())
    context = next(one for one in ElementTree.fromstring(text) if one.get("name") == "hotline-callers")
    return {str(one.get("name")): one for one in context}


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("4008123123;npdi", "4008123123"),
        ("+864008123123;rn=+86139;npdi", "+864008123123"),
        ("*21#;phone-context=ims.example", "*21#"),
        ("${x};npdi", None),
        ("4008123123", None),
    ],
)
def test_parameters_are_cut_off_before_a_dialled_number_is_looked_at(dialled: str, number: str | None) -> None:
    extensions = _extensions()
    assert list(extensions)[:2] == ["parameters", "odd"]
    condition = extensions["parameters"].find("condition")
    assert condition is not None
    found = re.match(condition.attrib["expression"], dialled)
    assert (found[1] if found else None) == number
    assert all(action.get("inline") == "true" for action in condition), "later conditions see what is set so only"


def test_a_private_number_is_gone_before_the_fallback_writes_its_line() -> None:
    extensions = list(_extensions())
    assert extensions.index("private") < extensions.index("away")
    assert extensions.index("phone") < extensions.index("private"), "a phone proves itself, private or not"
