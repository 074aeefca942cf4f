"""A supervisor who wants into a talk: the phone rings, then it hears, whispers or joins."""

from calls.commands import HangUp, Originate, Supervise
from calls.ids import LegId
from control import events
from control import register as at
from control.hub import Desk


class Supervising:
    """What becomes of `events.SupervisionWanted`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def wanted(self, event: events.SupervisionWanted) -> None:
        """Ring the supervisor's phone, or change the mode of one who listens already."""
        desk = self._desk
        call = desk.register.calls.get(event.call)
        if call is None or call.place != "talking" or call.offer is None:
            desk.notice("warning", "nobody to listen to", detail=event.call, advice="the call is not in a talk")
            return
        for guest in map(desk.register.legs.__getitem__, call.guests):
            if guest.role == "supervisor" and guest.party == event.account:
                guest.mode = event.mode
                self.answered(guest)
                return
        leg = LegId(f"{desk.mint(event.call)}-supervisor")
        desk.register.legs[leg] = at.Leg(leg, "supervisor", event.call, event.account, desk.now, mode=event.mode)
        call.guests.append(leg)
        desk.order(Originate(leg, desk.mint(leg), f"phone:{event.account}", call.caller, event.mode, 20.0))

    def answered(self, leg: at.Leg) -> None:
        """The supervisor is there: into the talk, if it still goes on."""
        desk = self._desk
        call = desk.call_of(leg.leg)
        offer = desk.register.offers.get(call.offer) if call is not None and call.offer is not None else None
        if offer is None:
            desk.order(HangUp(leg.leg))
            return
        # the agent's leg is the target: a whisper reaches the agent and not the caller
        desk.order(Supervise(leg.leg, desk.mint(leg.leg), offer.leg, leg.mode))
