"""Supervision: a supervisor's phone rings, then it hears a talk, whispers to the agent, or joins.

The part of these legs.
"""

from calls.commands import HangUp, Originate, Supervise
from calls.events import CallAnswered
from calls.ids import LegId
from control.hub import nodes
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.messages.events import SupervisionWanted
from control.register.register import Leg


class Supervision(QuietPart):
    """Carries out `SupervisionWanted`."""

    def __init__(self, hub: Hub, phones: Phones) -> None:
        self._hub = hub
        self._phones = phones

    def wanted(self, event: SupervisionWanted) -> None:
        """Ring the supervisor's phone, or change the mode of one who listens already."""
        hub = self._hub
        call = hub.register.calls.get(event.call)
        if call is None or call.place != "talking" or call.offer is None:
            hub.notice("warning", "nobody to listen to", detail=event.call, advice="the call is not in a talk")
            return
        for guest in map(hub.register.legs.__getitem__, call.guests):
            if guest.role == "supervisor" and guest.party == event.account:
                guest.mode = event.mode
                self._join(guest)
                return
        leg = LegId(f"{hub.mint(event.call)}-supervisor")
        to, via = nodes.address(hub.register, f"phone:{event.account}", event.call)
        hub.register.legs[leg] = Leg(leg, "supervisor", event.call, event.account, hub.now, mode=event.mode, via=via)
        call.guests.append(leg)
        self._phones.leg_changed(hub.register.legs[leg])
        hub.give(Originate(leg, hub.mint(leg), to, call.caller, event.mode, 20.0))

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The supervisor is there: into the talk, if it still goes on."""
        self._join(leg)

    def _join(self, leg: Leg) -> None:
        hub = self._hub
        call = hub.register.call_of(leg.leg)
        offer = hub.register.offer_of(call) if call is not None else None
        if offer is None:
            hub.give(HangUp(leg.leg))
            return
        # the agent's leg is the target: a whisper reaches the agent and not the caller
        hub.give(Supervise(leg.leg, hub.mint(leg.leg), offer.leg, leg.mode))
