"""What the rigs of real switches share: SIP callers, registered phones, real audio."""

from __future__ import annotations

import asyncio
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from random import SystemRandom

from calls.commands import Clip
from calls.events import AgentDeviceChanged, CallArrived, SwitchBack, SwitchLost
from calls.ids import LegId, Seconds
from calls.ports import Switch
from phones import agent_phone
from phones.agent_phone import AgentPhone
from phones.audio import tone
from phones.call import Call
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from tests.contract.proxy import LinkProxy
from tests.contract.rig import Busy, Decline, Events, LeaveRinging, Person, Phone, PickUp, Reaction, Recorded, Refuse
from tests.contract.sounds import TONES, listen
from tests.ports import WORKER, WORKERS, is_free

ACCOUNTS = ("1001", "1002", "1003")
_PORTS_EACH = 1000 // WORKERS // 2 * 2
_FIRST_PORT = 15000 + WORKER * _PORTS_EACH
_PORTS = range(_FIRST_PORT, _FIRST_PORT + 30)
_AUDIO_PORTS = range(_PORTS.stop, _FIRST_PORT + _PORTS_EACH)
"""Apart, for a port in the midst would leave no room for adjoining ones."""
_turn = count(SystemRandom().randrange(10_000))
_RINGS_S = 0.1
_CHIME_S = 12.0
"""The music that a switch without a site has is a chime with rests."""


class SipPerson:
    def __init__(self, call: Call, leg: LegId, voice: str) -> None:
        self.leg = leg
        self._call = call
        self._voice = tone(TONES[voice], 1.0)

    def speak(self) -> None:
        self._call.say(self._voice, loop=True)

    def hush(self) -> None:
        self._call.say(None)

    async def press(self, keys: str) -> None:
        await self._call.press(keys)

    async def hang_up(self) -> None:
        await self._call.hang_up()

    async def hold(self, *, inactive: bool = False) -> None:
        await self._call.hold(inactive=inactive)

    async def resume(self) -> None:
        await self._call.resume()

    async def hears(self, sound: str, within_s: Seconds = 10.0) -> None:
        now = time.monotonic()
        if sound == "music":
            await self._call.heard_audio(max(within_s, _CHIME_S), after=now)
        else:
            await self._call.hear_tone(TONES[sound], within_s, after=now)

    async def is_told_ringing(self, within_s: Seconds = 5.0) -> None:
        async with asyncio.timeout(within_s):
            while self._call.facts.ringing_at is None:  # noqa: ASYNC110 a phone tells nobody of a 180
                await asyncio.sleep(0.02)

    async def hears_nothing(self, for_s: Seconds = 0.3) -> None:
        await self._call.hear_silence(for_s, 5.0)

    async def refer(self, to: str, replaces: Person | None = None) -> bool:
        other = replaces._call if isinstance(replaces, SipPerson) else None
        address = f"sip:{to}" if "@" in to else f"sip:{to}@{self._call.peer[0]}"
        return await self._call.refer(address, other) == 202

    async def transferred(self, within_s: Seconds = 10.0) -> bool:
        return await self._call.transferred(within_s) == 200

    async def gone(self, within_s: Seconds = 10.0) -> None:
        await self._call.ended(within_s)


class SipPhone:
    def __init__(self, phone: AgentPhone, account: str, reaction: Reaction, phones: list[AgentPhone]) -> None:
        """`phones` are those that the rig closes."""
        self.account = account
        self._phones = phones
        self._phone = phone
        self.reaction = reaction

    @property
    def reaction(self) -> Reaction:
        return self._reaction

    @reaction.setter
    def reaction(self, reaction: Reaction) -> None:
        self._reaction = reaction
        self._phone.on_ring = lambda call: _as_phone(reaction)

    async def on_call(self, leg: LegId, voice: str = "agent") -> Person:
        call = self._phone.calls[-1]
        await call.answered()
        return SipPerson(call, leg, voice)

    async def pick_up(self) -> None:
        call = self._phone.calls[-1]
        call.answer()
        await call.answered()

    async def dial(self, number: str) -> None:
        await self._phone.dial(number)

    async def unplug(self) -> None:
        self._phone.vanish()

    async def restart(self, *, elsewhere: bool = False) -> None:
        if elsewhere:
            self._phone.vanish()
            endpoint = await Endpoint.open()
            self._phone = AgentPhone(endpoint, self._phone.registrar, self._phone.credentials)
            self._phones.append(self._phone)
            self.reaction = self._reaction
            await self._phone.register()
        else:
            await self._phone.restart()


class SipRig(ABC):
    """A real switch with SIP phones, whichever it is. The link to it goes through a relay that can be cut."""

    tells_transfers = True

    def __init__(
        self,
        sip: tuple[str, int],
        accounts: Sequence[AgentAccount],
        proxy: LinkProxy,
        endpoint: Endpoint,
        prompts: Path,
    ) -> None:
        self._accounts = accounts
        self._proxy = proxy
        self._endpoint = endpoint
        self._prompts = prompts
        self._sip = sip
        self._phones: dict[str, SipPhone] = {}
        self._agent_phones: list[AgentPhone] = []
        self.events = Events()
        self.switch: Switch = self._adapter()

    @abstractmethod
    def _adapter(self) -> Switch:
        """A controller's adapter, not started."""

    @abstractmethod
    async def restart_switch(self) -> None:
        """It dies as by kill -9, and comes up anew."""

    async def open(self) -> None:
        await self.switch.start(self.events.sink)
        await self.events.next(SwitchBack)

    async def close(self) -> None:
        await asyncio.gather(*(phone.close() for phone in self._agent_phones))
        for endpoint in {phone.endpoint for phone in self._agent_phones} - {self._endpoint}:
            endpoint.close()
        await self.switch.close()

    async def call_in(self, called: str = "95001", caller: str = "13800000001", name: str = "") -> Person:
        line = PhoneLine(self._endpoint, self._sip, user=caller)
        call = await line.dial(called, display=name)
        arrived = await self.events.next(CallArrived, lambda event: event.caller == caller)
        return SipPerson(call, arrived.leg, "caller")

    async def phone(self, account: str, reaction: Reaction) -> Phone:
        if account not in self._phones:
            secret = next(known.secret for known in self._accounts if known.agent == account)
            agent = AgentPhone(self._endpoint, self._sip, Credentials(f"agent-{account}", secret))
            self._agent_phones.append(agent)
            self._phones[account] = SipPhone(agent, account, reaction, self._agent_phones)
            await agent.register()
            await self.events.next(AgentDeviceChanged, lambda event: event.device == account and event.state == "idle")
        self._phones[account].reaction = reaction
        return self._phones[account]

    async def pause(self, seconds: Seconds) -> None:
        await asyncio.sleep(seconds)

    def clip(self, name: str) -> Clip:
        return Clip(str(self._prompts / name))

    def recorded(self, path: str) -> Recorded:
        return listen(path)

    async def cut_link(self) -> None:
        await self._proxy.cut()
        await self.events.next(SwitchLost)

    async def restore_link(self) -> None:
        await self._proxy.open()
        await self.events.next(SwitchBack)

    async def forget(self) -> None:
        await self.switch.close()
        self.events = Events()
        self.switch = self._adapter()
        await self.switch.start(self.events.sink)


def _as_phone(reaction: Reaction) -> agent_phone.Reaction:
    match reaction:
        case PickUp(after_s):
            return agent_phone.Answer(after_s)
        case Busy(after_s):
            return agent_phone.Reject(486, after_s)
        case Decline(after_s):
            return agent_phone.Reject(603, after_s)
        case Refuse(status) if status < 400:
            return agent_phone.Forward("sip:95001@127.0.0.1", status, _RINGS_S)
        case Refuse(status, q850):
            return agent_phone.Reject(status, _RINGS_S, q850)
        case LeaveRinging():
            return agent_phone.LetRing()


def free_ports(kind: socket.SocketKind, width: int = 1, among: range = _PORTS) -> int:
    """The first of adjoining free ports, each time from another place on: those given last may not be bound yet. Where
    that begins is chance, for another run may be looking at this moment."""
    firsts = range(among.start, among.stop - width + 1, 2)
    begin = next(_turn) % len(firsts)
    for first in (*firsts[begin:], *firsts[:begin]):
        if all(is_free(port, kind) for port in range(first, first + width)):
            return first
    raise RuntimeError(f"no {width} free ports in {among}")


def sip_and_control_ports() -> tuple[int, int]:
    """A port for SIP, free over UDP and TCP, for a switch binds both; and another TCP port, for its controller."""
    while not is_free(sip_port := free_ports(socket.SOCK_DGRAM), socket.SOCK_STREAM):
        pass
    while (control_port := free_ports(socket.SOCK_STREAM)) == sip_port:
        pass
    return sip_port, control_port


def audio_ports(width: int) -> int:
    """The first of adjoining free ports for RTP."""
    return free_ports(socket.SOCK_DGRAM, width, _AUDIO_PORTS)
