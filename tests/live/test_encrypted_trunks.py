"""Two Asterisks with a trunk between them, or one the other's phone: TCP, TLS, SRTP, certificates by path."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path
from typing import Literal

import pytest

from calls.causes import Cause
from calls.commands import HangUp, Originate
from calls.events import CallAnswered, CallEnded, SwitchBack, SwitchEvent
from calls.ids import AttemptId, LegId
from calls.trunks import Tls, Trunk
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.instance.fallback import compile_fallback
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.trunks import seen_trunks, set_trunks
from switch.asterisk.session import AsteriskOptions
from switch.fallback import FallbackLine, OpeningHours, RingGroup, Span
from switch.trunk_lines import TrunkLines
from tests.live.conftest import SettingsFactory, until
from tests.ports import free_port

pytestmark = pytest.mark.live

ALWAYS = OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)})


def certificates(folder: Path, names: tuple[str, ...]) -> Path:
    """An authority, and for each name a certificate that it signed; the authority's own certificate."""

    def run(*command: str) -> None:
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=folder)

    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    run("req", "-x509", *new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in names:
        run("req", *new[:3], "-subj", "/CN=127.0.0.1", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext")
        run("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.crt")
    return folder / "ca.crt"


@pytest.mark.parametrize(
    ("kind", "trusted", "answered"),
    [("tcp", True, True), ("tls", True, True), ("tls", False, False)],
)
async def test_a_call_between_two_switches(
    kind: str,
    trusted: bool,
    answered: bool,
    installation: Installation,
    asterisk_settings: SettingsFactory,
    tmp_path: Path,
) -> None:
    authority = certificates(tmp_path, ("here", "there", "stranger"))
    if not trusted:
        (tmp_path / "other").mkdir()
        authority = certificates(tmp_path / "other", ())
    async with (
        AsteriskProcess(asterisk_settings(), installation) as here,
        AsteriskProcess(asterisk_settings(), installation) as there,
    ):
        tls_here, tls_there = (
            Tls(free_port(socket.SOCK_STREAM), str(tmp_path / f"{name}.crt"), str(tmp_path / f"{name}.key"), str(ca))
            for name, ca in (("here", authority), ("there", tmp_path / "ca.crt"))
        )
        port = there.settings.sip_port if kind == "tcp" else tls_there.port
        back = here.settings.sip_port if kind == "tcp" else tls_here.port
        secure = kind == "tls"
        out = Trunk(f"127.0.0.1:{port}", transport=kind, srtp=secure, probe_s=1)  # type: ignore[arg-type] # of a table
        into = Trunk(f"127.0.0.1:{back}", transport=kind, srtp=secure, probe_s=0)  # type: ignore[arg-type] # as above
        await set_trunks(there.settings, {"here": into}, {}, tls_there)
        line = FallbackLine("main", ALWAYS, RingGroup("nobody", ()), message_max_s=20)
        await there.set_fallback(compile_fallback([line], str(there.settings.voicemail_dir)))
        trunks = {"there": out}
        await set_trunks(here.settings, trunks, {}, tls_here)
        lines = TrunkLines()
        lines.use(trunks, "CN")
        options = AsteriskOptions(
            here.settings.ari_url, here.settings.ari_user, here.settings.ari_password, trunks=lines
        )
        switch = AsteriskSwitch(options)
        events: list[SwitchEvent] = []
        await switch.start(events.append)
        try:
            assert isinstance(events[0], SwitchBack)

            async def reachable() -> bool:
                return (await seen_trunks(here.settings, trunks))["there"].reachable is answered

            await until(reachable, 15.0, 0.2)
            leg = LegId("out:1")
            switch.send(Originate(leg, AttemptId("out:1:1"), "tel:+8613800138000", "95183", "", 20.0))
            wanted = CallAnswered if answered else CallEnded
            await until(lambda: any(isinstance(event, wanted) for event in events), 25.0)
            if answered:
                assert lines.states()["there"].calls == 1
                await asyncio.sleep(0.5)
                assert not any(isinstance(event, CallEnded) for event in events), "the audio is agreed on"
                switch.send(HangUp(leg))
                await until(lambda: any(isinstance(event, CallEnded) for event in events))
            else:
                (ended,) = [event for event in events if isinstance(event, CallEnded)]
                assert ended.cause is Cause.NO_TRUNK
            assert lines.states()["there"].calls == 0
        finally:
            await switch.close()


@pytest.mark.parametrize("phone_srtp", ["required", "offered"])
async def test_a_phone_by_tls_with_encrypted_audio(
    phone_srtp: Literal["required", "offered"],
    installation: Installation,
    asterisk_settings: SettingsFactory,
    tmp_path: Path,
) -> None:
    """The phone is an Asterisk, too: it registers by TLS and takes encrypted audio only."""
    authority = certificates(tmp_path, ("here",))
    settings = asterisk_settings(phone_srtp=phone_srtp)
    account = settings.accounts[0]
    async with (
        AsteriskProcess(settings, installation),
        AsteriskProcess(asterisk_settings(), installation) as phone,
    ):
        tls = Tls(free_port(socket.SOCK_STREAM), str(tmp_path / "here.crt"), str(tmp_path / "here.key"), str(authority))
        await set_trunks(settings, {}, {}, tls)
        own = Trunk(
            f"127.0.0.1:{tls.port}", transport="tls", srtp=True, register=True, user=account.user, secret="x", probe_s=0
        )
        line = FallbackLine("main", ALWAYS, RingGroup("nobody", ()), message_max_s=20)
        await phone.set_fallback(compile_fallback([line], str(phone.settings.voicemail_dir)))
        its = Tls(free_port(socket.SOCK_STREAM), authorities=str(authority))
        await set_trunks(phone.settings, {"house": own}, {"house": account.secret}, its)

        async def registered() -> bool:
            return (await seen_trunks(phone.settings, {"house": own}))["house"].registered is True

        await until(registered, 15.0, 0.2)
        switch = AsteriskSwitch(AsteriskOptions(settings.ari_url, settings.ari_user, settings.ari_password))
        events: list[SwitchEvent] = []
        await switch.start(events.append)
        try:
            switch.send(Originate(LegId("out:1"), AttemptId("out:1:1"), f"phone:{account.agent}", "95183", "", 20.0))
            await until(lambda: any(isinstance(event, CallAnswered) for event in events), 25.0)
        finally:
            await switch.close()
