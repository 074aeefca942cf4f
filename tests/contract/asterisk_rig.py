"""The rig of a real Asterisk: SIP callers, registered phones, real audio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp

from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.instance import upkeep
from switch.asterisk.instance.installation import locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings
from switch.asterisk.session import AsteriskOptions
from switch.media_timeout import MediaTimeout
from tests.contract.proxy import LinkProxy
from tests.contract.sip_rig import ACCOUNTS, SipRig, audio_ports, sip_and_control_ports
from tests.contract.sounds import write_prompts


class AsteriskRig(SipRig):
    def __init__(self, asterisk: AsteriskProcess, proxy: LinkProxy, endpoint: Endpoint, prompts: Path) -> None:
        self.asterisk = asterisk
        settings = asterisk.settings
        super().__init__((settings.sip_address, settings.sip_port), settings.accounts, proxy, endpoint, prompts)

    def _adapter(self) -> AsteriskSwitch:
        settings = self.asterisk.settings
        options = AsteriskOptions(
            f"http://127.0.0.1:{self._proxy.port}/ari",
            settings.ari_user,
            settings.ari_password,
            settings.application,
            settings.recording_dir,
            talking_s=(settings.media_timeout or MediaTimeout()).talking_s,
        )
        return AsteriskSwitch(options)

    async def restart_switch(self) -> None:
        await self.asterisk.kill()
        await self.asterisk.start()

    async def set_accounts(self, agents: Iterable[str], media_timeout: MediaTimeout) -> None:
        """As a controller does it that was not told how the switch was started."""
        known = self.asterisk.settings
        ours = AsteriskSettings(
            run_dir=known.run_dir, ari_password=known.ari_password, ari_port=known.ari_port, media_timeout=media_timeout
        )
        await upkeep.set_accounts(ours, [account for account in known.accounts if account.agent in agents])

    async def taps(self) -> int:
        """What there is of callers being listened to: channels and bridges."""
        settings = self.asterisk.settings
        count = 0
        async with aiohttp.ClientSession(headers=settings.ari_headers) as session:
            for kind in ("channels", "bridges"):
                async with session.get(f"{settings.ari_url}/{kind}") as answer:
                    count += (await answer.text()).count(f'"id":"{settings.application}-hear-')
        return count

    def another_controller(self) -> AsteriskSwitch:
        """Of the same name, not started."""
        return self._adapter()

    async def grown(self, size: int) -> None:
        """Return once each file of a talk that is being recorded has so many bytes."""
        folder = self.asterisk.settings.recording_dir
        async with asyncio.timeout(10.0):
            while True:
                sides = [file.stat().st_size for file in folder.glob("*.sln")]
                if len(sides) == 2 and min(sides) >= size:
                    return
                await asyncio.sleep(0.05)


@asynccontextmanager
async def asterisk_rig(folder: Path, **changes: object) -> AsyncIterator[AsteriskRig]:
    """An Asterisk of the test's own; keyword arguments replace settings."""
    prompts = folder / "prompts"
    write_prompts(prompts)
    sip_port, ari_port = sip_and_control_ports()
    settings = AsteriskSettings(
        run_dir=folder / "asterisk",
        ari_password="only-for-this-test",
        sip_port=sip_port,
        ari_port=ari_port,
        accounts=tuple(AgentAccount(account, f"secret-of-{account}") for account in ACCOUNTS),
    )
    rtp_first = audio_ports(80)
    settings = replace(settings, rtp_first=rtp_first, rtp_last=rtp_first + 79)
    settings = replace(settings, **changes)  # type: ignore[arg-type]  # keywords come from the tests
    async with AsteriskProcess(settings, await asyncio.to_thread(locate_or_install)) as asterisk:
        proxy = LinkProxy(settings.ari_port)
        await proxy.open()
        endpoint = await Endpoint.open()
        rig = AsteriskRig(asterisk, proxy, endpoint, prompts)
        await rig.open()
        try:
            yield rig
        finally:
            await rig.close()
            endpoint.close()
            await proxy.cut()
