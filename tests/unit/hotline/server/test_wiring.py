"""What a site's settings come to."""

import os
from pathlib import Path

import pytest

from calls.errors import BadInput
from calls.ports import Switch
from hotline.provisioning.asterisk import AsteriskHouse
from hotline.provisioning.freeswitch import FreeSwitchHouse
from hotline.server import wiring
from hotline.site.site import Site
from hotline.versions import ear_kind
from hotline.views.masking import leg_row
from speech.kokoro.voice import Kokoro
from speech.recognising_switch import RecognisingSwitch
from speech.voice import Pcm, VoiceBusy
from speech.worded import WordedVoice
from switch.asterisk import adapter
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.session import AsteriskOptions
from switch.freeswitch.adapter import FreeSwitch

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings come to the same wherever `make voice` was run, and where it was not."""
    monkeypatch.setattr(ear_kind, "whisper_is_there", lambda: False)


def only_switch(site: Site) -> Switch:
    """The adapter of a site that has one."""
    (node,) = site.switches
    return wiring.make_switch(site, node, ear=wiring.make_ear(site))


def test_recordings_are_found_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hotline.yaml").write_text("switch: {run_dir: var/asterisk}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    given: list[AsteriskOptions] = []
    monkeypatch.setattr(adapter, "AsteriskSwitch", lambda options, name: given.append(options))
    only_switch(Site.open(Path(os.path.relpath(tmp_path))))
    assert given[0].recordings_dir == tmp_path / "var" / "asterisk" / "spool" / "recording"


def test_another_switch_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("switch: {kind: freeswitch, run_dir: var/freeswitch}\n")
    site = Site.open(tmp_path)
    assert isinstance(only_switch(site), FreeSwitch)
    assert isinstance(wiring.make_provisioning(site)["switch-1"], FreeSwitchHouse)
    assert site.settings.switch.port == 8021
    (tmp_path / "hotline.yaml").write_text("switch: {kind: asterisk, run_dir: var/asterisk}\n")
    site = Site.open(tmp_path)
    assert isinstance(wiring.make_provisioning(site)["switch-1"], AsteriskHouse)
    assert site.settings.switch.port == 8088


def test_an_ear_only_where_an_engine_is_named(tmp_path: Path) -> None:
    def switch(settings: str) -> object:
        (tmp_path / "hotline.yaml").write_text(settings)
        return only_switch(Site.open(tmp_path))

    assert isinstance(switch("{}"), AsteriskSwitch)
    assert isinstance(switch("speech: {engine: scripted, phrases: [人工]}"), RecognisingSwitch)
    assert isinstance(switch("{switch: {kind: freeswitch}}"), FreeSwitch)
    assert isinstance(switch("{switch: {kind: freeswitch}, speech: {engine: scripted}}"), RecognisingSwitch)


def test_a_phone_of_the_house_is_shown_and_a_number_is_not() -> None:
    assert leg_row({"role": "agent", "party": "8004"})["party"] == "8004"
    assert leg_row({"role": "caller", "party": "+8613800138000"})["party"] == "+86*******8000"


def _site(folder: Path, switch: str) -> Site:
    (folder / "hotline.yaml").write_text(f"switch: {switch}\n")
    return Site.open(folder)


def test_calls_are_offered_at_the_address_and_by_the_name_of_the_site(tmp_path: Path) -> None:
    site = _site(tmp_path, '{kind: freeswitch, calls_by: outbound_socket, listen: "10.0.0.5:8084", application: north}')
    switch = only_switch(site)
    assert isinstance(switch, FreeSwitch)
    assert (switch.options.listen, switch.options.controller) == (("10.0.0.5", 8084), "north")


def test_parked_calls_are_everybodys(tmp_path: Path) -> None:
    switch = only_switch(_site(tmp_path, "{kind: freeswitch}"))
    assert isinstance(switch, FreeSwitch)
    assert (switch.options.listen, switch.options.controller) == (None, "")


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("{kind: asterisk, calls_by: outbound_socket}", "kind: freeswitch"),
        ('{kind: freeswitch, calls_by: outbound_socket, listen: "8084"}', "no host and port"),
        ('{kind: freeswitch, calls_by: outbound_socket, listen: "10.0.0.5:0"}', "no host and port"),
        ("{kind: freeswitch, calls_by: outbound_socket, application: 'a b'}", "use letters"),
        ("{kind: freeswitch, calls_by: sockets}", "outbound_socket"),
    ],
)
def test_what_cannot_be_offered_is_said_at_the_start(tmp_path: Path, switch: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _site(tmp_path, switch)


TWO = """\
switches:
  - {name: a, port: 8088, sip: "10.0.0.1:5060", run_dir: var/a}
  - {name: b, kind: freeswitch, sip: "10.0.0.2:5060", run_dir: var/b}
"""


def test_several_switches_each_with_its_adapter_folder_secret_and_peers(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(TWO)
    site = Site.open(tmp_path)
    site.prepare()
    cell = wiring.make_cell(site)
    assert cell.names == ("a", "b")
    one, other = (wiring.make_switch(site, node) for node in site.switches)
    assert isinstance(one, AsteriskSwitch)
    assert isinstance(other, FreeSwitch)
    assert (one.name, other.name) == ("a", "b")
    assert other.options.port == 8021
    assert other.options.recordings_dir == tmp_path / "var/b/spool/recording"
    assert site.switch_password("a") != site.switch_password("b") == other.options.password
    peers = {node: site.peers_of(node) for node in site.switches}
    assert peers["a"] is not None
    assert peers["b"] is not None
    assert (peers["a"].addresses, peers["b"].addresses) == ({"b": "10.0.0.2:5060"}, {"a": "10.0.0.1:5060"})
    assert peers["a"].secret == peers["b"].secret
    assert peers["a"].secret not in repr(peers["a"])
    assert (tmp_path / "var/secrets/peers").stat().st_mode & 0o777 == 0o600


def test_all_switches_have_the_same_passwords_of_phones(tmp_path: Path) -> None:
    """Also where there is no file of them yet: a phone may move from one to another."""
    (tmp_path / "hotline.yaml").write_text(TWO)
    site = Site.open(tmp_path)
    houses = wiring.make_provisioning(site)
    assert isinstance(houses["a"], AsteriskHouse)
    assert isinstance(houses["b"], FreeSwitchHouse)
    assert houses["a"]._secrets.get("agent-1001") == houses["b"]._secrets.get("agent-1001")


def test_no_two_switches_record_into_one_folder(tmp_path: Path) -> None:
    """Each finishes what an earlier controller has left in its own."""
    (tmp_path / "hotline.yaml").write_text("switches: [{name: a, sip: 'x:1'}, {name: b, port: 8089, run_dir: var/b}]")
    site = Site.open(tmp_path)
    folders = {node: site.recordings_of(node) for node in site.switches}
    assert folders == {"a": tmp_path / "var/recordings/a", "b": tmp_path / "var/b/spool/recording"}
    site.prepare()
    assert folders["a"].is_dir()
    (tmp_path / "hotline.yaml").write_text("{}")
    assert Site.open(tmp_path).recordings_of("switch-1") == tmp_path / "var/recordings", "as before"


@pytest.mark.parametrize(
    ("name", "node"),
    [("switch-1", "switch-1"), ("Main Switch", "s-main-switch"), ("1", "s-1"), ("x" * 30, "s-" + "x" * 14), ("ä", "s")],
)
def test_the_only_switch_may_be_called_anything(tmp_path: Path, name: str, node: str) -> None:
    """As by earlier releases; its node's name is made of it."""
    (tmp_path / "hotline.yaml").write_text(f"switch: {{name: {name!r}}}\n")
    site = Site.open(tmp_path)
    assert list(site.switches) == [node]
    assert wiring.make_cell(site).names == (node,)
    assert site.peers_of(node) is None
    site.prepare()
    assert site.switch_password(node) == site.switch_password() == site.secret("switch")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("switch: {port: 8089}\nswitches: [{name: a}]", ":2:11: switches: .*`switch`, too"),
        ("switches: []", ":1:11: switches: .*empty"),
        ("switches: [{port: 8088}]", "switches.0.name: Field required"),
        ("switches: [{name: a}, {name: B}]", ":1:30: switches.1.name: .*small letter"),
        ("switches: [{name: a}, {name: a, sip: 'x:1'}]", ":1:11: switches: .*the name a"),
        ("switches: [{name: a}, {name: b, port: 8089}]", "the sip 127.0.0.1:5060"),
        ("switches: [{name: a, sip: 'x:1'}, {name: b}]", "the port 127.0.0.1:8088"),
        ("switches: [{name: a, sip: 'x:1', run_dir: v}, {name: b, port: 9, run_dir: v}]", "the run_dir v"),
        ("switches: [{name: a, sip: 'x'}]", ":1:27: switches.0.sip: .*no host and port"),
        ("switches: [{name: a, prot: 1}]", ":1:22: switches.0.prot is no setting .*port"),
        ("switches: [{name: a, kind: asterix}]", "asterisk"),
    ],
)
def test_what_is_wrong_with_several_switches_is_said_with_its_place(tmp_path: Path, settings: str, said: str) -> None:
    (tmp_path / "hotline.yaml").write_text(settings)
    with pytest.raises(BadInput, match=said):
        Site.open(tmp_path)


def test_a_port_from_outside_is_of_the_one_switch_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(TWO)
    moved = Site.open(tmp_path).with_ports(ari=18088, event_socket=18021, web=None)
    assert [switch.port for switch in moved.switches.values()] == [18088, 18021]
    (tmp_path / "hotline.yaml").write_text("switches: [{name: a, sip: 'x:1'}, {name: b, port: 8089}]")
    with pytest.raises(BadInput, match="set `port` of each"):
        Site.open(tmp_path).with_ports(ari=18088, event_socket=None, web=None)
    kept = Site.open(tmp_path).with_ports(ari=None, event_socket=18021, web=18780)
    assert [switch.port for switch in kept.switches.values()] == [8088, 8089]


def test_what_kokoro_cannot_say_in_time_espeak_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site.open(tmp_path)
    assert isinstance(wiring.make_voice(site), WordedVoice)
    monkeypatch.setattr("hotline.versions.voice_kind.is_installed", lambda: True)
    assert isinstance(wiring.make_voice(site), Kokoro)
    (tmp_path / "hotline.yaml").write_text("voice: {kind: espeak}\n")
    assert isinstance(wiring.make_voice(Site.open(tmp_path)), WordedVoice)


async def test_a_busy_voice_leaves_the_sentence_to_the_quick_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy(Kokoro):
        async def synthesise(self, text: str, language: str) -> Pcm:
            raise VoiceBusy("others are before it")

    monkeypatch.setattr("hotline.versions.voice_kind.is_installed", lambda: True)
    monkeypatch.setattr("speech.kokoro.voice.is_installed", lambda: True)
    monkeypatch.setattr(wiring, "_SENTENCE_S", 60.0)  # of a slow machine
    sentences = wiring.make_sentences(Site.open(tmp_path), Busy())
    await sentences.start(["en"])
    stem = await sentences.sound("You owe twelve yuan.", "en")
    assert stem.parent.parent.name == "quick-sentences"
    assert await sentences.ready("You owe twelve yuan.", "en") == stem
    await sentences.close()
