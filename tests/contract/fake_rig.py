"""The rig of the switch in memory: people are leg ids, sounds are names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from calls.causes import Cause
from calls.commands import Clip
from calls.events import CallArrived, SwitchBack, SwitchLost
from calls.ids import LegId, Seconds, leg_on, native
from calls.ports import Switch
from calls.sip_causes import cause_of_status
from switch import fake
from switch.cell import Cell
from tests.contract.rig import (
    PROMPTS,
    Busy,
    Decline,
    Events,
    LeaveRinging,
    Person,
    Phone,
    PickUp,
    Reaction,
    Recorded,
    Refuse,
)

_LOOK_S = 0.005


async def _until(condition: Callable[[], bool], within_s: Seconds) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 what somebody hears is worked out when asked, nothing tells of a change
            await asyncio.sleep(_LOOK_S)


class FakePerson:
    def __init__(self, switch: fake.FakeSwitch, world: fake.World, leg: LegId, voice: str) -> None:
        self.leg = leg
        self._channel = native(leg)
        self._switch = switch
        self._world = world
        self._voice = voice

    def speak(self) -> None:
        self._world.speak(self._channel, self._voice)

    def hush(self) -> None:
        self._world.speak(self._channel, "")

    async def press(self, keys: str) -> None:
        self._world.press(self._channel, keys)

    async def hang_up(self) -> None:
        self._world.hang_up(self._channel)

    async def hold(self, *, inactive: bool = False) -> None:
        self._world.hold(self._channel)

    async def resume(self) -> None:
        self._world.hold(self._channel, False)

    async def hears(self, sound: str, within_s: Seconds = 10.0) -> None:
        path = f"/prompts/{sound}" if sound in PROMPTS else sound
        await _until(lambda: path in self._world.hears(self._channel), within_s)

    async def is_told_ringing(self, within_s: Seconds = 5.0) -> None:
        await _until(lambda: self._switch.legs[self._channel].rings, within_s)

    async def hears_nothing(self, for_s: Seconds = 0.3) -> None:
        await _until(lambda: not self._world.hears(self._channel), 5.0)

    async def refer(self, to: str, replaces: Person | None = None) -> bool:
        other = replaces._channel if isinstance(replaces, FakePerson) else None
        return self._world.refer(self._channel, to.partition("@")[0], other)

    async def transferred(self, within_s: Seconds = 10.0) -> bool:
        told = self._switch.transfers_told
        await _until(lambda: self._channel in told, within_s)
        return told.pop(self._channel) == "done"

    async def gone(self, within_s: Seconds = 10.0) -> None:
        await _until(lambda: self._channel not in self._switch.legs, within_s)


class FakePhone:
    def __init__(self, switch: fake.FakeSwitch, world: fake.World, account: str, reaction: Reaction) -> None:
        self.account = account
        self._switch = switch
        self._world = world
        self._reaction = reaction
        self._phone = world.phone(account, _as_fake(reaction))

    @property
    def reaction(self) -> Reaction:
        return self._reaction

    @reaction.setter
    def reaction(self, reaction: Reaction) -> None:
        self._reaction = reaction
        self._phone.reaction = _as_fake(reaction)

    async def on_call(self, leg: LegId, voice: str = "agent") -> Person:
        return FakePerson(self._switch, self._world, leg, voice)

    async def pick_up(self) -> None:
        self._world.pick_up(self.account)

    async def dial(self, number: str) -> None:
        self._world.dial(number, self.account, device=self.account)

    async def unplug(self) -> None:
        self._world.unplug(self.account)

    async def restart(self, *, elsewhere: bool = False) -> None:
        self._world.unplug(self.account)
        self._world.phone(self.account)


class FakeRig:
    """`switch` is the fake, or a cell that has it under its name."""

    tells_transfers = True

    def __init__(self, fake_switch: fake.FakeSwitch, switch: Switch) -> None:
        self.fake = fake_switch
        self.switch = switch
        self.world = fake.World(fake_switch)
        self.events = Events()

    async def call_in(self, called: str = "95001", caller: str = "13800000001", name: str = "") -> Person:
        channel = self.world.dial(called, caller, name=name)
        leg = leg_on(self.fake.name, channel) if isinstance(self.switch, Cell) else channel
        await self.events.next(CallArrived, lambda event: event.leg == leg)
        return FakePerson(self.fake, self.world, leg, "caller")

    async def phone(self, account: str, reaction: Reaction) -> Phone:
        return FakePhone(self.fake, self.world, account, reaction)

    async def pause(self, seconds: Seconds) -> None:
        await asyncio.sleep(seconds)

    def clip(self, name: str) -> Clip:
        if name not in PROMPTS:
            self.fake.missing.add(f"/prompts/{name}")
        return Clip(f"/prompts/{name}")

    def recorded(self, path: str) -> Recorded:
        recorded = self.fake.recordings[path]
        return Recorded(set(recorded.left), set(recorded.right), recorded.duration_s, recorded.silent_s)

    async def cut_link(self) -> None:
        self.world.cut_link()
        await self.events.next(SwitchLost)

    async def restore_link(self) -> None:
        self.world.restore_link()
        await self.events.next(SwitchBack)

    async def restart_switch(self) -> None:
        self.world.restart_switch()

    async def forget(self) -> None:
        await self.switch.close()
        self.events = Events()
        if isinstance(self.switch, Cell):
            self.switch = Cell([self.fake])
        await self.switch.start(self.events.sink)


def _as_fake(reaction: Reaction) -> fake.PickUp | fake.Refuse | fake.LeaveRinging:
    match reaction:
        case PickUp(after_s):
            return fake.PickUp(after_s)
        case Busy(after_s):
            return fake.Refuse(Cause.BUSY, after_s)
        case Decline(after_s):
            return fake.Refuse(Cause.REJECTED, after_s)
        case Refuse(status):
            return fake.Refuse(cause_of_status(status, rang=True))
        case LeaveRinging():
            return fake.LeaveRinging()


@asynccontextmanager
async def fake_rig(in_a_cell: bool = False) -> AsyncIterator[FakeRig]:
    timeline = fake.LoopTimeline()
    switch = fake.FakeSwitch(timeline)
    switch.clips.update({f"/prompts/{name}": seconds for name, seconds in PROMPTS.items()})
    rig = FakeRig(switch, Cell([switch]) if in_a_cell else switch)
    await rig.switch.start(rig.events.sink)
    await rig.events.next(SwitchBack)
    try:
        yield rig
    finally:
        await rig.switch.close()
        timeline.close()
