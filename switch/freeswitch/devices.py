"""Device states of our phones come from the switch, and are told when they change.

The switch tells registrations; whether a phone rings or talks is seen from its legs. The end of a registration can be
delivered behind the beginning of the next (seen on 1.10.12: made 40 ms before it, told at the same instant as it, after
it), and would make a phone unreachable that is there, until it registers again. So an end counts for the registration
that it names, and not when it was made before that began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from calls.causes import DeviceState
from calls.events import SwitchEvent
from switch.devices import DeviceStates
from switch.freeswitch.legs import Leg
from switch.freeswitch.wire import Event

REGISTER = "sofia::register"
EXPIRED = "sofia::expire"
SUBCLASSES = (REGISTER, "sofia::unregister", EXPIRED)


class _Registered(NamedTuple):
    """A registration: the Call-ID of its REGISTER, and the number of the event that told of it. Nothing is known of one
    that stood before we looked."""

    call_id: str = ""
    sequence: int = 0

    def ended_by(self, end: _Registered, subclass: str) -> bool:
        """A phone that starts anew may unregister by another Call-ID than it registered; one of them expires."""
        of_another = subclass == EXPIRED and self.call_id not in ("", end.call_id)
        return end.sequence >= self.sequence and not of_another


class Devices(DeviceStates):
    """`prefix` tells our agents' accounts: account 1001 registers as agent-1001."""

    def __init__(self, prefix: str, legs: Callable[[], Iterable[Leg]], emit: Callable[[SwitchEvent], None]) -> None:
        super().__init__(prefix, emit)
        self._legs = legs
        self._registered: dict[str, _Registered] = {}

    def on_registration(self, event: Event) -> None:
        """A phone came or went."""
        device = self._account(event.get("from-user") or event.get("username"))
        if device is None:
            return
        number = event.get("Event-Sequence")
        told = _Registered(event.get("call-id"), int(number) if number.isdecimal() else 0)
        if event.subclass == REGISTER:
            self._registered[device] = told
        elif (known := self._registered.get(device)) is not None and known.ended_by(told, event.subclass):
            del self._registered[device]
        self.look(device)

    def adopt(self, users: Iterable[str]) -> None:
        """All accounts that are registered now."""
        known = self._registered.keys() | self.states.keys()
        ours = [device for user in users if (device := self._account(user)) is not None]
        self._registered = dict.fromkeys(ours, _Registered())
        for device in sorted(known | self._registered.keys()):
            self.look(device)

    def look(self, device: str | None) -> None:
        """Tell the state of a device if it is another than before. Of None there is none."""
        if device is not None:
            self._set(device, self._state_of(device))

    def _state_of(self, device: str) -> DeviceState:
        legs = [leg for leg in self._legs() if leg.device == device]
        if any(leg.answered or leg.inbound for leg in legs):
            return DeviceState.BUSY
        if any(leg.ringing for leg in legs):
            return DeviceState.RINGING
        return DeviceState.IDLE if device in self._registered else DeviceState.UNREACHABLE
