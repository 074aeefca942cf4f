"""Calls to the contacts of campaigns: placed, answered, put in front of a queue or a flow, and ended.

The campaigns core says what is to be done (`control.outgoing.campaigns` passes it on). A leg has the role `contact`
until the person answers; from there on they are a caller like any other, and only the end of the call is the campaign's
again. Of a preview the agent's phone is called first, by the queues, and the person once the agent is there
(`control.outgoing.previews`).
"""

import msgspec

from acd.events import CallLeft, CallQueued
from calls.causes import Cause, Outcome
from calls.commands import HangUp, Media, Play
from calls.events import CallAnswered, CallEnded, PlaybackFinished, VoiceBegan, VoiceEnded
from calls.ids import AgentId, AttemptId, CallId, Instant, LegId, QueueName, Seconds, leg_on
from control.gate.gate import OutgoingGate
from control.hub import nodes
from control.hub.deadlines import Deadlines
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.machines.contact_states import ContactCall
from control.machines.states import Place
from control.messages import events
from control.outgoing.answer_judging import AnswerJudging, decision_at
from control.queues.offers import Offers
from control.register.call import Call
from control.register.register import Leg, Offer, Opening, call_id
from dialer.campaigns import commands
from dialer.campaigns import events as campaign
from dialer.campaigns.results import BY_CAUSE
from dialer.campaigns.settings import CampaignSettings
from ivr.events import CallStarted

ROLE = "contact"
AHEAD_MINUTES = 600.0
"""The head start of an answer in its queue: nobody who has waited there is worse off for two seconds."""
CONNECTING_S = 1.0
"""An agent has picked up, and both are being connected, as patience ends: so much longer."""


def leg_of(attempt: AttemptId, node: str) -> LegId:
    """The leg on which the person of this try is called: always the same, so that a switch calls them once."""
    return leg_on(node, f"contact-{attempt.replace('/', '-')}")


class ContactCalls(QuietPart):
    """The part of contacts' legs."""

    def __init__(self, hub: Hub, offers: Offers, gate: OutgoingGate) -> None:
        self._hub = hub
        self._offers = offers
        self._gate = gate
        self.judging = AnswerJudging(hub, self._speak_to_machine)
        self._deadlines: Deadlines[CallId] = Deadlines(self._due_at)

    def call_for(self, attempt: AttemptId, queue: str) -> CallId:
        """The call that this try will be, on the switch of one of the queue's phones."""
        return call_id(leg_of(attempt, self._node(queue)))

    # placing

    def place(self, command: commands.Place, settings: CampaignSettings, answer: events.GateAnswered) -> None:
        """Call the person; or, of a preview, their agent first."""
        hub, register = self._hub, self._hub.register
        leg = LegId(answer.call)
        if answer.call in register.calls:
            return
        version, number = register.version, command.number
        place: Place = "booked" if command.agent else "dialling"
        call = Call(answer.call, leg, number, command.caller_id, version, hub.now, place=place)
        call.reason = settings.title or settings.name
        call.fields = {"campaign": settings.name, "name": command.contact.name, **command.contact.attributes}
        call.end_as("unreached")
        register.calls[call.call] = call
        contact = register.contacts[call.call] = ContactCall(
            command.attempt, command.campaign, number, command.ring_s, hub.directory.outgoing(version).caller_id
        )
        if command.agent:
            contact.state, contact.agent = "agent", command.agent
            self._queue(call, contact, settings.queue, settings.skills, command.agent, settings)
        else:
            self.dial(call, contact, self.judging.begin(contact, command.detection))

    def dial(self, call: Call, contact: ContactCall, watch_voice: bool = False) -> None:
        """Call the person's phone."""
        hub, register = self._hub, self._hub.register
        made = register.legs[call.leg] = Leg(call.leg, ROLE, call.call, contact.number, hub.now)
        answer = register.tries[contact.attempt]
        unsettled = msgspec.structs.replace(answer, reservation=None)  # the campaigns core says what became of it
        to, made.via = nodes.address(register, f"tel:{contact.number}", call.call)
        self._gate.dial(made, unsettled, to, contact.shown, contact.ring_s, watch_voice)

    def _queue(
        self,
        call: Call,
        contact: ContactCall,
        queue: str,
        skills: tuple[str, ...],
        agent: AgentId,
        settings: CampaignSettings,
    ) -> None:
        """Put the call in front of its queue; `agent` alone is asked while the campaign waits."""
        hub = self._hub
        call.enter_queue(queue)
        call.queued_at = hub.now
        contact.queued = hub.mint(call.call)
        noted = settings.wrap_up_s if settings.disposition_required and settings.dispositions else msgspec.UNSET
        call.queued_as = CallQueued(
            call.call,
            contact.queued,
            QueueName(queue),
            skills,
            priority=AHEAD_MINUTES,
            agent=agent or None,
            sticky_s=settings.preview_s if agent else 0.0,
            wrap_up_s=noted,
        )
        hub.tell_queues(call.queued_as)

    # the person's leg

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The person, or whatever it is, has answered: a caller like any other from here on."""
        hub = self._hub
        call = hub.register.call_of(leg.leg)
        contact = hub.register.contacts.get(call.call) if call is not None else None
        if call is None or contact is None or contact.state == "over":
            hub.give(HangUp(leg.leg))
        elif contact.on("picked_up"):
            leg.role = "caller"
            call.leg = leg.leg
            hub.tell_campaigns(campaign.Answered(contact.attempt))
            self.judging.answered(call, contact)
            self._deadlines.look(call.call)

    def voice(self, leg: LegId, event: VoiceBegan | VoiceEnded) -> None:
        """The person, or whatever it is, begins to be heard, or ceases to be."""
        call = self._hub.register.call_of(leg)
        contact = self._hub.register.contacts.get(call.call) if call is not None and call.leg == leg else None
        if call is not None and contact is not None:
            self.judging.heard(call, contact, event)
            self._deadlines.look(call.call)

    def rings(self, leg: Leg) -> None:
        """The person's phone rings."""
        contact = self._hub.register.contacts.get(leg.call) if leg.call is not None else None
        if contact is not None and leg.role == ROLE:
            self._hub.tell_campaigns(campaign.Rang(contact.attempt))

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """Nobody has answered."""
        call = self._hub.register.calls.get(leg.call) if leg.call is not None else None
        contact = self._hub.register.contacts.get(call.call) if call is not None else None
        if call is not None and contact is not None and contact.on("ended"):
            if event.unheard_s is not None:
                call.answered_at = self._hub.now - event.unheard_s
                call.end_as("abandoned")
            self.end(call, contact, event.cause, event.unheard_s)

    def gone(self, call: Call, cause: Cause) -> bool:
        """The person who had answered is gone: the end of the try. False where the call is of no campaign."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is None:
            return False
        if contact.on("ended"):
            self._tell_end(call, contact, cause)
        return True

    def end(self, call: Call, contact: ContactCall, cause: Cause, unheard_s: Seconds | None = None) -> None:
        """The call came to nothing: out of the queues, if it was there for its agent, and closed."""
        hub = self._hub
        self._tell_end(call, contact, cause, unheard_s)
        if contact.agent:
            hub.tell_queues(CallLeft(call.call, "way_out"))
        if call.call in hub.register.calls:
            hub.register.part(call)
            hub.close(call, cause)

    def _tell_end(self, call: Call, contact: ContactCall, cause: Cause, unheard_s: Seconds | None = None) -> None:
        hub = self._hub
        talked_s = hub.now - contact.talking_since if contact.talking_since is not None else 0.0
        recording = call.recording.paths[-1] if call.recording.paths else ""
        hub.tell_campaigns(campaign.Ended(contact.attempt, BY_CAUSE[cause], talked_s, recording, call.call, unheard_s))

    # what the campaign wants of an answer

    def to_agent(self, call: Call, command: commands.TakeToAgent, settings: CampaignSettings) -> None:
        """Put the person in front of the queue; of a preview, connect them with the agent who waits for them."""
        contact = self._hub.register.contacts[call.call]
        contact.patience_s, contact.safe_harbour = command.patience_s, command.safe_harbour
        self._give_notice(call, contact)
        offer = self._hub.register.offer_of(call)
        if contact.agent and offer is not None:
            if contact.notice is None:
                self._offers.connect(offer)
            return
        contact.due_at = self._hub.now + command.patience_s
        self._deadlines.look(call.call)
        contact.on("queued")
        if call.place != "waiting":
            call.on("queued")
        self._queue(call, contact, command.queue, command.skills, command.agent, settings)

    def to_flow(self, call: Call, command: commands.TakeToFlow) -> None:
        """Let a flow, or a phrase alone, speak; to a machine once its greeting is over."""
        contact = self._hub.register.contacts[call.call]
        if command.after_greeting:
            contact.message_wanted = command
            contact.on("hear_out")
            self._deadlines.look(call.call)
        else:
            self._speak(call, contact, command)

    def _speak_to_machine(self, call: Call, contact: ContactCall) -> None:
        if contact.message_wanted is not None:
            self.judging.message_began(contact)
            self._speak(call, contact, contact.message_wanted)

    def _speak(self, call: Call, contact: ContactCall, command: commands.TakeToFlow) -> None:
        hub = self._hub
        contact.on("to_flow")
        self._deadlines.look(call.call)
        call.on("taken_to_flow")
        if not command.after_greeting:
            call.end_as("self_service")
        hub.tell_campaigns(campaign.Connected(contact.attempt))
        if notice := self._notice(call, contact):
            phrase = hub.directory.say(call.version, call.language, command.phrase) if command.phrase else ()
            contact.notice = hub.mint(call.call)
            hub.register.openings[call.call] = Opening(contact.notice, command.flow, (*notice, *phrase))
            hub.give(Play(call.leg, contact.notice, (*notice, *phrase)))
        elif command.flow:
            begun = CallStarted(call.call, call.leg, call.version, command.flow, call.caller, call.called, True)
            hub.tell_flows(begun)
        else:
            self.say_last(call, contact, command.phrase)

    def _notice(self, call: Call, contact: ContactCall) -> tuple[Media, ...]:
        """The notice that the gate has obliged this call to; nothing: to none."""
        answer = self._hub.register.tries.get(contact.attempt)
        phrase = answer.obligations.notice if answer is not None else ""
        return self._hub.directory.say(call.version, call.language, phrase) if phrase else ()

    def _give_notice(self, call: Call, contact: ContactCall) -> None:
        """Say the notice to the person, once, while an agent is looked for; the agent waits for its end."""
        media = self._notice(call, contact)
        if media and not contact.noticed:
            contact.notice = self._hub.mint(call.call)
            self._hub.give(Play(call.leg, contact.notice, media))

    def hears_notice(self, call: Call) -> bool:
        """Whether the person hears it now."""
        contact = self._hub.register.contacts.get(call.call)
        return contact is not None and contact.notice is not None

    def adopted(self, call: Call) -> bool:
        """Say it again after a gap."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is None or contact.notice is None:
            return False
        self._give_notice(call, contact)
        return True

    def _heard_notice(self, call: Call, contact: ContactCall, event: PlaybackFinished) -> None:
        """The notice is over: heard, it is on record, and the agent who waits is connected. One that could not be said
        has kept no obligation, so nobody talks to the person."""
        hub = self._hub
        contact.notice = None
        answer = hub.register.tries.get(contact.attempt)
        phrase = answer.obligations.notice if answer is not None else ""
        offer = self._waiting_agent(call, contact)
        if event.outcome is Outcome.FINISHED:
            contact.noticed = True
            hub.notice("info", "notice played", call=call.call, detail=phrase)
            hub.tell_campaigns(campaign.NoticePlayed(contact.attempt, phrase))
            if offer is not None:
                self._offers.connect(offer)
        elif call.leg in hub.register.legs and contact.state != "unserved":
            advice = "is the phrase in prompts/, and its sound in the switch's folder? Nobody talks without the notice"
            hub.notice("error", "notice not played", call=call.call, detail=phrase, advice=advice)
            hub.register.openings.pop(call.call, None)
            if contact.state == "waiting":
                self._give_up_waiting(call, contact)
            else:
                hub.give(HangUp(call.leg))

    def give_up(self, call: Call) -> None:
        """End a try that has no talk."""
        contact = self._hub.register.contacts[call.call]
        if call.leg in self._hub.register.legs:
            if contact.state != "talking":
                self._hub.give(HangUp(call.leg))
        elif contact.on("given_up"):
            self.end(call, contact, Cause.CANCELLED)

    def talk_began(self, call: Call, agent: AgentId) -> None:
        """The person and an agent hear each other."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is not None and contact.on("connected") and contact.state == "talking":
            contact.due_at, contact.talking_since = None, self._hub.now
            self._hub.tell_campaigns(campaign.Connected(contact.attempt, agent))

    def let_go(self, call: Call, attempt: AttemptId) -> None:
        """The queues let the person go, before an agent was there."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is not None and contact.queued == attempt and contact.state == "waiting":
            self._nobody_there(call, contact)

    def _nobody_there(self, call: Call, contact: ContactCall) -> None:
        """The message of the law: who has called, and how to be called no more."""
        hub = self._hub
        contact.on("nobody_there")
        contact.due_at = contact.notice = None
        call.on("released")
        call.end_as("abandoned")
        hub.tell_campaigns(campaign.Unserved(contact.attempt))
        self.say_last(call, contact, contact.safe_harbour)

    def say_last(self, call: Call, contact: ContactCall, phrase: str) -> None:
        """A phrase, and then the end."""
        hub = self._hub
        sound = hub.directory.say(call.version, call.language, phrase)
        if sound:
            contact.message = hub.mint(call.call)
            hub.give(Play(call.leg, contact.message, sound))
        else:
            advice = "put the phrase into prompts/: the law asks for it where nobody is there for an answer"
            hub.notice("error", "no safe-harbour message", call=call.call, detail=phrase, advice=advice)
            hub.give(HangUp(call.leg))

    def heard(self, call: Call, event: PlaybackFinished) -> bool:
        """Whether a sound was the notice of a contact's call, or the last one, after which it is hung up."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is not None and contact.notice == event.attempt:
            self._heard_notice(call, contact, event)
            return call.call not in self._hub.register.openings
        if contact is None or contact.message != event.attempt:
            return False
        self._hub.give(HangUp(call.leg))
        return True

    # time

    def next_deadline(self) -> Instant | None:
        """When patience with an answer is over, or an answer is decided."""
        return self._deadlines.earliest()

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        self._deadlines.begin(self._hub.register.contacts)

    def _due_at(self, name: CallId) -> Instant | None:
        contact = self._hub.register.contacts.get(name)
        if contact is None:
            return None
        over_at, decided_at = contact.due_at, decision_at(contact)
        return decided_at if over_at is None else over_at if decided_at is None else min(over_at, decided_at)

    def tick(self) -> None:
        """Decide who has answered, and end the wait of those for whom nobody is there."""
        hub = self._hub
        if not self._deadlines.are_due(hub.now):
            return
        due = [name for name in hub.register.contacts if (at := self._due_at(name)) is not None and at <= hub.now]
        self.judging.tick()
        for name, contact in list(hub.register.contacts.items()):
            if contact.due_at is None or contact.due_at > hub.now:
                continue
            call = hub.register.calls[name]
            offer = hub.register.offer_of(call)
            hears = contact.notice is not None and self._waiting_agent(call, contact) is not None
            if hears or (offer is not None and offer.state == "bridging"):
                contact.due_at = hub.now + CONNECTING_S  # an agent is there, and both are being connected
                continue
            self._give_up_waiting(call, contact)
        for name in due:
            self._deadlines.look(name)

    def _give_up_waiting(self, call: Call, contact: ContactCall) -> None:
        self._hub.tell_queues(CallLeft(call.call, "way_out"))
        self._hub.settle()
        self._nobody_there(call, contact)

    def _waiting_agent(self, call: Call, contact: ContactCall) -> Offer | None:
        """The offer whose agent is there and knows of the call, and is not connected yet; None: there is none."""
        offer = self._hub.register.offer_of(call)
        if offer is None or offer.state != "whispering":
            return None
        return offer if contact.agent or offer.whisper is None else None

    def _node(self, queue: str) -> str:
        """The node on which most phones are registered; empty where nothing is known of any."""
        register = self._hub.register
        counts: dict[str, int] = {}
        for account in register.phones:
            home = nodes.home(register, account)
            counts[home] = counts.get(home, 0) + 1
        counts.pop("", None)
        return max(sorted(counts), key=lambda node: counts[node], default="")
