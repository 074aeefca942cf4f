"""The rig of a recorded FreeSWITCH: the adapter is real, what the switch says was said once by a real one.

Callers and phones do nothing here: what came of their doings is in the recording, and so is what they heard. The test
keeps step with it by its marks. What the adapter says is compared word by word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from calls.commands import Clip
from calls.events import AgentDeviceChanged, CallArrived, SwitchBack, SwitchLost
from calls.ids import LegId, Seconds
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.session import FreeSwitchOptions
from tests.contract.marked_rig import MarkedRig
from tests.contract.proxy import LinkProxy
from tests.contract.rig import Events, Person, Phone, Reaction, Recorded
from tests.contract.sounds import listen, write_prompts
from tests.wire.freeswitch.peer import scripted_peer
from tests.wire.freeswitch.recording import connections

RECORDINGS = Path(__file__).parent / "recordings"
PASSWORD = "only-for-this-test"
NO_GATEWAY = "nowhere"
"""The switch that is named may have a gateway; that calls can go nowhere by none is what the tests know."""
LONGEST_S = 0.03
"""Races are a matter of milliseconds, and events of this switch are up to 20 ms late: such delays stay as they were."""


def spool(folder: Path) -> Path:
    """Where the switch of a test in `folder` writes what it records."""
    return folder / "freeswitch" / "spool" / "recording"


class RecordedPerson:
    """Somebody who does nothing."""

    def __init__(self, leg: LegId) -> None:
        self.leg = leg

    def speak(self) -> None: ...
    def hush(self) -> None: ...
    async def press(self, keys: str) -> None: ...
    async def hang_up(self) -> None: ...
    async def hold(self, *, inactive: bool = False) -> None: ...
    async def resume(self) -> None: ...
    async def refer(self, to: str, replaces: Person | None = None) -> bool:
        return RecordedRig.tells_transfers

    async def transferred(self, within_s: Seconds = 10.0) -> bool:
        raise NotImplementedError("no phone of this switch is told")

    async def hears(self, sound: str, within_s: Seconds = 10.0) -> None: ...
    async def is_told_ringing(self, within_s: Seconds = 5.0) -> None: ...
    async def hears_nothing(self, for_s: Seconds = 0.3) -> None: ...
    async def gone(self, within_s: Seconds = 10.0) -> None: ...


class RecordedPhone:
    def __init__(self, account: str, reaction: Reaction) -> None:
        self.account = account
        self.reaction = reaction

    async def on_call(self, leg: LegId, voice: str = "agent") -> Person:
        return RecordedPerson(leg)

    async def pick_up(self) -> None: ...
    async def dial(self, number: str) -> None: ...
    async def unplug(self) -> None: ...
    async def restart(self, *, elsewhere: bool = False) -> None: ...


class RecordedRig:
    tells_transfers = False

    def __init__(self, proxy: LinkProxy, folder: Path) -> None:
        self._proxy = proxy
        self._folder = folder
        self._phones: set[str] = set()
        self.events = Events()
        self.switch = self._adapter()

    def _adapter(self) -> FreeSwitch:
        recordings = spool(self._folder)
        return FreeSwitch(
            FreeSwitchOptions(PASSWORD, port=self._proxy.port, recordings_dir=recordings, gateway=NO_GATEWAY)
        )

    async def open(self) -> None:
        await self.switch.start(self.events.sink)
        await self.events.next(SwitchBack)

    async def call_in(self, called: str = "95001", caller: str = "13800000001", name: str = "") -> Person:
        return RecordedPerson((await self.events.next(CallArrived, lambda event: event.caller == caller)).leg)

    async def phone(self, account: str, reaction: Reaction) -> Phone:
        if account not in self._phones:
            self._phones.add(account)
            await self.events.next(AgentDeviceChanged, lambda event: event.device == account and event.state == "idle")
        return RecordedPhone(account, reaction)

    async def pause(self, seconds: Seconds) -> None:
        """It passed then."""

    def clip(self, name: str) -> Clip:
        return Clip(str(self._folder / "prompts" / name))

    def recorded(self, path: str) -> Recorded:
        return listen(path)

    async def cut_link(self) -> None:
        await self._proxy.cut()
        await self.events.next(SwitchLost)

    async def restore_link(self) -> None:
        await self._proxy.open()
        await self.events.next(SwitchBack)

    async def restart_switch(self) -> None:
        """The recording does it."""

    async def forget(self) -> None:
        await self.switch.close()
        self.events = Events()
        self.switch = self._adapter()
        await self.switch.start(self.events.sink)


@asynccontextmanager
async def recorded_rig(name: str, folder: Path) -> AsyncIterator[MarkedRig]:
    """The switch of that recording. At the end the adapter must have said all that it said then."""
    write_prompts(folder / "prompts")
    spool(folder).mkdir(parents=True)
    recordings = connections(name, folder, RECORDINGS)
    async with scripted_peer(*recordings, longest_s=LONGEST_S) as (peer, port):
        proxy = LinkProxy(port)
        await proxy.open()
        rig = RecordedRig(proxy, folder)
        marked = MarkedRig(rig, peer.reach)
        try:
            await rig.open()
            yield marked
            async with asyncio.timeout(5.0):  # a test that failed may not have come there
                await marked.mark("the test ends")
        finally:
            await rig.switch.close()
            await proxy.cut()
            assert not peer.faults, "\n".join(peer.faults)
