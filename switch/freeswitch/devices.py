"""Device states of our phones come from the switch, and are told when they change.

The switch tells registrations; whether a phone rings or talks is seen from its legs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from calls.causes import DeviceState
from calls.events import SwitchEvent
from switch.devices import DeviceStates
from switch.freeswitch.legs import Leg
from switch.freeswitch.wire import Event

REGISTER = "sofia::register"
GONE = ("sofia::unregister", "sofia::expire")
SUBCLASSES = (REGISTER, *GONE)


class Devices(DeviceStates):
    """`prefix` tells our agents' accounts: account 1001 registers as agent-1001."""

    def __init__(self, prefix: str, legs: Callable[[], Iterable[Leg]], emit: Callable[[SwitchEvent], None]) -> None:
        super().__init__(prefix, emit)
        self._legs = legs
        self._registered: set[str] = set()

    def on_registration(self, event: Event) -> None:
        """A phone came or went."""
        device = self._account(event.get("from-user") or event.get("username"))
        if device is None:
            return
        if event.subclass == REGISTER:
            self._registered.add(device)
        else:
            self._registered.discard(device)
        self.look(device)

    def adopt(self, users: Iterable[str]) -> None:
        """All accounts that are registered now."""
        known = self._registered | self.states.keys()
        self._registered = {device for user in users if (device := self._account(user)) is not None}
        for device in sorted(known | self._registered):
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
