"""The rig of a real FreeSWITCH: the same callers, phones and audio as on Asterisk."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.door import FreeSwitchOptions
from switch.freeswitch.process import FreeSwitchProcess, locate
from switch.freeswitch.settings import FreeSwitchSettings
from tests.contract.proxy import LinkProxy
from tests.contract.sip_rig import ACCOUNTS, SipRig, free_ports, rtp_ports_beside, write_prompts


class FreeSwitchRig(SipRig):
    def __init__(self, freeswitch: FreeSwitchProcess, proxy: LinkProxy, endpoint: Endpoint, prompts: Path) -> None:
        self._settings = settings = freeswitch.settings
        super().__init__(
            freeswitch, (settings.sip_address, settings.sip_port), settings.accounts, proxy, endpoint, prompts
        )

    def _adapter(self) -> FreeSwitch:
        options = FreeSwitchOptions(
            self._settings.event_socket_password, port=self._proxy.port, recordings_dir=self._settings.recording_dir
        )
        return FreeSwitch(options)


@asynccontextmanager
async def freeswitch_rig(folder: Path) -> AsyncIterator[FreeSwitchRig]:
    """A FreeSWITCH of the test's own; its program must be there (`locate`)."""
    program = locate()
    assert program is not None
    prompts = folder / "prompts"
    write_prompts(prompts)
    sip_port = free_ports(socket.SOCK_DGRAM)
    rtp_first = rtp_ports_beside(sip_port, 80)
    settings = FreeSwitchSettings(
        run_dir=folder / "freeswitch",
        event_socket_password="only-for-this-test",
        event_socket_port=free_ports(socket.SOCK_STREAM),
        sip_port=sip_port,
        rtp_first=rtp_first,
        rtp_last=rtp_first + 79,
        accounts=tuple(AgentAccount(account, f"secret-of-{account}") for account in ACCOUNTS),
    )
    process = FreeSwitchProcess(settings, program)
    await process.start()
    proxy = LinkProxy(settings.event_socket_port)
    await proxy.open()
    endpoint = await Endpoint.open()
    rig = FreeSwitchRig(process, proxy, endpoint, prompts)
    try:
        await rig.open()
        yield rig
        await rig.close()
    finally:
        endpoint.close()
        await proxy.cut()
        await process.kill()
