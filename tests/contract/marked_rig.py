"""A rig that says what the test does and has heard: for a recording to keep, and for its replay to keep step with.

What is done is said before it is done, what is heard once it was heard.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count

from calls.commands import Clip
from calls.ids import LegId, Seconds
from calls.ports import Switch
from tests.contract.rig import Events, Person, Phone, Reaction, Recorded, Rig

Mark = Callable[[str], Awaitable[None]]
"""Takes what was done or heard; returns when the test may go on."""


class MarkedPerson:
    def __init__(self, person: Person, name: str, mark: Mark) -> None:
        self.leg: LegId = person.leg
        self._person = person
        self._name = name
        self._mark = mark

    def speak(self) -> None:
        self._person.speak()

    def hush(self) -> None:
        self._person.hush()

    async def press(self, keys: str) -> None:
        await self._mark(f"{self._name} presses {keys}")
        await self._person.press(keys)

    async def hang_up(self) -> None:
        await self._mark(f"{self._name} hangs up")
        await self._person.hang_up()

    async def hold(self, *, inactive: bool = False) -> None:
        await self._mark(f"{self._name} holds{' by inactive' if inactive else ''}")
        await self._person.hold(inactive=inactive)

    async def resume(self) -> None:
        await self._mark(f"{self._name} resumes")
        await self._person.resume()

    async def refer(self, to: str, replaces: Person | None = None) -> bool:
        other = replaces if isinstance(replaces, MarkedPerson) else None
        of = f", of {other._name}" if other is not None else ""
        await self._mark(f"{self._name} refers to {to}{of}")
        return await self._person.refer(to, other._person if other is not None else None)

    async def transferred(self, within_s: Seconds = 10.0) -> bool:
        done = await self._person.transferred(within_s)
        await self._mark(f"{self._name} is told of the transfer")
        return done

    async def hears(self, sound: str, within_s: Seconds = 10.0) -> None:
        await self._person.hears(sound, within_s)
        await self._mark(f"{self._name} hears {sound}")

    async def is_told_ringing(self, within_s: Seconds = 5.0) -> None:
        await self._person.is_told_ringing(within_s)
        await self._mark(f"{self._name} is told that it rings")

    async def hears_nothing(self, for_s: Seconds = 0.3) -> None:
        await self._person.hears_nothing(for_s)
        await self._mark(f"{self._name} hears nothing")

    async def gone(self, within_s: Seconds = 10.0) -> None:
        await self._person.gone(within_s)
        await self._mark(f"{self._name} is gone")


class MarkedPhone:
    def __init__(self, phone: Phone, rig: MarkedRig) -> None:
        self.account = phone.account
        self._phone = phone
        self._rig = rig

    @property
    def reaction(self) -> Reaction:
        return self._phone.reaction

    @reaction.setter
    def reaction(self, reaction: Reaction) -> None:
        self._phone.reaction = reaction

    async def on_call(self, leg: LegId, voice: str = "agent") -> Person:
        person = self._rig.person(await self._phone.on_call(leg, voice))
        await self._rig.mark(f"{self.account} is on the phone")
        return person

    async def pick_up(self) -> None:
        await self._rig.mark(f"{self.account} picks up")
        await self._phone.pick_up()

    async def dial(self, number: str) -> None:
        await self._rig.mark(f"{self.account} dials {number}")
        await self._phone.dial(number)

    async def unplug(self) -> None:
        await self._rig.mark(f"{self.account} is unplugged")
        await self._phone.unplug()

    async def restart(self, *, elsewhere: bool = False) -> None:
        await self._rig.mark(f"{self.account} starts anew")
        await self._phone.restart(elsewhere=elsewhere)


class MarkedRig:
    """Around another rig."""

    def __init__(self, rig: Rig, mark: Mark) -> None:
        self._rig = rig
        self.mark = mark
        self._numbers = count(1)

    @property
    def tells_transfers(self) -> bool:
        return self._rig.tells_transfers

    @property
    def switch(self) -> Switch:
        return self._rig.switch

    @property
    def events(self) -> Events:
        return self._rig.events

    def person(self, person: Person) -> Person:
        return MarkedPerson(person, f"person {next(self._numbers)}", self.mark)

    async def call_in(self, called: str = "95001", caller: str = "13800000001", name: str = "") -> Person:
        await self.mark(f"{caller} calls {called}")
        return self.person(await self._rig.call_in(called, caller, name))

    async def phone(self, account: str, reaction: Reaction) -> Phone:
        await self.mark(f"{account} comes to the phone")
        return MarkedPhone(await self._rig.phone(account, reaction), self)

    async def pause(self, seconds: Seconds) -> None:
        await self._rig.pause(seconds)
        await self.mark("time has passed")

    def clip(self, name: str) -> Clip:
        return self._rig.clip(name)

    def recorded(self, path: str) -> Recorded:
        return self._rig.recorded(path)

    async def cut_link(self) -> None:
        await self.mark("the link is cut")
        await self._rig.cut_link()

    async def restore_link(self) -> None:
        await self.mark("the link is restored")
        await self._rig.restore_link()

    async def restart_switch(self) -> None:
        await self.mark("the switch dies")
        await self._rig.restart_switch()

    async def forget(self) -> None:
        await self.mark("the controller dies")
        await self._rig.forget()
