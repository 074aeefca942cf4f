"""Browsers as phones of agents: which accounts are theirs, and what an Asterisk is told for them."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from switch.accounts import AgentAccount
from switch.asterisk.instance.configuration import standing_values, write_configuration
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.settings import AsteriskSettings
from tests.unit.switch.asterisk.endpoints import endpoints

pytestmark = pytest.mark.unit


@pytest.fixture
def web_settings(settings: AsteriskSettings) -> AsteriskSettings:
    accounts = (AgentAccount("1001", "s-1"), AgentAccount("1002", "lent", web=True))
    return replace(settings, web_phones=True, accounts=accounts)


def test_only_an_account_that_is_lent_is_a_browsers(web_settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(replace(web_settings, phone_srtp="required"), installation)
    found = endpoints(web_settings)
    assert found["agent-1002"]["webrtc"] == "yes"
    assert "media_encryption" not in found["agent-1002"], "webrtc sets it"
    assert "webrtc" not in found["agent-1001"]
    assert found["agent-1001"]["media_encryption"] == "sdes"
    assert "webrtc" not in found["trunk"]
    assert {name for name, section in found.items() if section.get("ice_support")} == set()


def test_browsers_need_a_transport_and_candidates_and_nobody_else_has_them(
    settings: AsteriskSettings, web_settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    assert "protocol = ws" not in (settings.etc_dir / "pjsip.conf").read_text()
    assert "res_pjsip_transport_websocket" not in (settings.etc_dir / "modules.conf").read_text()
    assert "icesupport = no" in (settings.etc_dir / "rtp.conf").read_text()
    assert standing_values(settings)["web_phones"] == "no"
    (installation.modules_dir / "res_pjsip_transport_websocket.so").touch()
    write_configuration(web_settings, installation)
    assert "protocol = ws" in (settings.etc_dir / "pjsip.conf").read_text()
    assert "load = res_pjsip_transport_websocket.so" in (settings.etc_dir / "modules.conf").read_text()
    assert "icesupport = yes" in (settings.etc_dir / "rtp.conf").read_text()
    assert standing_values(settings)["web_phones"] == "yes", "whoever publishes accounts knows that it takes them"
    assert settings.web_phones_url == "ws://127.0.0.1:8088/ws"


def test_an_instance_of_an_earlier_release_takes_no_browsers(settings: AsteriskSettings) -> None:
    settings.etc_dir.mkdir(parents=True)
    (settings.etc_dir / "endpoints.json").write_text(json.dumps({"codecs": "alaw"}))
    assert standing_values(settings)["web_phones"] == "no"


def test_phones_are_known_by_name_before_any_address(
    web_settings: AsteriskSettings, installation: Installation
) -> None:
    """Else what a browser says by way of the controller, at 127.0.0.1, would be the trunk's of that address."""
    write_configuration(web_settings, installation)
    order = re.findall(r"endpoint_identifier_order = (.*)", (web_settings.etc_dir / "pjsip.conf").read_text())
    assert order == ["auth_username,username,ip"]
