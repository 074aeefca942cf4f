"""Which phones the SIP profile of FreeSWITCH has, in its own words as they were seen on 1.10.12."""

import pytest

from calls.errors import SwitchAway
from switch.freeswitch.registrations import reachable, registrations_in
from switch.registrations import Registration

pytestmark = pytest.mark.unit

_HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile>\n  <registrations>\n'
_TAIL = "  </registrations>\n</profile>\n"


def registration(
    user: str = "agent-1001",
    left_s: int = 359,
    ping: str = "Reachable",
    call: str = "9366e0748967d303",
    agent: str = "",
) -> str:
    return f"""\
    <registration>
        <call-id>{call}</call-id>
        <user>{user}@hotline</user>
        <contact>&quot;&quot; &lt;sip:{user}@127.0.0.1:48210&gt;</contact>
        <agent>{agent}</agent>
        <status>Registered(UDP)(unknown) exp(2026-11-22 15:03:03) expsecs({left_s})</status>
        <ping-status>{ping}</ping-status>
        <ping-time>0.00</ping-time>
        <host>hotline</host>
        <network-ip>127.0.0.1</network-ip>
        <network-port>48210</network-port>
        <sip-auth-user>{user}</sip-auth-user>
        <sip-auth-realm>hotline</sip-auth-realm>
        <mwi-account>{user}@hotline</mwi-account>
    </registration>
"""


def test_nobody() -> None:
    assert reachable(_HEAD + _TAIL) == ()


def test_who_is_registered_and_answers() -> None:
    rows = (
        registration(),
        registration("agent-1002", ping="Unreachable"),
        registration("agent-1003", left_s=-1),
        registration("agent-1004", ping=""),  # registered through a proxy that keeps no pings
    )
    assert reachable(_HEAD + "".join(rows) + _TAIL) == ("agent-1001", "agent-1004")


@pytest.mark.parametrize(
    "row",
    [
        registration(call="x</call-id><user>agent-1002@hotline</user><call-id>"),
        registration(agent="x\n        &lt;user&gt;agent-1002@hotline&lt;/user&gt;"),
        registration(call="x</call-id></registration><registration><user>agent-1002@hotline</user>"),
    ],
)
def test_a_phone_does_not_speak_for_another(row: str) -> None:
    assert reachable(_HEAD + row + _TAIL) == ("agent-1001",)


@pytest.mark.parametrize("text", ["Invalid Profile!\n", "", "Invalid Syntax!\n"])
def test_a_switch_without_its_profile_is_not_up(text: str) -> None:
    with pytest.raises(SwitchAway, match="hotline"):
        reachable(text)


def test_each_registration_is_one_phone() -> None:
    """As 1.10.12 writes it."""
    text = (
        _HEAD
        + "    <registration>\n        <call-id>b63198aa01a44f25</call-id>\n        <user>agent-1001@hotline</user>\n"
        + "        <contact>&quot;&quot; &lt;sip:agent-1001@127.0.0.1:33153&gt;</contact>\n"
        + "        <agent>desk phone</agent>\n"
        + "        <status>Registered(UDP)(unknown) exp(2026-11-22 22:05:03) expsecs(360)</status>\n"
        + "        <ping-status>Reachable</ping-status>\n        <network-ip>127.0.0.1</network-ip>\n"
        + "    </registration>\n"
        + _TAIL
    )
    phone = Registration("sip:agent-1001@127.0.0.1:33153", "127.0.0.1", "desk phone", 1_360.0)
    assert registrations_in(text, 1_000.0) == {"agent-1001": phone}
    assert registrations_in(_HEAD + _TAIL, 1_000.0) == {}
