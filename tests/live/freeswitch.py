"""A real FreeSWITCH for live tests: one of our own where its program is found, on ports that nobody uses."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from switch.accounts import AgentAccount, SecretStore
from switch.freeswitch.process import FreeSwitchProcess, locate
from switch.freeswitch.settings import FreeSwitchSettings
from tests.live.conftest import AGENTS, free_port

_PORTS = range(14_000, 14_400, 2)
_RTP_FIRST = range(14_400, 14_900, 100)


@asynccontextmanager
async def own_freeswitch(run_dir: Path, **changes: object) -> AsyncIterator[FreeSwitchProcess]:
    """A switch of the test's own, gone after it. Its program must be there (`locate`)."""
    program = locate()
    assert program is not None
    process = FreeSwitchProcess(freeswitch_settings(run_dir, **changes), program)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()


def freeswitch_settings(run_dir: Path, **changes: object) -> FreeSwitchSettings:
    """Settings with free ports; keyword arguments replace what it chooses."""
    store = SecretStore(run_dir / "secrets.json")
    rtp_first = free_port(socket.SOCK_DGRAM, _RTP_FIRST)
    chosen: dict[str, object] = {
        "run_dir": run_dir,
        "event_socket_password": secrets.token_urlsafe(18),
        "event_socket_port": free_port(socket.SOCK_STREAM, _PORTS),
        "sip_port": free_port(socket.SOCK_DGRAM, _PORTS),
        "rtp_first": rtp_first,
        "rtp_last": rtp_first + 99,
        "accounts": tuple(AgentAccount(agent, store.get(f"agent-{agent}")) for agent in AGENTS),
    }
    return FreeSwitchSettings(**(chosen | changes))  # type: ignore[arg-type]  # keywords come from the tests
