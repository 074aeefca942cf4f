"""A supervisor who wants into a talk: the phone rings, then it hears, whispers or joins."""

from calls.commands import HangUp, Originate, Supervise
from calls.ids import LegId
from control import events
from control import register as at
from control.hub import Hub


class Supervision:
    """What becomes of `events.SupervisionWanted`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def wanted(self, event: events.SupervisionWanted) -> None:
        """Ring the supervisor's phone, or change the mode of one who listens already."""
        hub = self._hub
        call = hub.register.calls.get(event.call)
        if call is None or call.place != "talking" or call.offer is None:
            hub.notice("warning", "nobody to listen to", detail=event.call, advice="the call is not in a talk")
            return
        for guest in map(hub.register.legs.__getitem__, call.guests):
            if guest.role == "supervisor" and guest.party == event.account:
                guest.mode = event.mode
                self.answered(guest)
                return
        leg = LegId(f"{hub.mint(event.call)}-supervisor")
        hub.register.legs[leg] = at.Leg(leg, "supervisor", event.call, event.account, hub.now, mode=event.mode)
        call.guests.append(leg)
        hub.order(Originate(leg, hub.mint(leg), f"phone:{event.account}", call.caller, event.mode, 20.0))

    def answered(self, leg: at.Leg) -> None:
        """The supervisor is there: into the talk, if it still goes on."""
        hub = self._hub
        call = hub.call_of(leg.leg)
        offer = hub.register.offers.get(call.offer) if call is not None and call.offer is not None else None
        if offer is None:
            hub.order(HangUp(leg.leg))
            return
        # the agent's leg is the target: a whisper reaches the agent and not the caller
        hub.order(Supervise(leg.leg, hub.mint(leg.leg), offer.leg, leg.mode))
