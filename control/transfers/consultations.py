"""Consultations and conferences: an agent talks to somebody about a caller, who hears music meanwhile.

The agent connects both and leaves (an attended transfer), swaps between them, lets all three hear each other, or gives
the other one back. Who leaves, leaves alone: the agent's end connects the caller with the other one, as if they had
said so, and the other one's end gives the agent the caller back. `control.machines.states.CONSULTATIONS` has the
states. The part of the legs of those who are consulted; once they have the caller, their leg is `blind_transfers`' own.
"""

from acd.events import TalkEnded
from calls.commands import Bridge, HangUp, Originate, StartMusic, Supervise
from calls.events import Bridged, CallAnswered, CallEnded, CommandFailed, LiveLeg, Unbridged
from calls.ids import AgentId, AttemptId, CallId, LegId
from control.gate.gate import OutgoingGate
from control.hub import nodes
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.machines.states import ConsultationEvent
from control.messages.commands import AskGate
from control.messages.events import ConsultationWanted, GateAnswered
from control.messages.log_commands import LogTransfer, TransferOutcome
from control.queues.offers import Offers
from control.register import register as at
from control.register.call import Call
from control.register.handing_on import Consultation, Declined, HandedOn, Target
from control.talks.refused_keys import say_refused
from control.talks.talk_recordings import TalkRecordings
from control.transfers.blind_transfers import BlindTransfers
from control.transfers.consultation_rules import find, refusal

ROLE = "consulted"
_OF_BOTH = "-consultation"
"""The end of an attempt that connects an agent with the one whom they consult."""


class Consultations(QuietPart):
    """Takes `ConsultationWanted`. `register.consultations` has those that go on, each by its call."""

    def __init__(
        self,
        hub: Hub,
        offers: Offers,
        transfers: BlindTransfers,
        phones: Phones,
        recordings: TalkRecordings,
        gate: OutgoingGate,
    ) -> None:
        self._hub = hub
        self._gate = gate
        self._offers = offers
        self._transfers = transfers
        self._phones = phones
        self._recordings = recordings

    # what the agent wants

    def wanted(self, event: ConsultationWanted) -> None:
        """Do it, or let everything be as it is where that cannot be."""
        if refused := refusal(self._hub, event):
            advice = "what holds goes on; docs/transfers.md says what an agent may ask for when"
            self._hub.notice("warning", "consultation refused", detail=refused, advice=advice)
            if event.by == "code":
                say_refused(self._hub, event.leg)
            return
        call = self._hub.register.call_of(event.leg)
        assert call is not None  # else it was refused
        consultation = self._hub.register.consultations.get(call.call)
        if event.act == "consult":
            self._begin(call, event)
        elif consultation is not None:
            match event.act:
                case "swap":
                    self._swap(call, consultation)
                case "join":
                    self._join(call, consultation)
                case "give_back":
                    self._close(call, consultation, "given_back", "given_back")
                case "connect":
                    self._connect(call, consultation)

    def _begin(self, call: Call, event: ConsultationWanted) -> None:
        hub, register = self._hub, self._hub.register
        offer = register.offer_of(call)
        assert offer is not None
        target = find(hub, call, offer, event.to)
        assert isinstance(target, Target)
        handed_on = register.handed_on.setdefault(call.call, HandedOn())
        handed_on.transfers += 1
        consultation = register.consultations[call.call] = Consultation(
            number=handed_on.transfers,
            by=event.by,
            agent=offer.agent,
            leg=offer.leg,
            target=target,
            attempt=hub.mint(call.call),
            began_at=hub.now,
            talk=call.talks,
            briefing=event.briefing,
        )
        if (declined := register.declined.get(call.call)) is not None:
            declined.agent = declined.reason = ""
        if target.kind == "number":
            self._row(call, consultation, "checking")
            self._check(call, consultation)
        else:
            self._ring(call, consultation)

    def _check(self, call: Call, consultation: Consultation) -> None:
        question = AskGate(
            call=call.call,
            attempt=consultation.attempt,
            number=consultation.target.name,
            scene=self._hub.directory.transfer_rules(self._hub.register.version).scene,
            origin="transfer",
            agent=consultation.agent,
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)

    def checked(self, event: GateAnswered) -> bool:
        """Go on by the answer of the gate before numbers; False where it was not asked for a consultation."""
        consultation = self._hub.register.consultations.get(event.call)
        if consultation is None or consultation.attempt != event.attempt or consultation.state != "checking":
            return False
        call = self._hub.register.calls[event.call]
        offer = self._hub.register.offer_of(call)
        if offer is None or offer.state != "talking":  # the agent is on the way out, and their end is told in a moment
            self._end(call, consultation, "refused", "refused", "the talk was over")
            return False
        if event.verdict == "allow":
            self._ring(call, consultation, event)
        else:
            why = event.why or "the number may not be called"
            self._end(call, consultation, "refused", "refused", why)
            advice = "the talk goes on; `hotline govern check` says why, and until when"
            self._hub.notice("warning", "consultation refused", call=call.call, detail=why, advice=advice)
            if consultation.by == "code":
                say_refused(self._hub, consultation.leg)
        return True

    def restarted(self) -> None:
        """Ask about each number that a release before this one asked about in another way."""
        register = self._hub.register
        for call, consultation in list(register.consultations.items()):
            if consultation.state == "checking" and not self._gate.is_asked(consultation.attempt):
                self._check(register.calls[call], consultation)

    def _ring(self, call: Call, consultation: Consultation, passed: GateAnswered | None = None) -> None:
        """The caller hears music, and so does the agent until somebody is there. `passed`: the gate's answer for a
        number outside."""
        hub, register = self._hub, self._hub.register
        consultation.on("allowed")
        self._row(call, consultation, "consulting")
        self._away_from_caller(call)
        hub.give(StartMusic(consultation.leg, hub.mint(consultation.leg)))
        leg = consultation.other = LegId(f"{hub.mint(call.call)}-{ROLE}")
        if passed is not None:
            party = to = f"tel:{consultation.target.name}"
            via = ""
        else:
            account = hub.directory.account(register.version, AgentId(consultation.target.name))
            party = f"phone:{account}"
            to, via = nodes.address(register, party, call.call)
        register.legs[leg] = at.Leg(leg, ROLE, call.call, party, hub.now, via=via)
        call.guests.append(leg)
        self._phones.leg_changed(register.legs[leg])
        reach_s = hub.directory.transfer_rules(register.version).reach_s
        if passed is not None:  # shown is the house's own number: the caller's as ours would be a false one
            self._gate.dial(register.legs[leg], passed, to, call.called, reach_s)
        else:
            hub.give(Originate(leg, hub.mint(leg), to, call.caller, "", reach_s))

    def _away_from_caller(self, call: Call) -> None:
        """The agent and the caller no longer hear each other; the talk is over, the next one has a row of its own."""
        self._offers.pause_talk(call)
        self._hub.start_music(call)

    def _swap(self, call: Call, consultation: Consultation) -> None:
        talked_to_other = consultation.state == "talking"
        consultation.on("swapped")
        assert consultation.other is not None
        if talked_to_other:
            self._hub.give(StartMusic(consultation.other, self._hub.mint(consultation.other)))
            self._offers.resume_talk(call)
        else:
            self._away_from_caller(call)
            self._connect_both(call, consultation)

    def _join(self, call: Call, consultation: Consultation) -> None:
        if consultation.state == "conference":
            return  # they hear each other
        consultation.on("joined")
        if call.talk is not None:
            self.together(call)
        elif call.bridge is None:
            self._offers.resume_talk(call)

    def together(self, call: Call) -> None:
        """The caller and the agent hear each other again: the third comes in, where that is wanted."""
        consultation = self._hub.register.consultations.get(call.call)
        if consultation is not None and consultation.state == "conference" and consultation.other is not None:
            self._recordings.third(call, True)
            attempt = self._hub.mint(consultation.other)
            self._hub.give(Supervise(consultation.other, attempt, consultation.leg, "barge"))

    def _connect_both(self, call: Call, consultation: Consultation) -> None:
        assert consultation.other is not None
        consultation.attempt = AttemptId(f"{self._hub.mint(call.call)}{_OF_BOTH}")
        self._hub.give(Bridge(consultation.attempt, consultation.leg, consultation.other))

    # connected

    def _connect(self, call: Call, consultation: Consultation) -> None:
        """The caller has the other one from now on, and the agent leaves."""
        offer = self._hub.register.offer_of(call)
        assert offer is not None
        self._offers.part_with(call, offer)
        self._hand_over(call, consultation, "completed")
        self._hub.give(HangUp(offer.leg))

    def agent_left(self, call: Call, offer: at.Offer, cut_off: bool) -> bool:
        """The agent's leg is gone: they have left the other two to each other. False where nobody is consulted."""
        consultation = self._hub.register.consultations.get(call.call)
        if consultation is None or consultation.state == "checking":
            return False
        self._offers.part_with(call, offer, leaving=False)
        self._hub.tell_queues(TalkEnded(offer.attempt, cut_off))
        self._hand_over(call, consultation, "agent_left")
        return True

    def caller_left(self, call: Call) -> None:
        """The caller is gone, though their leg's end is told a moment later: so is the one whom the agent consults."""
        consultation = self._hub.register.consultations.get(call.call)
        if consultation is None:
            return
        consultation.on("left")
        del self._hub.register.consultations[call.call]
        self._row(call, consultation, "caller_left", over=True)
        if consultation.other is not None:
            self._hub.give(HangUp(consultation.other))

    def _hand_over(self, call: Call, consultation: Consultation, event: ConsultationEvent) -> None:
        hub, register = self._hub, self._hub.register
        answered = consultation.state != "ringing"
        other = consultation.other
        assert other is not None
        consultation.on(event)
        del register.consultations[call.call]
        call.on("transfer_begun")
        self._transfers.take_over(call, consultation, register.legs[other], answered)
        if not answered:
            hub.start_music(call)

    # the other one

    def answered(self, leg: at.Leg, event: CallAnswered) -> None:
        """The one who is consulted is there: the agent talks to them."""
        call = self._hub.register.call_of(leg.leg)
        consultation = self._hub.register.consultations.get(call.call) if call is not None else None
        if call is None or consultation is None or consultation.other != leg.leg:
            self._hub.give(HangUp(leg.leg))
        elif consultation.state == "ringing":
            consultation.on("answered")
            self._connect_both(call, consultation)

    def ended(self, leg: at.Leg, event: CallEnded) -> None:
        """The one who is consulted is gone, or never came: the agent has the caller back."""
        call = self._hub.register.calls.get(leg.call) if leg.call is not None else None
        consultation = self._hub.register.consultations.get(call.call) if call is not None else None
        if call is None or consultation is None or consultation.other != leg.leg:
            return
        outcome: TransferOutcome = "returned" if consultation.state == "ringing" else "given_back"
        consultation.why = event.cause
        self._close(call, consultation, "other_left", outcome, gone=True)

    def decline(self, call: Call, consultation: Consultation, reason: str) -> None:
        """The one who is rung declines by a screen: the agent has the caller back, and the reason."""
        declined = self._hub.register.declined.setdefault(call.call, Declined())
        declined.agent, declined.reason = consultation.target.name, reason
        consultation.why = f"declined: {reason}"
        self._close(call, consultation, "other_left", "returned")

    def failed(self, leg: at.Leg, event: CommandFailed) -> None:
        """They could not be let into the talk: they are given back."""
        if event.reason not in ("leg_gone", "switch_lost"):
            self._hub.give(HangUp(leg.leg))

    def bridge_changed(self, event: Bridged | Unbridged) -> bool:
        """Whether this was the connection of an agent with the one whom they consult."""
        if not event.attempt.endswith(_OF_BOTH):
            return False
        for consultation in self._hub.register.consultations.values():
            if consultation.attempt == event.attempt and isinstance(event, Unbridged):
                both = (consultation.leg, consultation.other)
                if consultation.state == "talking" and set(event.survivors) == set(both):
                    assert consultation.other is not None
                    self._hub.give(HangUp(consultation.other))  # a fault of the switch; whose leg ended says its end
        return True

    def connection_failed(self, event: CommandFailed) -> bool:
        """Whether this was such a connection, which never was: the other one is given back.

        Or that of an agent who turned to the caller again, while the link is lost: `adopt` orders what was lost.
        """
        register, attempt = self._hub.register, event.attempt
        if not attempt.endswith(_OF_BOTH):
            call = register.calls.get(register.bridges.get(attempt, CallId("")))
            return event.reason == "switch_lost" and call is not None and _is_turned_to(call)
        for consultation in register.consultations.values():
            if consultation.attempt == attempt and consultation.other is not None and event.reason != "switch_lost":
                self._hub.give(HangUp(consultation.other))
        return True

    def has(self, leg: LegId) -> bool:
        """Whether this leg is one of a consultation."""
        return any(leg in (one.leg, one.other) for one in self._hub.register.consultations.values())

    # the end

    def _close(
        self,
        call: Call,
        consultation: Consultation,
        event: ConsultationEvent,
        outcome: TransferOutcome,
        gone: bool = False,
    ) -> None:
        """The agent has the caller back, and the other one goes."""
        talks_to_caller = call.bridge is not None
        started = consultation.state != "checking"
        self._end(call, consultation, event, outcome, consultation.why)
        self._recordings.third(call, False)
        if started and not talks_to_caller:
            self._offers.resume_talk(call)
        if consultation.other is not None and not gone:
            # The agent is on the way to the caller by now: who is bridged with a leg that ends may be ended with it.
            self._hub.give(HangUp(consultation.other))

    def _end(
        self,
        call: Call,
        consultation: Consultation,
        event: ConsultationEvent,
        outcome: TransferOutcome,
        why: str = "",
    ) -> None:
        consultation.on(event)
        del self._hub.register.consultations[call.call]
        self._row(call, consultation, outcome, why, over=True)

    def look(self) -> None:
        """See whether the call of each consultation is still in its talk. After every event."""
        register = self._hub.register
        for name, consultation in list(register.consultations.items()):
            call = register.calls.get(name)
            if call is not None and call.place == "talking":
                continue
            consultation.on("left")
            del register.consultations[name]
            self._hub.give(self._made(name, consultation, "caller_left" if call is None else "left", "", True))
            if call is not None and consultation.other in register.legs:  # else it is hung up with the call
                self._hub.give(HangUp(consultation.other))

    def adopt(self, live: dict[LegId, LiveLeg]) -> None:
        """Order again what the gap may have swallowed: who hears whom, by the state of each consultation."""
        register = self._hub.register
        for talk in register.calls.values():
            offer = register.offer_of(talk) if _is_turned_to(talk) else None
            if offer is not None and offer.leg in live and talk.leg in live:
                register.part(talk)
                self._offers.resume_talk(talk)
        for name, consultation in register.consultations.items():
            call, here = register.calls.get(name), live.get(consultation.leg)
            if call is None or here is None or call.leg not in live or consultation.state == "checking":
                continue  # what is gone, ends the consultation in a moment (`look`)
            if consultation.state in ("ringing", "talking") and not live[call.leg].in_music:
                self._hub.start_music(call)
            if consultation.state == "talking" and here.bridged_with != consultation.other:
                self._connect_both(call, consultation)
            if consultation.state == "conference" and call.talk is not None:
                self.together(call)

    def _row(
        self, call: Call, consultation: Consultation, outcome: TransferOutcome, why: str = "", over: bool = False
    ) -> None:
        self._hub.give(self._made(call.call, consultation, outcome, why, over))

    def _made(
        self, call: CallId, consultation: Consultation, outcome: TransferOutcome, why: str, over: bool
    ) -> LogTransfer:
        offset_s, target = self._hub.register.offset_s, consultation.target
        began_at, ended_at = consultation.began_at + offset_s, self._hub.utc if over else None
        one = (consultation.number, consultation.by, consultation.agent, target.kind, target.name)
        return LogTransfer(call, *one, began_at, ended_at, outcome, 0, why, consulted=True)


def _is_turned_to(call: Call) -> bool:
    """Whether the agent of this talk has turned to the caller again, and the two do not hear each other yet."""
    return call.place == "talking" and call.talk is None and call.bridge is not None
