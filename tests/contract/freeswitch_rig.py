"""The rig of a real FreeSWITCH: the same callers, phones and audio as on Asterisk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.instance import upkeep
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.session import FreeSwitchOptions
from switch.media_timeout import MediaTimeout
from tests.contract.marked_rig import MarkedRig
from tests.contract.proxy import LinkProxy
from tests.contract.recorded_rig import NO_GATEWAY, PASSWORD, RECORDINGS
from tests.contract.rig import Rig
from tests.contract.sip_rig import ACCOUNTS, SipRig, audio_ports, sip_and_control_ports
from tests.contract.sounds import write_prompts
from tests.live.freeswitch import Instance, own_freeswitch, some_freeswitch, taps
from tests.wire.freeswitch.recording import Tape, record


class FreeSwitchRig(SipRig):
    tells_transfers = False

    def __init__(self, instance: Instance, proxy: LinkProxy, endpoint: Endpoint, prompts: Path) -> None:
        self._instance = instance
        self._settings = settings = instance.settings
        super().__init__((settings.sip_address, settings.sip_port), settings.accounts, proxy, endpoint, prompts)

    def _adapter(self) -> FreeSwitch:
        options = FreeSwitchOptions(
            self._settings.event_socket_password,
            port=self._proxy.port,
            recordings_dir=self._settings.recording_dir,
            gateway=NO_GATEWAY if self._settings.gateway is None else "trunk",
        )
        return FreeSwitch(options)

    async def restart_switch(self) -> None:
        await self._instance.restart()

    async def set_accounts(self, agents: Iterable[str], media_timeout: MediaTimeout) -> None:
        """As a controller does it that was not told how the switch was started."""
        known = self._settings
        ours = FreeSwitchSettings(
            run_dir=known.run_dir,
            event_socket_password=known.event_socket_password,
            event_socket_port=known.event_socket_port,
            media_timeout=media_timeout,
        )
        await upkeep.set_accounts(ours, [account for account in known.accounts if account.agent in agents])

    async def taps(self) -> int:
        """What there is of callers being listened to."""
        return await taps(self._settings)


@asynccontextmanager
async def freeswitch_rig(folder: Path) -> AsyncIterator[FreeSwitchRig]:
    """The FreeSWITCH that is named, or one of the test's own."""
    async with some_freeswitch(folder / "freeswitch", **_own()) as instance, _rig(folder, instance) as rig:
        yield rig


@asynccontextmanager
async def own_freeswitch_rig(folder: Path, **changes: object) -> AsyncIterator[FreeSwitchRig]:
    """A FreeSWITCH of the test's own, whatever is named; keyword arguments replace settings."""
    async with (
        own_freeswitch(folder / "freeswitch", **(_own() | changes)) as process,
        _rig(folder, Instance(process.settings, process)) as rig,
    ):
        yield rig


def _own() -> dict[str, object]:
    """What a switch of a test's own is set to."""
    sip_port, event_socket_port = sip_and_control_ports()
    rtp_first = audio_ports(80)
    return {
        "event_socket_password": PASSWORD,
        "event_socket_port": event_socket_port,
        "sip_port": sip_port,
        "rtp_first": rtp_first,
        "rtp_last": rtp_first + 79,
        "accounts": tuple(AgentAccount(account, f"secret-of-{account}") for account in ACCOUNTS),
    }


@asynccontextmanager
async def _rig(folder: Path, instance: Instance) -> AsyncIterator[FreeSwitchRig]:
    prompts = folder / "prompts"
    write_prompts(prompts)
    proxy = LinkProxy(instance.settings.event_socket_port)
    await proxy.open()
    endpoint = await Endpoint.open()
    rig = FreeSwitchRig(instance, proxy, endpoint, prompts)
    try:
        await rig.open()
        yield rig
        await rig.close()
    finally:
        endpoint.close()
        await proxy.cut()


@asynccontextmanager
async def rig_to_record(name: str, folder: Path, passed: Callable[[], bool]) -> AsyncIterator[Rig]:
    """As `freeswitch_rig`; what is said to and by the switch becomes the recording of that name, if the test passes."""
    with record(RECORDINGS / f"{name}.jsonl", PASSWORD, folder, passed) as tape:
        async with freeswitch_rig(folder) as rig:
            marked = MarkedRig(rig, partial(_note, tape))
            yield marked
            await marked.mark("the test ends")


async def _note(tape: Tape, mark: str) -> None:
    tape.note("test", mark)
