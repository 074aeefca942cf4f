"""Offers: the agent's phone rings, the agent hears why, both are connected, wrap-up. The part of agents' legs.

Which agent and which caller is the queues' business (`control.callers.queue_commands`); here is only what a phone does
about it.
"""

from typing import Literal

import msgspec

from acd.commands import Offer
from acd.events import CallLeft, OfferMissed, OfferTaken, TalkEnded
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate, Play
from calls.events import CallAnswered, CallEnded, DigitPressed, PlaybackFinished
from calls.ids import AttemptId, LegId
from control.hub import nodes, notifications
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.queues.announcements import Announcements
from control.queues.missed_offers import MissReason, miss_reason
from control.queues.offer_ports import AgentFirst, Consulting, Contacts, HandedOn
from control.register import register as at
from control.register import talks
from control.register.call import Call
from control.talks.dispositions import Dispositions
from control.talks.talk_keys import TalkKeys
from control.talks.talk_recordings import TalkRecordings
from ivr.events import LeftQueue

CUT_OFF_PRIORITY = 600.0
"""Minutes of head start for a caller whose talk died: before everybody who waits, whatever their class."""


class Offers(QuietPart):
    """Makes, withdraws and follows offers on real phones."""

    def __init__(self, hub: Hub, announcements: Announcements, recordings: TalkRecordings, keys: TalkKeys) -> None:
        self._hub = hub
        self._announcements = announcements
        self._recordings = recordings
        self._keys = keys
        self.agent_first: AgentFirst
        self.handed_on: HandedOn
        self.consultations: Consulting
        self.contacts: Contacts
        self.dispositions: Dispositions

    # the offer

    def offer(self, command: Offer) -> None:
        """Ring the agent's phone; or, of a callback that may not be made now, let it wait."""
        hub, register = self._hub, self._hub.register
        call = register.calls[command.call]
        if self.agent_first.concerns(call) and self.agent_first.postponed(call):
            return
        call.on("offered")
        call.offer, call.agent = command.attempt, command.agent
        account = hub.directory.account(register.version, command.agent)
        if account is None:
            hub.notice("error", "agent without a phone", detail=command.agent, advice="give agents.yaml an account")
            self._missed(call, command.attempt, "unreachable")
            return
        leg = at.agent_leg(command.call, command.attempt)
        to, via = nodes.address(register, f"phone:{account}", command.call)
        register.offers[command.attempt] = at.Offer(command.attempt, command.call, command.agent, leg)
        register.legs[leg] = at.Leg(leg, "agent", command.call, account, hub.now, via=via)
        name = f"{command.queue} {call.reason}".strip()
        at_once = call.call in register.contacts  # a person is there already, or the agent has just said that they call
        hub.give(Originate(leg, hub.mint(leg), to, call.caller, name, command.ring_s, auto_answer=at_once))
        notifications.rings(hub, call, command.attempt, account)

    def answered(self, leg: at.Leg, event: CallAnswered) -> None:
        """The agent picked up: whisper, then connect."""
        offer = self._offer_of(leg)
        if offer is None:
            self._hub.give(HangUp(leg.leg))  # answered in the moment in which it was withdrawn
        elif offer.on("answered"):
            self._brief(offer)

    def _brief(self, offer: at.Offer) -> None:
        """Tell the agent who and why; go on at once where there is nothing to tell, or where somebody whom a campaign
        has called has answered: two seconds of silence and they count as abandoned."""
        call = self._hub.register.calls[offer.call]
        answered = call.call in self._hub.register.contacts and not self.agent_first.concerns(call)
        if answered or not self.whisper(offer):
            self._briefed(offer)

    def whisper(self, offer: at.Offer) -> bool:
        """Begin to tell the agent of an offer why; False when there is nothing to tell."""
        hub = self._hub
        call = hub.register.calls[offer.call]
        whisper = hub.directory.whisper(call.version, call)  # of a callback, its own
        offer.whisper = hub.mint(offer.leg) if whisper else None
        if offer.whisper is not None:
            hub.give(Play(offer.leg, offer.whisper, whisper))
        return offer.whisper is not None

    def played(self, leg: at.Leg, event: PlaybackFinished) -> None:
        """The agent has heard it, or it could not be played: either way, connect."""
        offer = self._offer_of(leg)
        if offer is not None and offer.state == "whispering" and event.attempt == offer.whisper:
            offer.whisper = None
            self._briefed(offer)

    def _briefed(self, offer: at.Offer) -> None:
        call = self._hub.register.calls[offer.call]
        if self.agent_first.concerns(call):
            self.agent_first.agent_ready(call)
        elif not self.contacts.hears_notice(call):
            self.connect(offer)

    def became_callback(self, call: Call) -> None:
        """The caller hung up and has a callback again: the agent who was to talk to them stays, and is told so."""
        offer = self._hub.register.offer_of(call)
        if offer is not None and offer.on("call_became_callback"):
            self._hub.register.part(call)  # ordered a moment ago, and of two of whom one is gone
            self._brief(offer)

    def digit(self, leg: at.Leg, event: DigitPressed) -> None:
        """An agent's key: an answer to a callback, or one in a talk."""
        if not self.agent_first.agent_key(leg, event.digit):
            self._keys.of_agent(leg, event.digit)

    # the talk

    def connect(self, offer: at.Offer) -> None:
        """Let the two hear each other, recorded where the queue says so and the caller does not object."""
        offer.on("connecting")
        self._bridge(self._hub.register.calls[offer.call], offer)

    def _bridge(self, call: Call, offer: at.Offer) -> None:
        record = at.recording_of(call) if self._recordings.wanted(call) else None
        attempt = self._hub.register.connect(call, "agent", record is not None)
        self._hub.give(Bridge(attempt, call.leg, offer.leg, record))

    def bridged(self, call: Call) -> None:
        """Both hear each other."""
        hub = self._hub
        offer = hub.register.offer_of(call)
        if offer is not None and offer.state == "talking" and call.talk is None:
            talks.begin(call, hub.register.legs[offer.leg], offer.agent, hub.now)
            self._recordings.goes_on(call)
            notifications.talk_began(hub, call)
            self.dispositions.talk_began(call, offer)
            self.consultations.together(call)
            return
        if offer is None or not offer.on("connected"):
            return
        call.on("connected")
        if self.agent_first.concerns(call):
            self.agent_first.connected(call)
        call.replaced_callback = None
        talks.begin(call, hub.register.legs[offer.leg], offer.agent, hub.now)
        notifications.talk_began(hub, call)
        call.end_as("answered")
        if call.answered_at is None:
            call.answered_at = hub.now
        hub.register.talked(call.caller, offer.agent, hub.now)
        hub.tell_queues(OfferTaken(offer.attempt))
        self.dispositions.talk_began(call, offer)
        self.contacts.talk_began(call, offer.agent)

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """The talk came apart, or was never one: the agent's leg is released, the caller goes on alone.

        Where that leg is gone already, its own end is on the way and says why.
        """
        offer = self._hub.register.offer_of(call)
        if offer is None:
            return
        if failed and offer.state == "talking" and call.talk is None:  # turned to again, and not connected
            self._hub.give(HangUp(offer.leg))
            if call.call not in self._hub.register.consultations:  # else the caller is left to the one who is consulted
                offer.on("parted")
                self._end_talk(call, offer, Cause.FAILED)
            return
        both = offer.leg in self._hub.register.legs and call.leg in survivors
        if offer.state == "bridging" and not failed and both:  # the command went down with its controller
            offer.on("connecting_again")
            self._hub.register.part(call)
            self._bridge(call, offer)
            return
        talked = offer.state in ("talking", "parting")
        gone = talked and not failed and call.leg in survivors and offer.leg not in survivors
        if not offer.on("failed" if failed else "parting" if gone else "parted"):
            return
        self._hub.give(HangUp(offer.leg))
        if gone:
            return
        if talked:
            if offer.leg in survivors and call.leg not in survivors:
                self.consultations.caller_left(call)
            self._end_talk(call, offer, Cause.NORMAL)
        else:
            self._forget(offer)
            self._missed(call, offer.attempt, "failed")

    def ended(self, leg: at.Leg, event: CallEnded) -> None:
        """The agent's leg is gone: before the talk an offer that came to nothing, in it the end of the talk."""
        offer = self._offer_of(leg)
        if offer is None:
            attempt = self._hub.register.leaving.pop(leg.leg, None)
            if attempt is not None:
                self._hub.tell_queues(TalkEnded(attempt))
                self.handed_on.agent_gone(leg)
            return
        call, talked = self._hub.register.calls[offer.call], offer.state in ("talking", "parting")
        offer.on("agent_left")
        if talked and self.consultations.agent_left(call, offer, talks.died(event.cause)):
            return
        if talked:
            self._end_talk(call, offer, event.cause)
        else:
            self._forget(offer)
            self._missed(call, offer.attempt, miss_reason(leg, event.cause))

    def caller_left(self, call: Call, reason: Literal["hung_up", "lost"]) -> None:
        """The caller is gone, from the queue, from under a ringing phone, or out of a talk."""
        offer = self._hub.register.offer_of(call)
        if call.place == "talking" and offer is not None:
            offer.on("caller_left")
            self._hub.give(HangUp(offer.leg))
            self._forget(offer)
            self._hub.tell_queues(TalkEnded(offer.attempt))
        elif call.place in ("waiting", "offered"):
            # who waits again because a talk died, or was handed on, has given up nothing
            if call.outcome != "cut_off" and call.call not in self._hub.register.transfers:
                call.end_as("lost" if reason == "lost" else "abandoned")
            self._hub.tell_queues(CallLeft(call.call, reason))

    def hand_on(self, call: Call, offer: at.Offer) -> None:
        """The agent has handed the caller on: their leg goes, and with its end their wrap-up begins.

        Not sooner: a phone that is still being hung up could not be rung with the caller who comes back.
        """
        self.part_with(call, offer)
        self._hub.give(HangUp(offer.leg))

    def part_with(self, call: Call, offer: at.Offer, leaving: bool = True) -> None:
        """The agent of a talk has the caller no more; `leaving`: their leg is still there."""
        if leaving:
            offer.on("handed_on")
            self._hub.register.leaving[offer.leg] = offer.attempt
        self._let_go(call, offer, Cause.TRANSFERRED)

    def pause_talk(self, call: Call) -> None:
        """The agent turns to somebody else: the talk is over, the offer is not."""
        self._hub.end_talk(call, Cause.NORMAL)
        if call.recording.hiding:
            self._recordings.hide(call, False)
        self._hub.register.part(call)

    def resume_talk(self, call: Call) -> None:
        """The agent turns to the caller again: another talk begins once both hear each other."""
        offer = self._hub.register.offer_of(call)
        if offer is not None and call.place == "talking":
            self._bridge(call, offer)

    def _let_go(self, call: Call, offer: at.Offer, cause: Cause) -> None:
        self._hub.end_talk(call, cause)
        if call.recording.hiding:
            self._recordings.hide(call, False)
        call.recording.masked = False  # its agent is gone, who would take it off
        self._forget(offer)
        self._hub.register.part(call)
        call.offer = None

    def _end_talk(self, call: Call, offer: at.Offer, cause: Cause) -> None:
        hub = self._hub
        self._let_go(call, offer, cause)
        if cut_off := talks.died(cause):
            advice = "is the agent's network well? The caller waits again, first in line, or is owed a call by a case"
            hub.notice("warning", "talk cut off", call=call.call, detail=f"{offer.agent}: {cause}", advice=advice)
            call.end_as("cut_off")
        if cut_off and call.queued_as is not None and not self.agent_first.concerns(call):
            hub.tell_queues(TalkEnded(offer.attempt, cut_off))
            self._wait_again(call)
            return
        attempt = call.flow_attempt
        call.on("talk_ended")
        call.flow_attempt = None
        hub.tell_queues(TalkEnded(offer.attempt, cut_off))
        if self.agent_first.concerns(call) or hub.register.has_no_flow(call):
            hub.give(HangUp(call.leg))  # there is no flow to go on with
        if attempt is not None:
            hub.tell_flows(LeftQueue(call.call, attempt, "served", offer.agent))

    def _wait_again(self, call: Call) -> None:
        """The talk died on the agent's side: back into the queue with the time since they came, before the others."""
        hub = self._hub
        assert call.queued_as is not None
        call.on("cut_off")
        waited_s = hub.now - (call.queued_at if call.queued_at is not None else call.arrived_at)
        call.queued_as = msgspec.structs.replace(
            call.queued_as,
            attempt=call.flow_attempt or call.queued_as.attempt,
            queue=call.queue,
            waited_s=waited_s,
            priority=CUT_OFF_PRIORITY,
            agent=None,
            within=msgspec.UNSET,
        )
        hub.start_music(call)
        sorry = hub.directory.say(call.version, call.language, "talk_cut_off")
        if sorry:
            hub.give(Play(call.leg, hub.mint(call.call), sorry))
        self._announcements.entered(call, again=False)
        hub.tell_queues(call.queued_as)

    # an offer that came to nothing

    def decline(self, offer: at.Offer) -> None:
        """The agent declines by a screen: for the queues as if the phone had. Only before both are connected."""
        call = self._hub.register.calls[offer.call]
        offer.on("agent_left")
        self._hub.give(HangUp(offer.leg, Cause.CANCELLED))
        self._forget(offer)
        self._missed(call, offer.attempt, "rejected")

    def withdraw(self, attempt: AttemptId) -> None:
        """The queues want the agent no more for this: their phone is hung up. Nothing, where the offer is over."""
        register = self._hub.register
        offer = register.offers.get(attempt)
        if offer is None:
            return
        call = register.calls.get(offer.call)
        offer.on("withdrawn")
        if call is not None and call.offer == offer.attempt:
            call.offer = call.agent = None
            if call.place == "offered":  # the agent paused while it rang: the caller waits on
                self._back(call)
            register.part(call)  # a key may come between the command to connect and the connection
        self._hub.give(HangUp(offer.leg, Cause.CANCELLED))
        self._forget(offer)

    def _missed(self, call: Call, attempt: AttemptId, reason: MissReason) -> None:
        if call.offer != attempt:
            return
        if call.place == "offered":
            self._back(call)
        call.offer = call.agent = None
        self._hub.tell_queues(OfferMissed(attempt, reason))

    def _back(self, call: Call) -> None:
        """The offer came to nothing: the caller is where they were before."""
        connecting = call.bridge is not None
        self._hub.register.part(call)
        if self.agent_first.concerns(call):
            call.on("callback_missed")
            self.agent_first.agent_lost(call)
        else:
            call.on("missed")
            if connecting:
                self._hub.start_music(call)  # the switch took it away for the talk that was to come

    def _forget(self, offer: at.Offer) -> None:
        del self._hub.register.offers[offer.attempt]

    def _offer_of(self, leg: at.Leg) -> at.Offer | None:
        call = self._hub.register.calls.get(leg.call) if leg.call is not None else None
        offer = self._hub.register.offer_of(call) if call else None
        return offer if offer is not None and offer.leg == leg.leg else None
