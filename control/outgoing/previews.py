"""Previews: calls of campaigns in which the agent has seen whom they call, and is there before the person is called."""

from acd.events import CallLeft
from calls.causes import Cause
from calls.commands import HangUp, StartMusic
from calls.ids import AttemptId
from control.hub.hub import Hub
from control.outgoing.contact_calls import ContactCalls
from control.register.call import Call
from control.register.register import Leg
from dialer.campaigns import events as campaign


class Previews:
    """The agent's side of previews, a `control.queues.offer_ports.AgentFirst`; the person's is `ContactCalls`' own."""

    def __init__(self, hub: Hub, contacts: ContactCalls) -> None:
        self._hub = hub
        self._contacts = contacts

    def concerns(self, call: Call) -> bool:
        """Whether the agent is there before the person."""
        contact = self._hub.register.contacts.get(call.call)
        return contact is not None and contact.agent != "" and contact.state != "unserved"

    def postponed(self, call: Call) -> bool:
        """Never: the gate has let it pass a moment ago."""
        return False

    def agent_ready(self, call: Call) -> None:
        """The agent has picked up: now the person is called."""
        hub, contact = self._hub, self._hub.register.contacts[call.call]
        if contact.state == "agent":
            contact.on("agent_ready")
            offer = hub.register.offer_of(call)
            if offer is not None:
                hub.give(StartMusic(offer.leg, hub.mint(offer.leg)))
            self._contacts.dial(call, contact)

    def agent_lost(self, call: Call) -> None:
        """The agent is gone: before the person was called, while it rang, or as they picked up."""
        hub, contact = self._hub, self._hub.register.contacts[call.call]
        before = contact.state
        if not contact.on("agent_lost"):
            return
        if before == "answered":
            contact.notice = None
            call.on("came_back")
            call.end_as("abandoned")
            hub.tell_queues(CallLeft(call.call, "way_out"))
            hub.tell_campaigns(campaign.Unserved(contact.attempt))
            self._contacts.say_last(call, contact, contact.safe_harbour)
            return
        if before == "ringing":
            hub.give(HangUp(call.leg, Cause.CANCELLED))
        self._contacts.end(call, contact, Cause.NO_TRUNK if before == "agent" else Cause.CANCELLED)

    def connected(self, call: Call) -> None:
        """Nothing more than of every talk: `ContactCalls.talk_began`."""

    def released(self, call: Call, attempt: AttemptId) -> None:
        """The agent is not there for it after all."""
        contact = self._hub.register.contacts[call.call]
        if contact.state == "agent" and contact.queued == attempt and contact.on("agent_lost"):
            self._contacts.end(call, contact, Cause.NO_TRUNK)

    def agent_key(self, leg: Leg, digit: str) -> bool:
        """An agent's key means nothing here before the talk."""
        return False
