"""Moved talks: a talk goes on at the agent's phone as it is registered now, and the phone that had it is let go.

A page that was the phone and is loaded anew has lost its audio, and the switch still holds the talk: the agent's
account is called once more, which the new page answers by itself, and the caller is connected with that leg in place of
the old one. So does an agent move from the page to the desk's phone and back. For the queues it is one talk, with one
beginning; in the call log its second part is a talk of its own, as after a consultation. The part of the new leg, until
it has the caller.
"""

from calls.commands import HangUp, Originate
from calls.events import CallAnswered
from calls.ids import AgentId, LegId
from control.hub import nodes
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.messages.events import TalkMoveWanted
from control.queues.offers import Offers
from control.register import register as at
from control.register.call import Call

ROLE = "moved"
_RING_S = 10.0


class MovedTalks(QuietPart):
    """Takes `TalkMoveWanted`."""

    def __init__(self, hub: Hub, offers: Offers) -> None:
        self._hub = hub
        self._offers = offers

    def refusal(self, agent: AgentId) -> str:
        """Why this agent's talk cannot move now; empty where it can, or is moving already. Nothing changes."""
        found = self._talk_of(agent)
        if found is None:
            return "the agent has no talk with a caller"
        if found[0].call in self._hub.register.consultations:
            return "somebody is consulted: give them back, or connect both, first"
        return ""

    def wanted(self, event: TalkMoveWanted) -> None:
        """Call the agent's phone as it is now; nothing where the talk cannot move, or is moving."""
        hub, register = self._hub, self._hub.register
        found = self._talk_of(event.agent)
        if found is None or self.refusal(event.agent):
            return
        call, _ = found
        account = hub.directory.account(register.version, event.agent)
        if account is None or any(register.legs[guest].role == ROLE for guest in call.guests if guest in register.legs):
            return
        leg = at.moved_leg(call.call, hub.mint(call.call))
        to, via = nodes.address(register, f"phone:{account}", call.call)
        register.legs[leg] = at.Leg(leg, ROLE, call.call, account, hub.now, via=via)
        call.guests.append(leg)
        hub.give(Originate(leg, hub.mint(leg), to, call.caller, call.queue, _RING_S, auto_answer=True))

    def answered(self, leg: at.Leg, event: CallAnswered) -> None:
        """The phone is there: the caller is connected with it, and the one before goes."""
        hub, register = self._hub, self._hub.register
        call = register.call_of(leg.leg)
        offer = register.offer_of(call) if call is not None else None
        if call is None or offer is None or offer.state != "talking" or call.call in register.consultations:
            hub.give(HangUp(leg.leg))
            return
        before, offer.leg, leg.role = offer.leg, leg.leg, "agent"
        call.guests.remove(leg.leg)
        self._offers.pause_talk(call)
        self._offers.resume_talk(call)
        # the caller is on the way to the new one by now: who is bridged with a leg that ends may be ended with it
        hub.give(HangUp(before))

    def _talk_of(self, agent: AgentId) -> tuple[Call, LegId] | None:
        register = self._hub.register
        for offer in register.offers.values():
            call = register.calls.get(offer.call)
            if offer.agent == agent and offer.state == "talking" and call is not None and call.place == "talking":
                return call, offer.leg
        return None
