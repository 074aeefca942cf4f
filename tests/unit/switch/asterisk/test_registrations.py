"""Who is registered, as Asterisk's console shows its database."""

import pytest

from switch.asterisk.instance.registrations import registrations_in
from switch.registrations import Registration

pytestmark = pytest.mark.unit

# of Asterisk 22.10.1; some of the fields
_SHOWN = (
    '/registrar/contact/agent-8001;@9f8e7d6c5b4a39281706f5e4d3c2b1a0: {"via_addr":"127.0.0.1","via_port":"12100",'
    '"user_agent":"baresip v1.1.0 (x86_64/linux)","call_id":"8b7a; @x","expiration_time":"1795990000",'
    '"uri":"sip:agent-8001-0x5555@127.0.0.1:12100","endpoint":"agent-8001"}\n'
    '/registrar/contact/switch-b;@00: {"via_addr":"10.0.0.2","user_agent":"","expiration_time":"1795990001",'
    '"uri":"sip:b@10.0.0.2:5060","endpoint":"switch-b"}\n'
    "2 results found.\n"
)


def test_each_line_is_one_phone() -> None:
    assert registrations_in(_SHOWN) == {
        "agent-8001": Registration(
            "sip:agent-8001-0x5555@127.0.0.1:12100", "127.0.0.1", "baresip v1.1.0 (x86_64/linux)", 1_795_990_000.0
        ),
        "switch-b": Registration("sip:b@10.0.0.2:5060", "10.0.0.2", "", 1_795_990_001.0),
    }


def test_an_empty_database_has_none() -> None:
    assert registrations_in("0 results found.\n") == {}
