"""What is written for FreeSWITCH of the other switches of its cell, and what it dials."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock, create_autospec
from xml.etree import ElementTree

import pytest

from switch.freeswitch.instance.configuration import write_configuration, write_peers
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.originating import Dialler
from switch.freeswitch.session import FreeSwitchOptions, Session
from switch.peers import Peers
from switch.trunk_lines import TrunkLines

pytestmark = pytest.mark.unit


def written(settings: FreeSwitchSettings, name: str) -> ElementTree.Element:
    """A file of the configuration; the switch reads it by an include."""
    return ElementTree.parse(settings.etc_dir / name).getroot()


def test_a_gateway_to_each_peer_and_a_user_that_it_proves_to_be(tmp_path: Path) -> None:
    settings = FreeSwitchSettings(tmp_path, "secret", peers=Peers("b", "p<2", {"a": "127.0.0.1:5070"}))
    write_configuration(settings)
    (gateway,) = written(settings, "peer_gateways.xml")
    params = {param.attrib["name"]: param.attrib["value"] for param in gateway}
    assert gateway.attrib["name"] == "switch-a"
    assert (params["username"], params["from-user"], params["password"]) == ("switch-b", "switch-b", "p<2")
    assert (params["proxy"], params["register"], params["caller-id-in-from"]) == ("127.0.0.1:5070", "false", "false")
    (user,) = written(settings, "peer_users.xml")
    assert user.attrib["id"] == "switch-a"
    found = {child.attrib["name"]: child.attrib["value"] for part in user for child in part}
    assert found == {"password": "p<2", "user_context": "hotline-peers"}
    for name, included in (("sofia.xml", "peer_gateways.xml"), ("directory.xml", "peer_users.xml")):
        (include,) = [e for e in written(settings, name).iter("X-PRE-PROCESS") if e.attrib["data"] == included]
        assert include.attrib["cmd"] == "include"


def test_a_peer_must_prove_itself_and_reaches_phones_only(tmp_path: Path) -> None:
    settings = FreeSwitchSettings(tmp_path, "secret")
    write_configuration(settings)
    contexts = {context.attrib["name"]: context for context in written(settings, "dialplan.xml").iter("context")}
    phone, odd = contexts["hotline-peers"]
    conditions = {c.attrib["field"]: c.attrib["expression"] for c in phone.iter("condition")}
    assert conditions["${sip_authorized}"] == "^true$"
    assert conditions["${sip_auth_username}"] == "^switch-"
    assert [a.attrib["data"] for a in phone.iter("action") if a.attrib["application"] == "bridge"] == [
        "user/agent-$1@hotline"
    ]
    assert [a.attrib["application"] for a in odd.iter("action")] == ["respond"]
    names = [extension.attrib["name"] for extension in contexts["hotline-callers"]]
    assert names.index("peer") < names.index("away"), "on the trunk's own address it is asked for the password"
    strangers = [extension.attrib["name"] for extension in contexts["hotline-strangers"]]
    assert strangers.index("peer") < strangers.index("proved"), "it does not get in as a phone of ours"


def test_peers_that_the_controller_wrote_outlive_a_start(tmp_path: Path) -> None:
    settings = FreeSwitchSettings(tmp_path, "secret")
    write_configuration(settings)
    assert not list(written(settings, "peer_users.xml"))
    write_peers(replace(settings, peers=Peers("b", "p", {"a": "127.0.0.1:5070"})))
    write_configuration(settings)
    assert len(written(settings, "peer_users.xml")) == 1


@pytest.mark.parametrize(
    ("to", "endpoint"),
    [
        ("phone:1001", "user/agent-1001@hotline"),
        ("phone:1001@a", "sofia/gateway/switch-a/*1001"),
        ("tel:+8610", "sofia/gateway/trunk/+8610"),
        ("phone:1001@a b", None),
        ("phone:1001@", None),
        ("phone:1001@a,user/x", None),
    ],
)
def test_what_freeswitch_dials(to: str, endpoint: str | None) -> None:
    session: Mock = create_autospec(Session, instance=True)
    session.options = FreeSwitchOptions("secret")
    session.trunks = TrunkLines()
    assert Dialler(session).endpoint_of(to) == endpoint
