"""Judging of answers to campaigns' calls: is it a person, or a machine, and when is a machine's greeting over?

`dialer.answering_machines.greeting` decides by what is heard; here it is fed, and what it says goes to the campaigns.
Nobody is given up for what we did not hear: where the switch cannot tell of voices, or its link was down meanwhile,
the answer is a person's.
"""

from collections.abc import Callable, Iterator

import msgspec

from calls.commands import HangUp, WatchVoice
from calls.events import CommandFailed, SwitchBack, VoiceBegan, VoiceEnded
from calls.ids import Instant, Seconds, node_of
from control.hub.hub import Hub
from control.hub.nodes import lives_on
from control.machines.contact_states import ContactCall
from control.register.call import Call
from dialer.answering_machines.greeting import Greeting
from dialer.answering_machines.settings import Detection, Found
from dialer.campaigns import events as campaign

_MESSAGE_S: Seconds = 600.0
"""No message is longer."""
ECHO_S: Seconds = 0.5
"""A voice that begins so soon after our own is its echo, and nobody's answer to it."""


class AnswerJudging:
    """Listens to contacts who have answered. `speak` is called where a machine's greeting is over."""

    def __init__(self, hub: Hub, speak: Callable[[Call, ContactCall], None]) -> None:
        self._hub = hub
        self._speak = speak

    def begin(self, contact: ContactCall, detection: Detection) -> bool:
        """A call is placed; whether what is heard of it is to be told from the first sound on."""
        contact.detection = detection
        contact.greeting = Greeting() if detection.on else None
        return detection.on

    def answered(self, call: Call, contact: ContactCall) -> None:
        """From here on it counts."""
        if contact.greeting is not None:
            contact.watched = self._hub.mint(call.call)
            self._hub.give(WatchVoice(call.leg, contact.watched))
            self._take(call, contact, contact.greeting.answered(contact.detection, self._hub.now))

    def heard(self, call: Call, contact: ContactCall, event: VoiceBegan | VoiceEnded) -> None:
        """A voice has begun, or ended."""
        for greeting in (contact.greeting, contact.reply):
            if greeting is None:
                continue
            limits = _limits(contact, greeting)
            if isinstance(event, VoiceBegan):
                found = greeting.voice_began(limits, self._hub.now)
            else:
                found = greeting.voice_ended(limits, self._hub.now, event.lasted_s, event.quiet_s)
            self._tell(call, contact, greeting, found)
        if contact.state == "greeting":
            self._look_at_end(call, contact)

    def message_began(self, contact: ContactCall) -> None:
        """A machine hears us now. One that answers as a person does was none."""
        if contact.greeting is not None:
            contact.reply = Greeting(self._hub.now)

    def failed(self, call: Call, event: CommandFailed) -> bool:
        """Whether it was our wish to be told of voices that came to nothing: then nobody can judge."""
        contact = self._hub.register.contacts.get(call.call)
        if contact is None or contact.watched != event.attempt:
            return False
        if event.reason in ("unsupported", "refused"):
            advice = "leave answering_machine out of this switch's campaigns, or see docs/campaigns.md: on Asterisk it"
            advice += " needs func_talkdetect.so"
            detail = event.detail or event.reason
            self._hub.notice("warning", "answering machines not detected", call=call.call, detail=detail, advice=advice)
        self._unheard(call, contact)
        return True

    def link_lost(self, node: str, alone: bool) -> None:
        """Of the calls of a switch that is lost nothing is heard any more."""
        for call, contact in self._judged():
            if alone or node_of(call.call) == node:
                self._unheard(call, contact)

    def link_back(self, back: SwitchBack) -> None:
        """A gap is over: what was said in it is not known, nor how long ago they have answered who did in it."""
        for call, contact in self._judged():
            if lives_on(call.call, back):
                self._unheard(call, contact)

    def restarted(self) -> None:
        """Another controller: likewise."""
        for call, contact in self._judged():
            self._unheard(call, contact)

    # time

    def tick(self) -> None:
        """Decide what is due."""
        hub = self._hub
        for name, contact in list(hub.register.contacts.items()):
            at = decision_at(contact)
            if at is None or at > hub.now:
                continue
            call = hub.register.calls[name]
            for greeting in (contact.greeting, contact.reply):
                if greeting is not None:
                    self._tell(call, contact, greeting, greeting.look(_limits(contact, greeting), hub.now))
            if contact.state == "greeting":
                self._look_at_end(call, contact)

    # what it comes to

    def _tell(self, call: Call, contact: ContactCall, greeting: Greeting, found: Found | None) -> None:
        if found is None:
            return
        if greeting is contact.greeting:
            self._take(call, contact, found)
        elif found == "person" and not _is_echo(greeting, contact.detection):
            self._hub.tell_campaigns(campaign.WasPerson(contact.attempt))

    def _take(self, call: Call, contact: ContactCall, found: Found | None) -> None:
        """Tell the campaigns what it was; what is not known, and silence, as their settings treat it."""
        hub, detection, greeting = self._hub, contact.detection, contact.greeting
        if found is None or greeting is None or contact.state != "answered":
            return
        if found == "unsure":
            found = detection.unsure
        elif found == "silence" and detection.silence == "person":
            found = "person"
        if found == "person":
            hub.give(WatchVoice(call.leg, hub.mint(call.call), on=False))
        until = hub.now if greeting.began_at is not None else greeting.greeted_until(detection)
        greeted_s = None if until is None or found != "person" else max(hub.now - until, 0.0)
        hub.tell_campaigns(campaign.Detected(contact.attempt, found, greeted_s))

    def _unheard(self, call: Call, contact: ContactCall) -> None:
        greeting = contact.greeting
        if greeting is not None and greeting.found is None and greeting.answered_at is not None:
            greeting.found, greeting.found_at = "person", self._hub.now
            self._take(call, contact, "person")

    def _look_at_end(self, call: Call, contact: ContactCall) -> None:
        """Speak once a machine has come to an end; hang up where it comes to none."""
        hub, greeting, detection = self._hub, contact.greeting, contact.detection
        if greeting is None or greeting.answered_at is None:
            return
        over_at = greeting.over_at(detection)
        if over_at is not None and over_at <= hub.now:
            self._speak(call, contact)
        elif greeting.answered_at + detection.longest_greeting_s <= hub.now:
            contact.heard_out = True
            hub.give(HangUp(call.leg))

    def _judged(self) -> Iterator[tuple[Call, ContactCall]]:
        """Calls whose answer is not decided yet."""
        register = self._hub.register
        for name, contact in list(register.contacts.items()):
            if contact.state == "answered" and contact.greeting is not None and name in register.calls:
                yield register.calls[name], contact


def decision_at(contact: ContactCall) -> Instant | None:
    """When something of this call is decided if nothing more is heard."""
    greeting, detection = contact.greeting, contact.detection
    if greeting is None:
        return None
    if contact.state == "answered":
        due = greeting.due(detection)
        return None if due is None else due[0]
    if contact.state == "flow" and contact.reply is not None:
        due = contact.reply.due(_limits(contact, contact.reply))
        return None if due is None else due[0]
    if contact.state != "greeting" or greeting.answered_at is None or contact.heard_out:
        return None
    longest_at = greeting.answered_at + detection.longest_greeting_s
    over_at = greeting.over_at(detection)
    return longest_at if over_at is None else min(over_at, longest_at)


def _limits(contact: ContactCall, greeting: Greeting) -> Detection:
    """The settings; of who hears our message, without a time by which they must have spoken."""
    if greeting is contact.greeting:
        return contact.detection
    return msgspec.structs.replace(contact.detection, initial_silence_s=_MESSAGE_S, decide_within_s=_MESSAGE_S)


def _is_echo(reply: Greeting, detection: Detection) -> bool:
    first = reply.first_word_at(detection)
    return first is None or reply.answered_at is None or first < reply.answered_at + ECHO_S
