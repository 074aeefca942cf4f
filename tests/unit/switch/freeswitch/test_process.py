"""How long a FreeSWITCH has for its start: more for the first one, which makes keys."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from calls.errors import SwitchAway
from switch.freeswitch.instance import process
from switch.freeswitch.instance.process import KEYS, FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from tests.ports import free_port

pytestmark = pytest.mark.unit

KEY = "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n"


@pytest.fixture
def settings(tmp_path: Path) -> FreeSwitchSettings:
    return FreeSwitchSettings(tmp_path / "run", "secret", event_socket_port=free_port(socket.SOCK_STREAM))


def slow_program(folder: Path, settings: FreeSwitchSettings, seconds: float) -> str:
    """A program that opens its event socket after so long, and counts its starts."""
    path = folder / "freeswitch"
    path.write_text(
        f"#!{sys.executable}\n"
        "import socket, time\n"
        f"open({str(folder / 'starts')!r}, 'a').write('.')\n"
        f"time.sleep({seconds})\n"
        f"server = socket.create_server(('127.0.0.1', {settings.event_socket_port}))\n"
        "while True:\n"
        "    server.accept()[0].sendall(b'Content-Type: auth/request\\n\\n')\n"
    )
    path.chmod(0o700)
    return str(path)


def keys_in(settings: FreeSwitchSettings, text: str = KEY + CERTIFICATE) -> None:
    settings.keys_dir.mkdir(parents=True, exist_ok=True)
    for name in KEYS:
        (settings.keys_dir / name).write_text(text)


async def test_the_first_start_has_the_time_to_make_keys_and_it_is_told(
    tmp_path: Path, settings: FreeSwitchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_DEADLINE_S", 0.2)
    monkeypatch.setattr(process, "FIRST_START_DEADLINE_S", 20.0)
    switch = FreeSwitchProcess(settings, slow_program(tmp_path, settings, 1.0))
    with capture_logs() as logs:
        await switch.start()
    await switch.kill()
    assert [line["event"] for line in logs] == ["first start: keys are made"]
    assert (tmp_path / "starts").read_text() == ".", "not given up and begun again"


@pytest.mark.parametrize("order", [KEY + CERTIFICATE, CERTIFICATE + KEY], ids=["its own", "as others write them"])
async def test_a_later_start_that_stands_still_is_given_up_soon(
    tmp_path: Path, settings: FreeSwitchSettings, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(process, "START_DEADLINE_S", 0.2)
    keys_in(settings, order)
    switch = FreeSwitchProcess(settings, slow_program(tmp_path, settings, 30.0))
    with capture_logs() as logs, pytest.raises(SwitchAway, match=r"in 0\.2 s, 4 times"):
        await switch.start()
    assert logs == []
    assert switch.pid is None


@pytest.mark.parametrize("left", ["", KEY, KEY + CERTIFICATE[:40]])
async def test_what_a_killed_first_start_left_is_no_key(
    tmp_path: Path, settings: FreeSwitchSettings, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setattr(process, "START_DEADLINE_S", 0.2)
    keys_in(settings, left)
    switch = FreeSwitchProcess(settings, slow_program(tmp_path, settings, 0.6))
    await switch.start()
    await switch.kill()
    assert not any((settings.keys_dir / name).exists() for name in KEYS)


async def test_certificates_that_are_given_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "wss.pem").write_text("somebody's")
    settings = FreeSwitchSettings(
        tmp_path / "run", "secret", event_socket_port=free_port(socket.SOCK_STREAM), certificates_dir=folder
    )
    switch = FreeSwitchProcess(settings, slow_program(tmp_path, settings, 0.0))
    await switch.start()
    await switch.kill()
    assert (folder / "wss.pem").read_text() == "somebody's"
