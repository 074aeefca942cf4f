"""What is written for FreeSWITCH: whom it lets register, where calls may not go, and when a dead call ends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from switch.accounts import AgentAccount
from switch.freeswitch.instance.configuration import write_accounts, write_configuration
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.media_timeout import MediaTimeout

pytestmark = pytest.mark.unit

_INCLUDE = re.compile(r'<X-PRE-PROCESS cmd="include" data="([^"]+)"/>')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@pytest.fixture
def settings(tmp_path: Path) -> FreeSwitchSettings:
    return FreeSwitchSettings(tmp_path, "secret", accounts=(AgentAccount("1001", "s-1"),))


def whole(settings: FreeSwitchSettings) -> ElementTree.Element:
    """The document as the switch's own preprocessor puts it together."""

    def text(name: str) -> str:
        found = _COMMENT.sub("", (settings.etc_dir / name).read_text())
        found = re.sub(r"</?include>|<\?xml[^>]*>", "", found)
        return _INCLUDE.sub(lambda match: text(match[1]), found)

    return ElementTree.fromstring(text("freeswitch.xml"))


def variables(document: ElementTree.Element) -> dict[str, str]:
    """The global variables that it sets."""
    sets = [line.attrib["data"] for line in document.iter("X-PRE-PROCESS") if line.attrib["cmd"] == "set"]
    return dict(line.split("=", 1) for line in sets)


def profile(document: ElementTree.Element) -> dict[str, str]:
    """The parameters of the SIP profile."""
    return {param.attrib["name"]: param.attrib["value"] for param in document.iterfind(".//profile/settings/param")}


def test_no_leg_goes_where_a_phone_or_trunk_sends_it(settings: FreeSwitchSettings) -> None:
    write_configuration(settings)
    document = whole(settings)
    assert variables(document)["outbound_redirect_fatal"] == "true"
    assert profile(document)["disable-transfer"] == "$${hotline_refuses_refer}"


def test_a_phone_that_starts_anew_is_not_counted_against_itself(settings: FreeSwitchSettings) -> None:
    """`max-registrations-per-extension` counts registrations under other Call-IDs and refuses the new one (1.10.12)."""
    write_configuration(settings)
    params = profile(whole(settings))
    assert params["multiple-registrations"] == "false"
    assert "max-registrations-per-extension" not in params


@pytest.mark.parametrize(
    ("started_with", "told", "waiting", "talking", "hold"),
    [
        pytest.param(None, None, "60000", "8000", "300000", id="the defaults"),
        pytest.param(MediaTimeout(20, 5, 90), None, "20000", "5000", "90000", id="by its own command line"),
        pytest.param(None, MediaTimeout(30, 6, 70), "30000", "6000", "70000", id="by the controller"),
    ],
)
def test_calls_without_audio_end_in_a_time_apart_for_callers_and_agents(
    settings: FreeSwitchSettings,
    started_with: MediaTimeout | None,
    told: MediaTimeout | None,
    waiting: str,
    talking: str,
    hold: str,
) -> None:
    write_configuration(replace(settings, media_timeout=started_with))
    if told is not None:
        write_accounts(replace(settings, media_timeout=told), settings.accounts)
        write_configuration(replace(settings, accounts=()))  # a later start
    document = whole(settings)
    told_globally = variables(document)
    assert (told_globally["media_timeout"], told_globally["media_hold_timeout"]) == (waiting, hold)
    [user] = document.iter("user")
    assert user.find("variables/variable[@name='media_timeout']").attrib["value"] == talking  # type: ignore[union-attr]
    dial_string = user.find("params/param[@name='dial-string']").attrib["value"]  # type: ignore[union-attr]
    assert dial_string == (
        f"{{^^:sip_invite_domain=${{dialed_domain}}:presence_id=:media_timeout={talking}}}"
        "${sofia_contact(hotline/${dialed_user}@${dialed_domain})}"
    )
    assert "media_timeout" not in profile(document), "the profile knows no such parameter"
