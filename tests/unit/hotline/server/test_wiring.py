"""What a site's settings come to."""

import os
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.provisioning.asterisk import AsteriskHouse
from hotline.provisioning.freeswitch import FreeSwitchHouse
from hotline.server import wiring
from hotline.site.settings import Site
from hotline.store.reading import masked_leg
from speech.recognising_switch import RecognisingSwitch
from switch.asterisk import adapter
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.session import AsteriskOptions
from switch.freeswitch.adapter import FreeSwitch

pytestmark = pytest.mark.unit


def test_recordings_are_found_from_any_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hotline.yaml").write_text("switch: {run_dir: var/asterisk}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    given: list[AsteriskOptions] = []
    monkeypatch.setattr(adapter, "AsteriskSwitch", lambda options, name: given.append(options))
    wiring.make_cell(Site.open(Path(os.path.relpath(tmp_path))))
    assert given[0].recordings_dir == tmp_path / "var" / "asterisk" / "spool" / "recording"


def test_another_switch_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("switch: {kind: freeswitch, run_dir: var/freeswitch}\n")
    site = Site.open(tmp_path)
    assert isinstance(wiring.make_switch(site), FreeSwitch)
    assert isinstance(wiring.make_provisioning(site), FreeSwitchHouse)
    assert site.settings.switch.port == 8021
    (tmp_path / "hotline.yaml").write_text("switch: {kind: asterisk, run_dir: var/asterisk}\n")
    site = Site.open(tmp_path)
    assert isinstance(wiring.make_provisioning(site), AsteriskHouse)
    assert site.settings.switch.port == 8088


def test_an_ear_only_where_an_engine_is_named(tmp_path: Path) -> None:
    def switch(settings: str) -> object:
        (tmp_path / "hotline.yaml").write_text(settings)
        return wiring.make_switch(Site.open(tmp_path))

    assert isinstance(switch("{}"), AsteriskSwitch)
    assert isinstance(switch("speech: {engine: scripted, phrases: [人工]}"), RecognisingSwitch)
    assert isinstance(switch("{switch: {kind: freeswitch}}"), FreeSwitch)
    assert isinstance(switch("{switch: {kind: freeswitch}, speech: {engine: scripted}}"), RecognisingSwitch)


def test_a_phone_of_the_house_is_shown_and_a_number_is_not() -> None:
    assert masked_leg({"role": "agent", "party": "8004"})["party"] == "8004"
    assert masked_leg({"role": "caller", "party": "+8613800138000"})["party"] == "+86138****8000"


def _site(folder: Path, switch: str) -> Site:
    (folder / "hotline.yaml").write_text(f"switch: {switch}\n")
    return Site.open(folder)


def test_calls_are_offered_at_the_address_and_by_the_name_of_the_site(tmp_path: Path) -> None:
    site = _site(tmp_path, '{kind: freeswitch, calls_by: outbound_socket, listen: "10.0.0.5:8084", application: north}')
    switch = wiring.make_switch(site)
    assert isinstance(switch, FreeSwitch)
    assert (switch.options.listen, switch.options.controller) == (("10.0.0.5", 8084), "north")


def test_parked_calls_are_everybodys(tmp_path: Path) -> None:
    switch = wiring.make_switch(_site(tmp_path, "{kind: freeswitch}"))
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
