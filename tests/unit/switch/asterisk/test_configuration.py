"""What is written for Asterisk: complete, private, and nothing that a value could break out of."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from calls.trunks import Trunk
from switch.accounts import AgentAccount, SecretStore
from switch.asterisk import announcers, called
from switch.asterisk.instance.configuration import (
    ConfigurationError,
    render,
    write_accounts,
    write_configuration,
    write_fallback,
    write_peers,
)
from switch.asterisk.instance.installation import Installation, locate
from switch.asterisk.instance.settings import AsteriskSettings
from switch.asterisk.instance.trunks import write_trunks
from switch.media_timeout import MediaTimeout
from switch.peers import Peers
from tests.unit.switch.asterisk.endpoints import endpoints

pytestmark = pytest.mark.unit


def test_every_placeholder_of_the_templates_is_filled(settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(settings, installation)
    for file in settings.etc_dir.iterdir():
        assert "{{" not in file.read_text(), file.name


def test_all_files_and_folders_are_private(settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(settings, installation)
    assert {stat.S_IMODE(file.stat().st_mode) for file in settings.etc_dir.iterdir()} == {0o600}
    assert stat.S_IMODE(settings.run_dir.stat().st_mode) == 0o700


def test_it_listens_on_loopback_until_told_otherwise(settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(settings, installation)
    assert "bind = 127.0.0.1:12060" in (settings.etc_dir / "pjsip.conf").read_text()
    assert "bindaddr = 127.0.0.1" in (settings.etc_dir / "http.conf").read_text()
    assert "media_address = 127.0.0.1" in (settings.etc_dir / "agents.conf").read_text()


def test_no_endpoint_moves_a_call_by_itself(settings: AsteriskSettings, installation: Installation) -> None:
    peers = Peers("south", "p-2", {"north": "10.0.0.8:5060"})
    write_configuration(replace(settings, gateway="sip:10.0.0.9", peers=peers), installation)
    found = endpoints(settings)
    assert set(found) == {"trunk", "gateway", "agent-1001", "switch-north"}
    for name, endpoint in found.items():
        # a phone's REFER is ours to carry out; what Asterisk would do with it by itself leads nowhere
        ours = ["PJSIP_TRANSFER_HANDLING()=ari-only", "TRANSFER_CONTEXT=hotline-nowhere"] if "agent" in name else []
        assert endpoint["allow_transfer"] == ("yes" if ours else "no"), name
        assert endpoint["set_var"].split("\n") == [*ours, "FORWARD_CONTEXT=hotline-nowhere"], name
    nowhere = (settings.etc_dir / "extensions.conf").read_text().partition("[hotline-nowhere]\n")[2]
    assert nowhere.startswith("\n"), "the context is there, and leads nowhere"


def test_music_comes_in_longer_frames_and_everybody_gets_packets_as_long_as_they_ask(
    settings: AsteriskSettings, installation: Installation
) -> None:
    peers = Peers("south", "p-2", {"north": "10.0.0.8:5060"})
    write_configuration(replace(settings, gateway="sip:10.0.0.9", peers=peers), installation)
    write_trunks(settings, {"carrier": Trunk("10.0.0.7")}, {}, None)
    found = endpoints(settings)
    assert {"trunk", "gateway", "agent-1001", "switch-north", "trunk-carrier"} == set(found)
    assert {endpoint["use_ptime"] for endpoint in found.values()} == {"yes"}
    assert "mixing_interval = 40" in (settings.etc_dir / "confbridge.conf").read_text()


def test_nobody_who_calls_reaches_the_music(settings: AsteriskSettings, installation: Installation) -> None:
    """Its context is no endpoint's, and no other leads there."""
    write_configuration(settings, installation)
    dialplan = (settings.etc_dir / "extensions.conf").read_text()
    assert {endpoint["context"] for endpoint in endpoints(settings).values()}.isdisjoint({announcers.CONTEXT})
    assert not re.search(r"^include|Goto\(hotline-music|Gosub\(hotline-music", dialplan, re.MULTILINE)


@pytest.mark.parametrize(
    ("started_with", "told", "callers", "agents"),
    [
        pytest.param(None, None, "60 300", "3600 300", id="the defaults"),
        pytest.param(MediaTimeout(20, 5, 90, 700), None, "20 90", "700 90", id="by its own command line"),
        pytest.param(
            None, MediaTimeout(30, 6, 70, 800), "30 70", "800 70", id="by the controller, as hotline.yaml says"
        ),
    ],
)
def test_calls_without_audio_end_in_a_time_apart_for_callers_and_agents(
    settings: AsteriskSettings,
    installation: Installation,
    started_with: MediaTimeout | None,
    told: MediaTimeout | None,
    callers: str,
    agents: str,
) -> None:
    write_configuration(replace(settings, media_timeout=started_with, gateway="sip:10.0.0.9"), installation)
    if told is not None:
        write_accounts(replace(settings, media_timeout=told), settings.accounts)
        write_configuration(replace(settings, accounts=(), gateway="sip:10.0.0.9"), installation)  # a later start
    seen = {name: f"{one['rtp_timeout']} {one['rtp_timeout_hold']}" for name, one in endpoints(settings).items()}
    assert seen == {"trunk": callers, "gateway": callers, "agent-1001": agents}


def test_in_a_cell_of_several_switches_a_silent_phone_is_ended_unasked(
    settings: AsteriskSettings, installation: Installation
) -> None:
    """It may be in a call that another switch has, whose controller's part does not look at it."""
    peers = Peers("a", "secret", {"b": "192.0.2.2:5060"})
    write_configuration(replace(settings, media_timeout=MediaTimeout(talking_s=6), peers=peers), installation)
    assert endpoints(settings)["agent-1001"]["rtp_timeout"] == "6"


def test_a_module_that_this_version_lacks_is_not_loaded(settings: AsteriskSettings, installation: Installation) -> None:
    (installation.modules_dir / "res_websocket_client.so").unlink()
    write_configuration(settings, installation)
    modules = (settings.etc_dir / "modules.conf").read_text()
    assert "res_websocket_client.so" not in modules
    assert "load = res_ari.so" in modules


def test_an_asterisk_without_what_nothing_works_without_is_named(
    settings: AsteriskSettings, installation: Installation
) -> None:
    (installation.modules_dir / "chan_pjsip.so").unlink()
    with pytest.raises(ConfigurationError, match=r"lacks chan_pjsip\.so: install"):
        write_configuration(settings, installation)


def test_the_recording_folder_exists_before_anything_is_recorded(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    assert settings.recording_dir.is_dir()
    assert settings.voicemail_dir.is_dir()


def test_a_published_fallback_stays_in_force_at_the_next_start(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    write_fallback(settings, "[hotline-fallback]\nexten => s,1,Hangup()\n")
    write_configuration(settings, installation)
    assert (settings.etc_dir / "fallback.conf").read_text() == "[hotline-fallback]\nexten => s,1,Hangup()\n"


def test_accounts_that_the_controller_wrote_stay_when_asterisk_starts_without_any(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    write_configuration(replace(settings, accounts=()), installation)
    assert "[agent-1001]" in (settings.etc_dir / "agents.conf").read_text()
    write_accounts(settings, ())
    assert "[agent-1001]" not in (settings.etc_dir / "agents.conf").read_text()


def test_a_fallback_without_its_context_is_refused(settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(settings, installation)
    with pytest.raises(ConfigurationError, match="hotline-fallback"):
        write_fallback(settings, "[main]\nexten => s,1,Hangup()\n")


@pytest.mark.parametrize("agent", ["", "1001\n[admin]", "a b", "x" * 41, "../etc"])
def test_an_agent_id_that_is_no_account_name_is_refused(
    settings: AsteriskSettings, installation: Installation, agent: str
) -> None:
    write_configuration(settings, installation)
    with pytest.raises(ConfigurationError, match="agent id"):
        write_accounts(settings, (AgentAccount(agent, "s"),))


@pytest.mark.parametrize("value", ["", "a\nb = c", "a;b", "a\x00b"])
def test_a_value_stays_a_value(settings: AsteriskSettings, installation: Installation, value: str) -> None:
    with pytest.raises(ConfigurationError):
        write_configuration(replace(settings, ari_password=value), installation)


def test_a_template_that_names_no_setting_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="sip_prot"):
        render("bind = {{sip_prot}}", {"sip_port": "5060"})


def test_a_run_directory_too_deep_for_a_socket_gets_a_short_one(
    tmp_path: Path, settings: AsteriskSettings, installation: Installation
) -> None:
    deep = replace(settings, run_dir=tmp_path / ("d" * 100) / "run")
    write_configuration(deep, installation)
    control = re.search(r"astrundir => (.+)", (deep.etc_dir / "asterisk.conf").read_text())
    assert control is not None
    short = Path(control[1])
    assert short.is_dir()
    assert len(str(short / "asterisk.ctl")) < 108
    write_configuration(deep, installation)
    assert f"astrundir => {short}" in (deep.etc_dir / "asterisk.conf").read_text()
    short.rmdir()


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "site" / "secrets.json"
    first = SecretStore(path).get("ari")
    assert SecretStore(path).get("ari") == first
    assert SecretStore(path).get("agent-1001") != first
    assert len(first) == 24
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_are_not_shown_when_settings_are_printed(settings: AsteriskSettings) -> None:
    assert "p-1" not in repr(settings)
    assert "s-1" not in repr(settings)


def test_an_unpacked_asterisk_is_started_by_its_own_loader(tmp_path: Path) -> None:
    (tmp_path / ".complete").write_text(
        "version=22.10.1\nsuite=testing\nloader=usr/lib/l/ld.so\nlibraries=usr/lib/l\n"
        "program=usr/sbin/asterisk\nmodules=usr/lib/l/asterisk/modules\ndata=usr/share/asterisk\n"
    )
    found = locate(tmp_path)
    assert found is not None
    assert found.major == 22
    assert found.command == (
        f"{tmp_path}/usr/lib/l/ld.so",
        "--library-path",
        f"{tmp_path}/usr/lib/l",
        f"{tmp_path}/usr/sbin/asterisk",
    )
    assert found.modules_dir == tmp_path / "usr/lib/l/asterisk/modules"


def test_a_call_that_comes_during_a_reload_finds_its_controller(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    dialplan = (settings.etc_dir / "extensions.conf").read_text()
    assert "[globals]" not in dialplan, "a reload of the dialplan empties global variables for a moment"
    assert f"Stasis({settings.application},caller)" in dialplan


def section(dialplan: str, context: str) -> str:
    """The lines of a context."""
    return dialplan.partition(f"[{context}]\n")[2].partition("\n[")[0]


def test_who_answers_without_a_controller_waits_for_one(settings: AsteriskSettings, installation: Installation) -> None:
    write_configuration(settings, installation)
    context = section((settings.etc_dir / "extensions.conf").read_text(), called.CONTEXT)
    assert "exten => s,1(answered),Stasis(${CHANNEL(accountcode)},out)" in context, "of whoever called"
    assert "$[${HOTLINE_TRIES} > 20]" in context
    write_configuration(replace(settings, answered_wait_s=0.0), installation)
    assert "$[${HOTLINE_TRIES} > 0]" in (settings.etc_dir / "extensions.conf").read_text()


def test_nobody_outside_comes_where_called_legs_do_and_nothing_is_dialled_there(
    settings: AsteriskSettings, installation: Installation
) -> None:
    peers = Peers("a", "p-2", {"b": "127.0.0.1:5070"})
    gateway = replace(settings, peers=peers, gateway="sip:10.0.0.9:5060")
    write_configuration(gateway, installation)
    write_trunks(gateway, {"carrier": Trunk("192.0.2.1")}, {}, None)
    written = {path.name: path.read_text() for path in settings.etc_dir.glob("*.conf")}
    dialplan = written["extensions.conf"]
    assert set(re.findall(r"^(\w+)\(?", section(dialplan, called.CONTEXT), flags=re.MULTILINE)) <= {"exten"}
    applications = re.findall(
        r"(?:exten => \w+,\d(?:\(\w+\))?,|same => n(?:\(\w+\))?,)(\w+)", section(dialplan, called.CONTEXT)
    )
    assert set(applications) == {
        "Stasis",
        "GotoIf",
        "Hangup",
        "Set",
        "StartMusicOnHold",
        "Wait",
        "StopMusicOnHold",
        "Goto",
    }
    assert re.findall(r"Goto\(([^)]*)\)", section(dialplan, called.CONTEXT)) == ["s,answered"], "and never elsewhere"
    elsewhere = {name: text.replace(section(dialplan, called.CONTEXT), "") for name, text in written.items()}
    named = [(name, line) for name, text in elsewhere.items() for line in text.splitlines() if called.CONTEXT in line]
    assert named == [("extensions.conf", f"[{called.CONTEXT}]")], "no endpoint's context, no include, no Goto"


def test_withheld_numbers_are_kept_only_where_that_is_asked_for(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    assert "withheld.log" not in (settings.etc_dir / "extensions.conf").read_text()
    write_configuration(replace(settings, keep_withheld=True), installation)
    assert f"FILE({settings.withheld_log}," in (settings.etc_dir / "extensions.conf").read_text()


def test_peers_are_known_by_name_and_password_and_reach_phones_only(
    settings: AsteriskSettings, installation: Installation
) -> None:
    peers = Peers("a", "p-2", {"b": "127.0.0.1:5070", "c": "10.0.0.3:5060"})
    write_configuration(replace(settings, peers=peers), installation)
    text = (settings.etc_dir / "peers.conf").read_text()
    sections = [section.splitlines() for section in re.split(r"^(?=\[)", text, flags=re.MULTILINE)[1:]]
    of_b = [section for section in sections if section[0].startswith("[switch-b")]
    kinds = {(section[0], section[1]): dict(line.split(" = ") for line in section if " = " in line) for section in of_b}
    endpoint = kinds["[switch-b]", "type = endpoint"]
    assert (endpoint["context"], endpoint["from_user"]) == ("hotline-peers", "switch-a")
    assert (endpoint["auth"], endpoint["outbound_auth"]) == ("switch-b", "switch-b-out")
    proof, own = kinds["[switch-b]", "type = auth"], kinds["[switch-b-out]", "type = auth"]
    assert (proof["username"], proof["password"]) == ("switch-b", "p-2")
    assert (own["username"], own["password"]) == ("switch-a", "p-2")
    assert kinds["[switch-b]", "type = aor"]["contact"] == "sip:127.0.0.1:5070"
    assert "identify" not in text, "no address proves to be a switch"
    assert "contact = sip:10.0.0.3:5060" in text
    assert "p-2" not in repr(replace(settings, peers=peers))
    assert "#include peers.conf" in (settings.etc_dir / "pjsip.conf").read_text()
    dialplan = (settings.etc_dir / "extensions.conf").read_text()
    context = dialplan.partition("[hotline-peers]")[2].partition("\n[")[0]
    assert re.findall(r"Dial\(([^)]*)\)", context) == ["PJSIP/agent-${ACCOUNT},300"]
    assert "Stasis" not in context


def test_peers_that_the_controller_wrote_stay_when_asterisk_starts_without_any(
    settings: AsteriskSettings, installation: Installation
) -> None:
    write_configuration(settings, installation)
    assert (settings.etc_dir / "peers.conf").read_text() == "; no other switches\n"
    write_peers(replace(settings, peers=Peers("a", "p-2", {"b": "127.0.0.1:5070"})))
    write_configuration(settings, installation)
    assert "[switch-b]" in (settings.etc_dir / "peers.conf").read_text()
    write_peers(replace(settings, peers=Peers("a", "p-2", {})))
    assert "[switch-b]" not in (settings.etc_dir / "peers.conf").read_text()


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("22.10.1+dfsg", True),
        ("22.2.0", False),
        ("21.8.0", True),
        ("20.12.1~dfsg", False),
        ("20.13.0", True),
        ("23.0.0", True),
    ],
)
def test_a_phone_s_refer_is_left_to_us_or_refused(
    settings: AsteriskSettings, installation: Installation, version: str, told: bool
) -> None:
    """An Asterisk that would carry it out itself must not: it would take the caller past the controller."""
    write_configuration(settings, replace(installation, version=version))
    agents = (settings.etc_dir / "agents.conf").read_text()
    assert ("PJSIP_TRANSFER_HANDLING()=ari-only" in agents) is told
    assert ("allow_transfer = no" in agents) is not told
    assert "allow_transfer = no" in (settings.etc_dir / "pjsip.conf").read_text()


def test_a_run_directory_of_an_earlier_release_lets_no_phone_transfer(settings: AsteriskSettings) -> None:
    settings.etc_dir.mkdir(parents=True)
    standing = {"codecs": "alaw", "media_options": "", "rtp_timeout_s": "8", "rtp_timeout_hold_s": "60"}
    standing |= {"qualify_s": "5", "sip_address": "127.0.0.1", "sip_port": "5060", "transport_options": ""}
    (settings.etc_dir / "endpoints.json").write_text(json.dumps(standing))
    write_accounts(settings, settings.accounts)
    assert "allow_transfer = no" in (settings.etc_dir / "agents.conf").read_text()
