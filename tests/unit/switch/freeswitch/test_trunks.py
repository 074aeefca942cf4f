"""Trunks on FreeSWITCH: its configuration, what it says of its gateways, and the next trunk after one that failed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import Mock, create_autospec
from xml.etree import ElementTree

import pytest

from calls import commands
from calls.causes import Cause
from calls.errors import BadInput
from calls.ids import AttemptId, LegId
from calls.trunks import Tls, Trunk
from switch.freeswitch.instance.configuration import write_configuration
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.trunks import GATEWAYS, SOURCES, TLS, seen_in, write_trunks
from switch.freeswitch.originating import Dialler
from switch.freeswitch.session import FreeSwitchOptions, Session
from switch.freeswitch.wire import Event
from switch.trunk_lines import Seen, TrunkLines

pytestmark = pytest.mark.unit

CARRIER = Trunk(
    "sip.carrier.example:5080",
    sources=("203.0.113.0/28",),
    transport="tls",
    srtp=True,
    register=True,
    user="4000095183",
    secret="carrier",
    codecs=("alaw", "g722"),
)


@pytest.fixture
def settings(tmp_path: Path) -> FreeSwitchSettings:
    settings = FreeSwitchSettings(run_dir=tmp_path / "run", event_socket_password="p-1")
    write_configuration(settings)
    return settings


def params(settings: FreeSwitchSettings, file: str) -> dict[str, str]:
    root = ElementTree.fromstring((settings.etc_dir / file).read_text())
    return {param.attrib["name"]: param.attrib["value"] for param in root.iter("param")}


def test_the_files_of_trunks_are_there_from_the_start(settings: FreeSwitchSettings) -> None:
    for file in (GATEWAYS, SOURCES, TLS):
        assert list(ElementTree.fromstring((settings.etc_dir / file).read_text())) == []
        included = f'<X-PRE-PROCESS cmd="include" data="{file}"/>'
        assert any(included in (settings.etc_dir / name).read_text() for name in ("sofia.xml", "acl.xml"))


def test_a_trunk_is_a_gateway(settings: FreeSwitchSettings) -> None:
    assert write_trunks(settings, {"carrier": CARRIER}, {"carrier": 'p"<1>'}, None)
    root = ElementTree.fromstring((settings.etc_dir / GATEWAYS).read_text())
    assert [gateway.attrib["name"] for gateway in root] == ["trunk-carrier"]
    given = params(settings, GATEWAYS)
    assert given["proxy"] == "sip.carrier.example:5080;transport=tls"
    assert (given["register"], given["username"], given["password"]) == ("true", "4000095183", 'p"<1>')
    assert (given["codec-prefs"], given["ping"], given["register-transport"]) == ("PCMA,G722", "10", "tls")
    assert 'cidr="203.0.113.0/28"' in (settings.etc_dir / SOURCES).read_text()


def test_certificate_and_key_are_one_file_for_this_switch(settings: FreeSwitchSettings, tmp_path: Path) -> None:
    for name in ("crt", "key", "ca"):
        (tmp_path / name).write_text(f"-- {name} --\n")
    tls = Tls(5061, str(tmp_path / "crt"), str(tmp_path / "key"), str(tmp_path / "ca"))
    write_trunks(settings, {}, {}, tls)
    given = params(settings, TLS)
    assert (given["tls"], given["tls-sip-port"], given["tls-verify-policy"]) == ("true", "5061", "out")
    folder = Path(given["tls-cert-dir"])
    assert (folder / "agent.pem").read_text() == "-- crt --\n\n-- key --\n"
    assert (folder / "cafile.pem").read_text() == "-- ca --\n"


def test_nothing_new_is_nothing_to_reload(settings: FreeSwitchSettings) -> None:
    assert write_trunks(settings, {"carrier": CARRIER}, {"carrier": "one"}, None)
    assert not write_trunks(settings, {"carrier": CARRIER}, {"carrier": "one"}, None)
    with pytest.raises(BadInput):
        write_trunks(settings, {"carrier": CARRIER}, {"carrier": "$${password}"}, None)


@pytest.mark.parametrize(
    ("trunk", "state", "status", "seen"),
    [
        (CARRIER, "REGED", "UP", Seen(True, True)),
        (CARRIER, "TRYING", "UP", Seen(True, False, "it is not registered (TRYING)")),
        (
            CARRIER,
            "FAIL_WAIT",
            "DOWN",
            Seen(
                None, False, "its gateway refuses user 4000095183 and the password of var/secrets/carrier, or is away"
            ),
        ),
        (Trunk("192.0.2.1"), "NOREG", "UP", Seen(True, None)),
        (Trunk("192.0.2.1"), "NOREG", "DOWN", Seen(False, None, "its gateway does not answer")),
        (Trunk("192.0.2.1", probe_s=0), "NOREG", "UP", Seen(None, None)),
    ],
)
def test_what_freeswitch_says(trunk: Trunk, state: str, status: str, seen: Seen) -> None:
    told = f"<gateway><state>{state}</state><status>{status}</status></gateway>"
    assert seen_in(trunk, told) == seen


def test_a_gateway_that_it_does_not_know() -> None:
    assert seen_in(CARRIER, "Invalid Gateway!") == Seen(None, False, "FreeSWITCH does not know it")


def dialled() -> tuple[Dialler, Mock, list[asyncio.Future[str]]]:
    lines = TrunkLines()
    lines.use({"carrier": CARRIER, "backup": Trunk("192.0.2.2", order=2)}, "CN")
    session: Mock = create_autospec(Session, instance=True)
    session.options = FreeSwitchOptions("secret")
    session.legs, session.loop, session.trunks, session.linked = {}, Mock(), lines, True
    session.add.side_effect = lambda leg: session.legs.update({leg.id: leg})
    jobs: list[asyncio.Future[str]] = []

    def job(*_: object) -> asyncio.Future[str]:
        jobs.append(asyncio.get_running_loop().create_future())
        return jobs[-1]

    session.client = Mock(connected=True, job=Mock(side_effect=job))
    dialler = Dialler(session)
    dialler.originate(commands.Originate(LegId("leg-3"), AttemptId("out"), "tel:+8613800138000", "95183", "", 20.0))
    return dialler, session, jobs


def arguments(session: Mock) -> list[str]:
    return [call.args[1].partition("}")[2] for call in session.client.job.call_args_list]


async def test_the_next_trunk_is_tried_once_the_job_of_the_first_has_ended() -> None:
    dialler, session, jobs = dialled()
    first = "[rtp_secure_media=mandatory]sofia/gateway/trunk-carrier/+8613800138000 &park()"
    assert arguments(session) == [first]
    dialler.on_hangup_complete(hangup("NORMAL_TEMPORARY_FAILURE", "503"))
    assert len(jobs) == 1, "its id is still in use"
    jobs[0].set_result("-ERR NORMAL_TEMPORARY_FAILURE")
    await asyncio.sleep(0)
    assert arguments(session) == [first, "sofia/gateway/trunk-backup/+8613800138000 &park()"]
    jobs[1].set_result("-ERR GATEWAY_DOWN")
    await asyncio.sleep(0)
    assert session.end.call_args.args[1:] == (Cause.NO_TRUNK, "carrier: SIP 503; backup: its gateway is down")


async def test_a_busy_number_is_no_fault_of_the_trunk() -> None:
    dialler, session, jobs = dialled()
    dialler.on_hangup_complete(hangup("USER_BUSY", "486"))
    jobs[0].set_result("-ERR USER_BUSY")
    await asyncio.sleep(0)
    assert len(jobs) == 1
    assert session.end.call_args.args[1:] == (Cause.BUSY, "SIP 486 USER_BUSY")


def hangup(cause: str, status: str) -> Event:
    headers = {
        "Event-Name": "CHANNEL_HANGUP_COMPLETE",
        "Unique-ID": "leg-3",
        "Hangup-Cause": cause,
        "variable_sip_term_status": status,
        "variable_sip_network_ip": "127.0.0.1",
    }
    return Event(headers)
