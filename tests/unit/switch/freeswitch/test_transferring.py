"""What a Refer-To asks for: the name alone, and which other call is to be replaced."""

import pytest

from switch.freeswitch.transferring import asked

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("refer_to", "target"),
    [
        ("<sip:1002@10.1.2.3>", "1002"),
        ("sip:1002@10.1.2.3", "1002"),
        ('"Front desk" <sips:front_desk@10.1.2.3:5061;transport=tls>', "front_desk"),
        ("<sip:+8613900139000;phone-context=cn@10.1.2.3;user=phone>", "+8613900139000"),
        ("<sip:*61@10.1.2.3>", "*61"),
        ("<sip:%2A61@10.1.2.3>", "*61"),
        ("<tel:+8613900139000;ext=1>", "+8613900139000"),
        ("<sip:1002@10.1.2.3?X-Reason=busy>", "1002"),
        ("<sip:10.1.2.3>", ""),
        ("<sip:@10.1.2.3>", ""),
        ("<http://10.1.2.3/1002>", ""),
        ("", ""),
    ],
)
def test_the_name_alone(refer_to: str, target: str) -> None:
    assert asked(refer_to) == (target, None)


@pytest.mark.parametrize(
    ("refer_to", "call_id"),
    [
        ("<sip:1002@10.1.2.3?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>", "a@b"),
        ("<sip:1002@10.1.2.3?X-Reason=busy&replaces=a>", "a"),
        ("sip:1002@10.1.2.3?Replaces=a-1%3Bfrom-tag%3D2%3Bto-tag%3D1&X-Reason=busy", "a-1"),
        ("<sip:1002@10.1.2.3?Replaces=>", ""),
        ("<sip:1002@10.1.2.3?Replaces=%3Bto-tag%3D1>", ""),
    ],
)
def test_the_dialog_that_is_replaced(refer_to: str, call_id: str) -> None:
    assert asked(refer_to) == ("1002", call_id)
