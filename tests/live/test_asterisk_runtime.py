"""A real Asterisk as a child: up until it answers, down without a trace, two at once, killed and back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from switch.accounts import AgentAccount
from switch.asterisk.instance import memory
from switch.asterisk.instance.installation import REPOSITORY, Installation
from switch.asterisk.instance.process import AsteriskProcess, AsteriskStartError
from tests.live.conftest import SettingsFactory, until

pytestmark = pytest.mark.live

ANSWER_S = 5.0


async def ari(asterisk: AsteriskProcess, path: str) -> object:
    async with (
        aiohttp.ClientSession(headers=asterisk.settings.ari_headers) as session,
        session.get(f"{asterisk.settings.ari_url}/{path}") as response,
    ):
        assert response.status == 200, path
        return json.loads(await response.read())


async def asked(port: int, method: str = "OPTIONS", user: str = "probe") -> int:
    """SIP status of the reply to a request from `user`; asks again every half second, as UDP wants, up to ANSWER_S."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.setblocking(False)
        own = peer.getsockname()[1]
        request = (
            f"{method} sip:127.0.0.1:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"From: <sip:{user}@127.0.0.1>;tag=1\r\nTo: <sip:{user}@127.0.0.1>\r\n"
            f"Contact: <sip:{user}@127.0.0.1:{own}>\r\n"
            f"Call-ID: {secrets.token_hex(8)}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        async with asyncio.timeout(ANSWER_S):
            while True:
                await loop.sock_sendto(peer, request.encode(), ("127.0.0.1", port))
                try:
                    reply = await asyncio.wait_for(loop.sock_recv(peer, 4096), 0.5)
                except TimeoutError:
                    continue
                return int(reply.split(b" ", 2)[1])


def alive(pid: int) -> bool:
    """Whether that process still runs (a zombie does not)."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_ari_and_sip_answer(asterisk: AsteriskProcess) -> None:
    info = await ari(asterisk, "asterisk/info")
    assert isinstance(info, dict)
    assert info["system"]["version"] == asterisk.installation.version
    assert await asked(asterisk.settings.sip_port) in (200, 404)


async def test_no_thread_interrupts_another(asterisk: AsteriskProcess) -> None:
    policies = set()
    for thread in os.listdir(f"/proc/{asterisk.pid}/task"):
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            policies.add(os.sched_getscheduler(int(thread)))
    assert policies == {os.SCHED_BATCH}, "Asterisk sets the default policy at its start"


async def test_every_module_that_is_asked_for_runs_and_the_log_has_no_complaint(asterisk: AsteriskProcess) -> None:
    modules = await ari(asterisk, "asterisk/modules")
    assert isinstance(modules, list)
    running = {module["name"] for module in modules if module["status"] == "Running"}
    wanted = [
        line.split()[2]
        for line in (asterisk.settings.etc_dir / "modules.conf").read_text().splitlines()
        if line.startswith("load = ")
    ]
    assert set(wanted) <= running
    log = asterisk.settings.log_file.read_text()
    assert " ERROR[" not in log, log
    assert " WARNING[" not in log, log


async def test_its_console_counts_calls_and_gives_memory_back(
    asterisk: AsteriskProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = asterisk.memory()
    assert not await keeper.look()
    assert not await keeper.look(), "there were no calls"
    monkeypatch.setattr(memory, "_WORTH_CALLS", 0)
    assert await keeper.look()
    assert keeper.resident_mb() > 10
    await asterisk.kill()
    with pytest.raises(OSError, match=r"refused|No such file"):
        await keeper.look()


async def test_stop_leaves_no_process_and_frees_the_ports(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    asterisk = AsteriskProcess(asterisk_settings(), installation)
    await asterisk.start()
    pid = asterisk.pid
    assert pid is not None
    await asterisk.stop()
    assert not alive(pid)
    assert not asterisk.running
    await asterisk.start()  # would be refused if a port were still taken
    await asterisk.stop()


async def test_two_instances_side_by_side(installation: Installation, asterisk_settings: SettingsFactory) -> None:
    async with (
        AsteriskProcess(asterisk_settings(application="one"), installation) as one,
        AsteriskProcess(asterisk_settings(application="two"), installation) as two,
    ):
        for asterisk, name in ((one, "one"), (two, "two")):
            info = await ari(asterisk, "asterisk/info")
            assert isinstance(info, dict)
            assert info["config"]["name"] == name
            assert await asked(asterisk.settings.sip_port) in (200, 404)


async def test_killed_and_started_again(asterisk: AsteriskProcess) -> None:
    pid = asterisk.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await asyncio.wait_for(asterisk.ended(), ANSWER_S)
    assert not asterisk.running
    await asterisk.start()
    assert asterisk.pid != pid
    assert await asked(asterisk.settings.sip_port) in (200, 404)


async def test_a_taken_port_is_named_before_anything_starts(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    settings = asterisk_settings()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", settings.sip_port))
        with pytest.raises(AsteriskStartError, match=f"SIP port {settings.sip_port}"):
            await AsteriskProcess(settings, installation).start()


async def test_a_broken_configuration_ends_with_its_cause(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    asterisk = AsteriskProcess(asterisk_settings(extra_files={"http.conf": "[general]\nenabled = no\n"}), installation)
    with pytest.raises(AsteriskStartError, match=r"did not answer within 2 s; its log is .+asterisk\.log"):
        await asterisk.start(deadline_s=2)
    assert not asterisk.running


async def test_accounts_come_and_go_while_it_runs(asterisk: AsteriskProcess) -> None:
    port = asterisk.settings.sip_port
    assert await asked(port, "REGISTER", "agent-1001") == 401  # asked for the password
    assert await asked(port, "REGISTER", "agent-2001") == 403  # known to nobody
    await asterisk.set_accounts((*asterisk.settings.accounts[1:], AgentAccount("2001", "secret-of-2001")))

    async def the_new_one_is_known() -> bool:
        return await asked(port, "REGISTER", "agent-2001") == 401

    await until(the_new_one_is_known)
    assert await asked(port, "REGISTER", "agent-1001") == 403
    assert await asked(port, "REGISTER", "agent-1002") == 401


async def test_asterisk_dies_with_a_parent_that_is_killed(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    settings = asterisk_settings()
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "switch.asterisk", "--run-dir", str(settings.run_dir), "--sip-port", str(settings.sip_port)),
        *("--ari-port", str(settings.ari_port), "--rtp", f"{settings.rtp_first}-{settings.rtp_last}"),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    line = await asyncio.wait_for(parent.stdout.readline(), 30)
    assert b"answers: SIP 127.0.0.1:" in line
    children = children_of(parent.pid)
    assert children
    parent.kill()
    await parent.wait()
    await until(lambda: not any(alive(child) for child in children))
