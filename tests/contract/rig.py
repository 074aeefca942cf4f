"""What a contract test needs of the world around a switch, whichever switch it is.

A rig places calls, presses keys, answers phones, listens, and breaks things. Sounds are known by name, each a tone of
its own, so that a test can say what is heard: the voices `caller`, `agent`, `supervisor`, the prompts `low` and `high`,
and `music`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol, TypeVar

from calls.commands import Answer, Bridge, Clip, Originate
from calls.events import Bridged, CallAnswered, CallEnded, Event, SwitchEvent
from calls.ids import AttemptId, LegId, Seconds, leg_on
from calls.ports import Switch
from switch.cell import Cell

F = TypeVar("F", bound=Event)

VOICES = ("caller", "agent", "supervisor")
PROMPTS: dict[str, Seconds] = {"low": 3.0, "high": 0.6}


class Events:
    """The sink of a test: everything that the switch said, in order."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self._taken: set[int] = set()
        self._news = asyncio.Event()
        self.taken_by: Callable[[SwitchEvent], None] | None = None
        """Who else is told: what stands before the switch."""

    def sink(self, event: SwitchEvent) -> None:
        self.all.append(event)
        self._news.set()
        if self.taken_by is not None:
            self.taken_by(event)

    def of(self, kind: type[F], where: Callable[[F], bool] = lambda event: True) -> list[F]:
        """All of a kind so far, taken or not."""
        return [event for event in self.all if isinstance(event, kind) and where(event)]

    async def next(self, kind: type[F], where: Callable[[F], bool] = lambda event: True, within_s: float = 10.0) -> F:
        """The first that no test has taken yet. Raises TimeoutError, which names what was said instead."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for index, event in enumerate(self.all):
                        if index not in self._taken and isinstance(event, kind) and where(event):
                            self._taken.add(index)
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"no {kind.__name__} within {within_s:g} s, but {self.all[-12:]}") from None

    async def outcome(self, attempt: AttemptId, within_s: float = 10.0) -> SwitchEvent:
        """The event that carries this attempt."""
        event = await self.next(Event, lambda event: getattr(event, "attempt", None) == attempt, within_s)
        assert isinstance(event, SwitchEvent)
        return event

    async def ended(self, leg: LegId, within_s: float = 10.0) -> CallEnded:
        return await self.next(CallEnded, lambda event: event.leg == leg, within_s)

    def after(self, event: Event) -> Sequence[Event]:
        """What came behind it."""
        return self.all[self.all.index(event) + 1 :]


# What a phone does when it rings.


@dataclass(frozen=True)
class PickUp:
    after_s: Seconds = 0.0


@dataclass(frozen=True)
class Busy:
    after_s: Seconds = 0.0


@dataclass(frozen=True)
class Decline:
    after_s: Seconds = 0.0


@dataclass(frozen=True)
class Refuse:
    """Ring, then this SIP status; with `q850` a Reason header too. A 3xx names another number of ours as the target."""

    status: int
    q850: int | None = None


@dataclass(frozen=True)
class LeaveRinging:
    pass


Reaction = PickUp | Busy | Decline | Refuse | LeaveRinging


class Person(Protocol):
    """Somebody at the far end of a leg."""

    leg: LegId

    def speak(self) -> None:
        """Say one's voice, on and on."""

    def hush(self) -> None: ...

    async def press(self, keys: str) -> None: ...

    async def hang_up(self) -> None: ...

    async def hold(self, *, inactive: bool = False) -> None:
        """Put the other side on hold; `inactive` by the other of the two ways that phones have."""

    async def resume(self) -> None: ...

    async def hears(self, sound: str, within_s: Seconds = 10.0) -> None:
        """Return once this sound is heard, from now on. Raises TimeoutError."""

    async def is_told_ringing(self, within_s: Seconds = 5.0) -> None:
        """Return once the far end of a call that is not answered knows that it rings. Raises TimeoutError."""

    async def hears_nothing(self, for_s: Seconds = 0.3) -> None:
        """Return once there was silence for so long. Raises TimeoutError."""

    async def refer(self, to: str, replaces: Person | None = None) -> bool:
        """Ask by the phone's own key that the other side go on with `to`, or with a whole address; False when that is
        refused at once.

        `replaces`: or with the far side of that other call.
        """

    async def transferred(self, within_s: Seconds = 10.0) -> bool:
        """Return once the phone is told what became of it: whether it was done. Raises TimeoutError."""

    async def gone(self, within_s: Seconds = 10.0) -> None:
        """Return when the far end knows that the call is over. Raises TimeoutError."""


class Phone(Protocol):
    """An agent's phone, registered."""

    account: str
    reaction: Reaction

    async def on_call(self, leg: LegId, voice: str = "agent") -> Person:
        """Whoever holds the phone of that leg, which we called."""

    async def pick_up(self) -> None:
        """Answer what rings there and was left ringing."""

    async def dial(self, number: str) -> None: ...

    async def unplug(self) -> None: ...

    async def restart(self, *, elsewhere: bool = False) -> None:
        """Start anew without a goodbye, `elsewhere` at another address; returns when the switch has taken it."""


@dataclass
class Recorded:
    """What can be heard in a file; `left` only, for a voicemail."""

    left: set[str]
    right: set[str]
    duration_s: Seconds
    silent_s: Seconds  # longest stretch of silence on both sides together


class Rig(Protocol):
    tells_transfers: bool
    """Whether a phone that asks for a transfer is told what becomes of it; else it is refused, and asked for all the
    same."""

    @property
    def switch(self) -> Switch: ...

    @property
    def events(self) -> Events: ...

    async def call_in(self, called: str = "95001", caller: str = "13800000001", name: str = "") -> Person:
        """A caller rings; returns once the switch has said so."""

    async def phone(self, account: str, reaction: Reaction) -> Phone: ...

    async def pause(self, seconds: Seconds) -> None:
        """Let so much time pass: of what is recorded, or of a race."""

    def clip(self, name: str) -> Clip: ...

    def recorded(self, path: str) -> Recorded: ...

    async def cut_link(self) -> None:
        """Between controller and switch nothing passes until `restore_link`."""

    async def restore_link(self) -> None: ...

    async def restart_switch(self) -> None:
        """It dies as by kill -9, and comes up anew."""

    async def forget(self) -> None:
        """The controller dies and a new one starts: another adapter, which knows nothing, takes the switch over."""


@dataclass
class Steps:
    """Moves that most tests make, over any rig."""

    rig: Rig
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def attempt(self) -> AttemptId:
        return AttemptId(f"t{next(self._numbers)}")

    def leg(self) -> LegId:
        node = self.rig.switch.name if isinstance(self.rig.switch, Cell) else ""
        return leg_on(node, f"leg-{next(self._numbers)}")

    async def answered_caller(self) -> Person:
        """A caller who is up."""
        caller = await self.rig.call_in()
        self.rig.switch.send(Answer(caller.leg, self.attempt()))
        await self.rig.events.next(CallAnswered, lambda event: event.leg == caller.leg)
        return caller

    async def answered_phone(self, phone: Phone, voice: str = "agent") -> Person:
        """A leg to a phone that picks up."""
        leg = self.leg()
        self.rig.switch.send(Originate(leg, self.attempt(), f"phone:{phone.account}", "95001", "", 20.0))
        await self.rig.events.next(CallAnswered, lambda event: event.leg == leg)
        return await phone.on_call(leg, voice)

    async def talking(self, record: str | None = None) -> tuple[Person, Person, AttemptId]:
        """Caller and agent bridged; with the bridge's attempt."""
        caller = await self.answered_caller()
        phone = await self.rig.phone("1001", PickUp())
        agent = await self.answered_phone(phone)
        attempt = self.attempt()
        self.rig.switch.send(Bridge(attempt, caller.leg, agent.leg, record))
        await self.rig.events.next(Bridged, lambda event: event.attempt == attempt)
        return caller, agent, attempt
