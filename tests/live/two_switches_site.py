"""A house with two Asterisks, a and b, under one controller: callers and phones on both."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import aiohttp

from hotline.versions.publishing import publish
from phones.agent_phone import AgentPhone
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from speech.espeak import Espeak
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from tests.live.live_site import NUMBER, LiveSite
from tests.live.site_files import CALLER, MENU
from tests.ports import audio_ports, free_port

NODES = ("a", "b")


class TwoSwitches(LiveSite):
    """`switches` has both by name; phones are registered with `bring(account, node)`."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self.ports = {node: (free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)) for node in NODES}
        switches = [
            {"name": node, "port": ari, "sip": f"127.0.0.1:{sip}", "run_dir": f"var/{node}"}
            for node, (ari, sip) in self.ports.items()
        ]
        super().__init__(folder, installation, {"switches": switches})
        self.wanted = dict.fromkeys(NODES, True)
        """Of each switch, whether it is to be up for the house to serve."""
        self.switches: dict[str, AsteriskProcess] = {}
        self.lines: dict[str, PhoneLine] = {}

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        self.site = self.make_site({}, free_port(socket.SOCK_STREAM))
        self.site.prepare()
        self.endpoint = await Endpoint.open()
        stack.callback(self.endpoint.close)
        for node in NODES:
            self.switches[node] = await self.start_switch(node)
            stack.push_async_callback(self.switches[node].stop)
            self.lines[node] = PhoneLine(self.endpoint, self.registrar_of(node))
        self.asterisk, self.line = self.switches["a"], self.lines["a"]
        await publish(self.site, Espeak())
        self.session = await stack.enter_async_context(self.new_session())
        stack.push_async_callback(self.stop_controller)
        await self.start_controller()
        await self.bring_phones(stack)

    async def bring_phones(self, stack: contextlib.AsyncExitStack) -> None:
        """8001 has its phone on a, 8002 on b."""
        for account, node in (("8001", "a"), ("8002", "b")):
            self.phones[account] = await self.bring(account, node)
            stack.push_async_callback(self.phones[account].close)

    def peer(self) -> Credentials:
        """What proves that a call comes from switch a."""
        return Credentials("switch-a", self.site.secret("peers"))

    async def serves(self) -> bool:
        await super().serves()
        with contextlib.suppress(aiohttp.ClientError):
            return bool((await self.live())["switches"] == self.wanted)
        return False

    async def start_switch(self, node: str) -> AsteriskProcess:
        """An Asterisk as `python -m switch.asterisk` starts it: its peers are the controller's to write."""
        ari, sip = self.ports[node]
        audio = audio_ports()
        settings = AsteriskSettings(
            run_dir=self.site.state / node,
            ari_password=self.site.switch_password(node),
            ari_port=ari,
            sip_port=sip,
            rtp_first=audio[0],
            rtp_last=audio[-1],
            gateway=f"sip:127.0.0.1:{self.endpoint.port}",
        )
        assert self.installation is not None
        asterisk = AsteriskProcess(settings, self.installation)
        await asterisk.start()
        return asterisk

    def registrar_of(self, node: str) -> tuple[str, int]:
        """Where phones and callers reach this switch."""
        return ("127.0.0.1", self.ports[node][1])

    async def bring(self, account: str, node: str) -> AgentPhone:
        """The phone of an agent, registered with this switch."""
        return await self._phone(account, self.registrar_of(node))

    async def dial_on(self, node: str, caller: str, number: str = NUMBER) -> OutgoingCall:
        """A caller of this switch, who says the caller's tone all the time."""
        return await self.lines[node].dial(number, caller_id=caller, clip=tone(CALLER, 1.0))

    async def queued_on(self, node: str, caller: str) -> OutgoingCall:
        """A caller of this switch who has come to the queue."""
        call = await self.dial_on(node, caller)
        await call.hear_tone(MENU)
        await call.press("1")
        return call
