"""A real Asterisk for the live tests: found or unpacked once, started on ports of its own for each module that asks."""

from __future__ import annotations

import asyncio
import inspect
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from switch.accounts import AgentAccount, SecretStore
from switch.asterisk.instance.installation import Installation, locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from switch.freeswitch.instance.installation import locate
from tests.ports import audio_ports, free_port

_ON_FREESWITCH = [
    "test_house_on_freeswitch.py",
    "test_killed_on_freeswitch.py",
    "test_waiting_on_freeswitch.py",
    "test_trunks_on_freeswitch.py",
]
_ON_A_FREESWITCH_OF_ITS_OWN = [
    "test_dead_phones.py",
    "test_encrypted_trunks_on_freeswitch.py",
    "test_outbound_sockets.py",
    "test_transfer_keys_on_freeswitch.py",
    "test_web_phones.py",
]
collect_ignore = ([] if os.environ.get("HOTLINE_FREESWITCH") or locate() else _ON_FREESWITCH) + (
    [] if locate() else _ON_A_FREESWITCH_OF_ITS_OWN
)
"""FreeSWITCH comes from no package registry: where none is named and none is installed, nothing of it is claimed."""
AGENTS = ("1001", "1002", "1003")

SettingsFactory = Callable[..., AsteriskSettings]


async def until(
    condition: Callable[[], bool | Awaitable[bool]], deadline_s: float = 15.0, every_s: float = 0.02
) -> None:
    """Returns once `condition` holds, looked at so often; TimeoutError when it does not within the deadline."""
    async with asyncio.timeout(deadline_s):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(every_s)


@pytest.fixture(scope="session")
def installation() -> Installation:
    """The Asterisk of this machine; unpacked by asterisk/install.sh when there is none."""
    return locate_or_install()


@pytest.fixture(scope="session")
def asterisk_settings(tmp_path_factory: pytest.TempPathFactory) -> SettingsFactory:
    """Makes settings with free ports and a fresh run directory; keyword arguments replace what it chooses."""

    def make(**changes: object) -> AsteriskSettings:
        run_dir = tmp_path_factory.mktemp("asterisk")
        store = SecretStore(run_dir / "secrets.json")
        audio = audio_ports()
        chosen: dict[str, object] = {
            "run_dir": run_dir,
            "ari_password": store.get("ari"),
            "sip_port": free_port(socket.SOCK_DGRAM),
            "ari_port": free_port(socket.SOCK_STREAM),
            "rtp_first": audio[0],
            "rtp_last": audio[-1],
            "accounts": tuple(AgentAccount(agent, store.get(f"agent-{agent}")) for agent in AGENTS),
        }
        return AsteriskSettings(**(chosen | changes))  # type: ignore[arg-type]  # keywords come from the tests

    return make


@pytest_asyncio.fixture
async def asterisk(installation: Installation, asterisk_settings: SettingsFactory) -> AsyncIterator[AsteriskProcess]:
    """A running Asterisk with the accounts of AGENTS, gone after the test."""
    async with AsteriskProcess(asterisk_settings(), installation) as running:
        yield running


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A directory of the test's own for an instance that it starts by itself."""
    return tmp_path / "asterisk"
