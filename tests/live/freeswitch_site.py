"""The house of the live tests with a FreeSWITCH under it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import ClassVar

from hotline.versions.publishing import publish
from phones.caller import PhoneLine
from phones.endpoint import Endpoint
from speech.espeak import Espeak
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.wire import Api
from tests.live.conftest import until
from tests.live.freeswitch import Instance, gateway_port, some_freeswitch
from tests.live.live_site import LiveSite
from tests.ports import audio_ports, free_port


class FreeSwitchSite(LiveSite):
    """The house with another switch under it."""

    answers_refer: ClassVar[tuple[int, int]] = (403, 403)
    instance: Instance

    def switch_options(self) -> dict[str, object]:
        """What this house's switch has besides."""
        return {}

    async def _start(self, stack: contextlib.AsyncExitStack) -> None:
        audio = audio_ports(400)
        self.endpoint = await Endpoint.open(port=await gateway_port())
        stack.callback(self.endpoint.close)
        self.instance = await stack.enter_async_context(
            some_freeswitch(
                self.folder / "var" / "freeswitch",
                accounts=(),
                rtp_first=audio[0],
                rtp_last=audio[-1],
                gateway=f"{self.endpoint.host}:{self.endpoint.port}",
                **self.switch_options(),
            )
        )
        settings = self.instance.settings
        self.relay.target_port = settings.event_socket_port
        await self.relay.open()
        stack.push_async_callback(self.relay.cut)
        switch = {"kind": "freeswitch", "port": self.relay.port, "run_dir": str(settings.run_dir)}
        self.site = self.make_site(switch, free_port(socket.SOCK_STREAM))
        self.site.prepare()
        (self.site.state / "secrets" / "switch").write_text(settings.event_socket_password)
        await publish(self.site, Espeak())
        await asyncio.to_thread(self.approve)
        await asyncio.to_thread(self.before)
        self.session = await stack.enter_async_context(self.new_session())
        self.line = PhoneLine(self.endpoint, self.registrar)
        stack.push_async_callback(self.stop_controller)
        await self.start_controller()
        await self.bring_phones(stack)

    @property
    def registrar(self) -> tuple[str, int]:
        return (self.instance.settings.sip_address, self.instance.settings.sip_port)

    @property
    def recordings(self) -> Path:
        return self.instance.settings.recording_dir

    async def lease_over(self) -> None:
        """Return once the switch no longer counts on a controller."""

        async def over() -> bool:
            until_when = await ask(self.instance.settings, Api("global_getvar", "hotline_until"))
            return int(await ask(self.instance.settings, Api("strepoch", ""))) >= int(until_when)

        await until(over, 10.0)
