"""A real Asterisk for the live tests: found or unpacked once, started on ports of its own for each module that asks."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from switch.asterisk.installation import Installation, locate_or_install
from switch.asterisk.process import AsteriskProcess
from switch.asterisk.settings import AgentAccount, AsteriskSettings, SecretStore

AGENTS = ("1001", "1002", "1003")
_FIRST_PORT, _LAST_PORT = 12000, 12999

SettingsFactory = Callable[..., AsteriskSettings]
_given: set[int] = set()


async def until(condition: Callable[[], bool | Awaitable[bool]], deadline_s: float = 5.0) -> None:
    """Returns once `condition` holds; TimeoutError when it does not within the deadline."""
    async with asyncio.timeout(deadline_s):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.02)


def free_port(kind: socket.SocketKind, width: int = 1) -> int:
    """The first of `width` adjoining ports that nobody uses and that no test of this run was given."""
    for first in range(_FIRST_PORT, _LAST_PORT - width, 2):
        ports = range(first, first + width)
        if _given.isdisjoint(ports) and all(_binds(port, kind) for port in ports):
            _given.update(ports)
            return first
    raise RuntimeError(f"no {width} free ports between {_FIRST_PORT} and {_LAST_PORT}")


def _binds(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session")
def installation() -> Installation:
    """The Asterisk of this machine; unpacked by asterisk/install.sh when there is none."""
    return locate_or_install()


@pytest.fixture(scope="session")
def asterisk_settings(tmp_path_factory: pytest.TempPathFactory) -> SettingsFactory:
    """Makes settings with free ports and a fresh run directory; keyword arguments replace what it chooses."""

    def make(**changes: object) -> AsteriskSettings:
        run_dir = tmp_path_factory.mktemp("asterisk")
        secrets = SecretStore(run_dir / "secrets.json")
        rtp_first = free_port(socket.SOCK_DGRAM, width=80)
        chosen: dict[str, object] = {
            "run_dir": run_dir,
            "ari_password": secrets.get("ari"),
            "sip_port": free_port(socket.SOCK_DGRAM),
            "ari_port": free_port(socket.SOCK_STREAM),
            "rtp_first": rtp_first,
            "rtp_last": rtp_first + 79,
            "accounts": tuple(AgentAccount(agent, secrets.get(f"agent-{agent}")) for agent in AGENTS),
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
