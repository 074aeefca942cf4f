"""Two FreeSWITCHes with a trunk between them: TCP, TLS, SRTP, certificates by path, a stranger's refused."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from calls.causes import Cause
from calls.commands import HangUp, Originate
from calls.events import CallAnswered, CallEnded, SwitchEvent
from calls.ids import AttemptId, LegId
from calls.trunks import Tls, Trunk
from switch.fallback import FallbackLine, RingGroup
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.instance.configuration import write_configuration
from switch.freeswitch.instance.fallback import compile_fallback
from switch.freeswitch.instance.installation import locate
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.trunks import seen_trunks, write_trunks
from switch.freeswitch.instance.upkeep import ask, set_fallback
from switch.freeswitch.session import FreeSwitchOptions
from switch.freeswitch.wire import Api
from switch.trunk_lines import TrunkLines
from tests.live.conftest import until
from tests.live.freeswitch import freeswitch_settings, shared_keys
from tests.live.test_encrypted_trunks import ALWAYS, certificates
from tests.ports import free_port

pytestmark = pytest.mark.live

LEG = LegId("0f0e0d0c-0000-4000-8000-000000000001")


@asynccontextmanager
async def with_trunks(
    settings: FreeSwitchSettings, trunks: Mapping[str, Trunk], tls: Tls | None
) -> AsyncIterator[FreeSwitchProcess]:
    """A switch that has them from its start on, as the settings of TLS want it."""
    program = locate()
    assert program is not None
    write_configuration(settings)
    write_trunks(settings, trunks, {}, tls)
    with shared_keys(settings):
        process = FreeSwitchProcess(settings, program)
        await process.start()
    try:
        yield process
    finally:
        await process.kill()


@pytest.mark.parametrize(
    ("kind", "trusted", "answered"),
    [("tcp", True, True), ("tls", True, True), ("tls", False, False)],
)
async def test_a_call_between_two_switches(kind: str, trusted: bool, answered: bool, tmp_path: Path) -> None:
    authority = certificates(tmp_path, ("here", "there"))
    if not trusted:
        (tmp_path / "other").mkdir()
        authority = certificates(tmp_path / "other", ())
    here, there = freeswitch_settings(tmp_path / "a", accounts=()), freeswitch_settings(tmp_path / "b", accounts=())
    tls_here, tls_there = (
        Tls(free_port(socket.SOCK_STREAM), str(tmp_path / f"{name}.crt"), str(tmp_path / f"{name}.key"), str(ca))
        for name, ca in (("here", authority), ("there", tmp_path / "ca.crt"))
    )
    secure = kind == "tls"
    port = tls_there.port if secure else there.sip_port
    out = Trunk(f"127.0.0.1:{port}", transport=kind, srtp=secure, probe_s=5)  # type: ignore[arg-type]  # of a table
    trunks = {"there": out}
    lines = TrunkLines()
    lines.use(trunks, "CN")
    async with with_trunks(there, {}, tls_there), with_trunks(here, trunks, tls_here):
        line = FallbackLine("main", ALWAYS, RingGroup("nobody", ()), message_max_s=20)
        await set_fallback(there, compile_fallback([line], str(there.voicemail_dir)), [ALWAYS.zone])
        options = FreeSwitchOptions(
            here.event_socket_password,
            port=here.event_socket_port,
            recordings_dir=here.recording_dir,
            trunks=lines,
        )
        switch = FreeSwitch(options)
        events: list[SwitchEvent] = []
        await switch.start(events.append)
        try:

            async def known() -> bool:
                return (await seen_trunks(here, trunks))["there"].reachable is not None

            await until(known, 15.0, 0.2)
            switch.send(Originate(LEG, AttemptId("out:1:1"), "tel:+8613800138000", "95183", "", 20.0))
            wanted = CallAnswered if answered else CallEnded
            await until(lambda: any(isinstance(event, wanted) for event in events), 25.0)
            if answered:
                assert lines.states()["there"].calls == 1
                encrypted = await ask(here, Api("uuid_getvar", f"{LEG} rtp_has_crypto"))
                assert ("AES" in encrypted) is secure
                await asyncio.sleep(0.5)
                assert not any(isinstance(event, CallEnded) for event in events), "the audio is agreed on"
                switch.send(HangUp(LEG))
                await until(lambda: any(isinstance(event, CallEnded) for event in events))
            else:
                (ended,) = [event for event in events if isinstance(event, CallEnded)]
                assert ended.cause in (Cause.NO_TRUNK, Cause.TRUNK_UNREACHABLE)
            assert lines.states()["there"].calls == 0
        finally:
            await switch.close()
