"""Trunks in Asterisk's configuration, and what its command line says of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from calls.trunks import Tls, Trunk
from switch.accounts import AgentAccount
from switch.asterisk.instance.configuration import ConfigurationError, write_accounts, write_configuration
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.settings import TEMPLATES, AsteriskSettings
from switch.asterisk.instance.trunks import seen_in, write_trunks
from switch.trunk_lines import Seen

pytestmark = pytest.mark.unit

CARRIER = Trunk(
    "sip.carrier.example:5080",
    sources=("203.0.113.0/28", "203.0.113.99"),
    transport="tls",
    srtp=True,
    register=True,
    user="4000095183",
    secret="carrier",
    codecs=("alaw",),
    from_user="hotline",
    probe_s=30,
)


@pytest.fixture
def settings(tmp_path: Path) -> AsteriskSettings:
    """Of an instance that was started to be reached from elsewhere."""
    modules = tmp_path / "modules"
    modules.mkdir()
    for module in re.findall(r"^load = (\S+)", (TEMPLATES / "modules.conf").read_text(), re.MULTILINE):
        (modules / module).touch()
    started = AsteriskSettings(
        run_dir=tmp_path / "run",
        ari_password="p-1",
        sip_address="192.0.2.10",
        external_address="198.51.100.1",
        codecs=("ulaw",),
    )
    write_configuration(started, Installation(("asterisk",), "22.10.1", modules, tmp_path / "data"))
    return replace(started, sip_address="127.0.0.1", external_address=None, codecs=("alaw", "opus"))


def sections(settings: AsteriskSettings) -> dict[str, list[str]]:
    """By name and type, their lines."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (settings.etc_dir / "trunks.conf").read_text().splitlines():
        if line.startswith("["):
            name = line
        elif line.startswith("type = "):
            found[f"{name} {line.removeprefix('type = ')}"] = lines = []
        elif line and not line.startswith(";"):
            lines.append(line)
    return found


def test_all_that_a_trunk_says_is_there(settings: AsteriskSettings) -> None:
    tls = Tls(5061, "/tls/own.crt", "/tls/own.key", "/tls/theirs.crt")
    assert write_trunks(settings, {"carrier": CARRIER}, {"carrier": "open sesame"}, tls)
    found = sections(settings)
    transport = found["[transport-tls] transport"]
    assert {"protocol = tls", "bind = 192.0.2.10:5061", "cert_file = /tls/own.crt", "verify_server = yes"} <= {
        *transport
    }
    assert "external_media_address = 198.51.100.1" in transport
    endpoint = found["[trunk-carrier] endpoint"]
    assert {
        "transport = transport-tls",
        "context = hotline-callers",
        "outbound_auth = trunk-carrier",
        "from_user = hotline",
        "allow = alaw",
        "media_encryption = sdes",
        "media_address = 192.0.2.10",
        "allow_transfer = no",
    } <= {*endpoint}
    assert found["[trunk-carrier] aor"][:2] == [
        "contact = sip:sip.carrier.example:5080\\;transport=tls",
        "qualify_frequency = 30",
    ]
    assert found["[trunk-carrier] identify"][1:] == ["match = 203.0.113.0/28", "match = 203.0.113.99"]
    assert "password = open sesame" in found["[trunk-carrier] auth"]
    registration = found["[trunk-carrier] registration"]
    assert "client_uri = sip:4000095183@sip.carrier.example:5080" in registration
    exceptions = (settings.etc_dir / "trunk_exceptions.conf").read_text().split("\n")
    assert exceptions == ["match = !203.0.113.0/28", "match = !203.0.113.99/32", ""]


def test_a_plain_trunk_has_no_registration_and_no_credentials(settings: AsteriskSettings) -> None:
    write_trunks(settings, {"plain": Trunk("192.0.2.1")}, {}, None)
    assert [name.partition("] ")[2] for name in sections(settings)] == ["endpoint", "aor", "identify"]
    assert "allow = ulaw" in sections(settings)["[trunk-plain] endpoint"], (
        "the codecs that the instance was started with"
    )
    assert "media_encryption = no" in sections(settings)["[trunk-plain] endpoint"]


def test_nothing_new_is_nothing_to_reload(settings: AsteriskSettings) -> None:
    assert write_trunks(settings, {"carrier": CARRIER}, {"carrier": "one"}, None)
    assert not write_trunks(settings, {"carrier": CARRIER}, {"carrier": "one"}, None)
    assert write_trunks(settings, {"carrier": CARRIER}, {"carrier": "two"}, None)
    assert write_trunks(settings, {}, {}, None)
    assert sections(settings) == {}


def test_a_password_cannot_break_out_of_its_line(settings: AsteriskSettings) -> None:
    for password in ("one\ntwo", "half;comment", ""):
        with pytest.raises(ConfigurationError):
            write_trunks(settings, {"carrier": CARRIER}, {"carrier": password}, None)


def test_accounts_are_written_for_the_addresses_by_which_the_instance_was_started(settings: AsteriskSettings) -> None:
    write_accounts(settings, (AgentAccount("1001", "s-1"),))
    written = (settings.etc_dir / "agents.conf").read_text()
    assert "media_address = 192.0.2.10" in written
    assert "allow = ulaw" in written


CONTACTS = """\

  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
==========================================================================================

  Contact:  trunk-carrier/sip:127.0.0.2:44288              0d9b2b8a3a {contact}         1.215

Objects found: 1
"""
REGISTRATIONS = """\

 <Registration/ServerURI..............................>  <Auth....................>  <Status.......>
==========================================================================================

 trunk-carrier/sip:127.0.0.2:44288                       trunk-carrier               {state}        (exp. 290s)

Objects found: 1
"""
REFUSED = "its gateway refuses user 4000095183 and the password of var/secrets/carrier"


@pytest.mark.parametrize(
    ("contact", "state", "seen"),
    [
        ("Avail  ", "Registered", Seen(True, True)),
        ("NonQual", "Registered", Seen(None, True)),
        ("Avail  ", "Unregistered", Seen(True, None)),
        ("Avail  ", "Rejected", Seen(True, False, REFUSED)),
        ("Unavail", "Unregistered", Seen(False, None, "its gateway does not answer")),
        ("Unavail", "Rejected", Seen(False, False, "its gateway does not answer")),
    ],
)
def test_what_asterisk_says(contact: str, state: str, seen: Seen) -> None:
    told = seen_in({"carrier": CARRIER}, CONTACTS.format(contact=contact), REGISTRATIONS.format(state=state))
    assert told == {"carrier": seen}


def test_a_trunk_that_does_not_register_is_only_asked_whether_it_is_there() -> None:
    told = seen_in({"carrier": Trunk("127.0.0.2:44288")}, CONTACTS.format(contact="Avail  "), "No objects found.\n")
    assert told == {"carrier": Seen(True, None)}
