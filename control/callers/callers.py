"""Callers: who calls in and on which flow, their keys, and their end. The part of callers' legs."""

import msgspec

from acd.events import CallMoved
from calls.causes import Cause
from calls.commands import Answer, HangUp, Media, Play
from calls.events import CallAnswered, CallArrived, CallEnded, CommandFailed, DigitPressed, PlaybackFinished
from calls.ids import LegId, QueueName
from calls.numbers import e164
from calls.overrides import closes
from calls.trunks import Trunk, normalised
from complaints.cases import CaseAsked
from control.callbacks.callbacks import Callbacks
from control.hub import notifications
from control.hub.hub import Hub
from control.outgoing.contact_calls import ContactCalls
from control.overrides.overrides import Overrides
from control.queues.announcements import Announcements
from control.queues.offers import Offers
from control.register.call import Call
from control.register.register import Leg, Opening, call_id
from control.talks.talk_keys import TalkKeys
from dialer.campaigns.events import CalledIn
from ivr.events import CallStarted

LOST_CALL = "lost_call"
"""Category of the case that each call leaves which the switch lost: somebody is owed a call back."""
CUT_OFF = "cut_off"
"""Category of the case of a talk that died on the agent's side, and was gone on with by nobody."""


class Callers:
    """Begins, moves and ends calls; what a caller does in a menu is the flow's business."""

    def __init__(
        self,
        hub: Hub,
        announcements: Announcements,
        offers: Offers,
        callbacks: Callbacks,
        keys: TalkKeys,
        overrides: Overrides,
        contacts: ContactCalls,
    ) -> None:
        self._hub = hub
        self._announcements = announcements
        self._offers = offers
        self._callbacks = callbacks
        self._keys = keys
        self._overrides = overrides
        self._contacts = contacts

    def arrived(self, event: CallArrived) -> None:
        """Begin a call: the flow of the number that was dialled."""
        hub, register = self._hub, self._hub.register
        trunk = hub.directory.trunk(register.version, event.trunk) if event.trunk else None
        caller, called = (self._read(number, trunk) for number in (event.caller, event.called))
        call = Call(call_id(event.leg), event.leg, caller, called, register.version, hub.now)
        register.calls[call.call] = call
        register.legs[event.leg] = Leg(event.leg, "caller", call.call, caller, hub.now)
        notifications.arrived(hub, call, event.trunk)
        if caller in hub.campaigns.state.machines:
            hub.tell_campaigns(CalledIn(caller))
        flow = hub.directory.entry(call.version, event.called if trunk is None else called)
        if flow is None:
            call.end_as("refused")
            advice = "add the number to dialplans/entry.yaml, or a default entry"
            hub.notice("error", "no flow for this number", call=call.call, detail=event.called, advice=advice)
            hub.give(HangUp(event.leg, Cause.UNREACHABLE))
            return
        line = hub.directory.line(call.version, event.called if trunk is None else called)
        media = self._overrides.announcement(line, call)
        if (closure := closes(register.overrides, f"line:{line}")) is not None:
            call.end_as("refused")
            hub.notice("info", "line closed", call=call.call, detail=f"override {closure.number}: {closure.reason}")
            flow = hub.directory.closed_flow(call.version, line)
            media += () if flow else hub.directory.sound(call.version, "closed_today")
            if not flow and not media:
                hub.give(HangUp(event.leg, Cause.UNREACHABLE))
                return
        if not media:
            hub.tell_flows(CallStarted(call.call, event.leg, call.version, flow, caller, called))
            return
        hub.give(Answer(event.leg, hub.mint(call.call)))
        self._open(call, flow, media)

    def called(self, event: CallArrived) -> str:
        """The number that an arrival dialled, in full, as its trunk writes it."""
        directory, version = self._hub.directory, self._hub.register.version
        return self._read(event.called, directory.trunk(version, event.trunk) if event.trunk else None)

    def _read(self, number: str, trunk: Trunk | None) -> str:
        region = self._hub.directory.region(self._hub.register.version)
        return e164(number, region) if trunk is None else normalised(number, trunk, region)

    def _open(self, call: Call, flow: str, media: tuple[Media, ...]) -> None:
        """Let the caller hear what comes before every flow."""
        attempt = self._hub.mint(call.call)
        contact = self._hub.register.contacts.get(call.call)
        if contact is not None and contact.notice is not None:
            contact.notice = attempt
        self._hub.register.openings[call.call] = Opening(attempt, flow, media)
        self._hub.give(Play(call.leg, attempt, media))

    def adopted(self, call: Call) -> None:
        """A gap is over in which the caller may have missed the words before every flow: say them again."""
        opening = self._hub.register.openings[call.call]
        self._open(call, opening.flow, opening.media)

    def moved(self, event: CallMoved) -> None:
        """Let a caller wait in another queue, as a supervisor wants."""
        call = self._hub.register.calls.get(event.call)
        if call is None or call.place not in ("waiting", "booked"):
            return  # a phone rings for it, both talk already, or it is gone: there is nothing to move
        if self._hub.queue_view.position(call.call) is None:  # a callback that rests: it is put back there
            self.move(call, event.queue)
        else:
            self._hub.tell_queues(event)

    def move(self, call: Call, queue: QueueName) -> None:
        """Let a caller wait in another queue from now on."""
        call.enter_queue(queue)
        self._announcements.moved(call)
        self._overrides.entered(call)
        if call.queued_as is not None:  # a callback that is put back goes where it was moved to
            call.queued_as = msgspec.structs.replace(call.queued_as, queue=queue)

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The caller is on the line: the flow's business."""
        self._hub.tell_flows(event)

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """The caller has heard it: the flow's business, or what comes before every flow."""
        hub, call = self._hub, self._hub.register.call_of(leg.leg)
        opening = hub.register.openings.get(call.call) if call is not None else None
        if call is not None and self._contacts.heard(call, event):
            return
        if call is None or opening is None:
            hub.tell_flows(event)
        elif event.attempt == opening.attempt:
            del hub.register.openings[call.call]
            if opening.flow:
                begun = CallStarted(call.call, call.leg, call.version, opening.flow, call.caller, call.called, True)
                hub.tell_flows(begun)
            else:
                hub.give(HangUp(call.leg))

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """A key: in a talk the house's, else the flow's business."""
        call = self._hub.register.call_of(leg.leg)
        if call is not None and call.place in ("talking", "transferring", "transferred"):
            self._keys.of_caller(call, event.digit)
        else:
            self._hub.tell_flows(event)

    def failed(self, leg: Leg, event: CommandFailed) -> None:
        """Something that the flow wanted came to nothing."""
        call = self._hub.register.call_of(leg.leg)
        if call is None or not self._contacts.judging.failed(call, event):
            self._hub.tell_flows(event)

    def bridged(self, call: Call) -> None:
        """Never: a connection is one with a leg of another role."""

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """Never, as above."""

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The caller is gone: the end of the call, unless a callback keeps it."""
        if leg.call is None:
            return
        hub = self._hub
        call = hub.register.calls[leg.call]
        hub.register.openings.pop(call.call, None)
        if self._callbacks.outlives(call, event):
            hub.tell_flows(event)
            return
        lost, place = event.cause is Cause.LOST, call.place
        self._offers.caller_left(call, "lost" if lost else "hung_up")
        for guest in call.guests:
            hub.give(HangUp(guest))
        hub.end_talk(call, event.cause)
        hub.register.part(call)
        hub.tell_flows(event)
        hub.settle()  # the flow's last steps belong to a call that is still known
        if self._contacts.gone(call, event.cause):
            lost = False  # whom a campaign called is called again by it
        if call.outcome == "cut_off" and not lost:
            self._owed(call, CUT_OFF, place)
        if lost:
            call.end_as("lost")
            self._owed(call, LOST_CALL, place)
            advice = "call the person back: the switch lost the call; a case says so too"
            hub.notice("error", "call lost", call=call.call, detail=place, advice=advice)
        hub.close(call, event.cause)

    def _owed(self, call: Call, category: str, place: str) -> None:
        """Open a case: somebody is owed a call back."""
        fields = {"place": place, "queue": call.queue, "agent": call.agent or "", "reason": call.reason}
        told = {name: value for name, value in fields.items() if value}
        self._hub.ask_case(CaseAsked(call.call, self._hub.mint(call.call), call.caller, category, "house", told))
