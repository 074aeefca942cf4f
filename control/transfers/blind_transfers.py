"""Blind transfers by agents: to an agent, a queue, a flow or a number outside. The part of legs to numbers outside.

The caller hears music until somebody is there. An agent or a queue is the queues' business: the caller waits anew, for
one agent alone or for whoever the queue finds (`control.transfers.handed_on_callers`, which also has what follows where
nobody is reached). What comes of it is seen by the place where the caller is afterwards (`look`), so it counts whoever
brought it about. `control.machines.states.TRANSFERS` has the states.
"""

from typing import Literal

from calls.commands import Bridge, HangUp, ReportTransfer
from calls.events import CallAnswered, CallEnded, TransferRequested
from calls.ids import AgentId, CallId, LegId
from calls.overrides import closes
from control.gate.gate import OutgoingGate
from control.hub import notifications
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.machines.states import TransferEvent, TransferState
from control.messages.commands import AskGate
from control.messages.events import GateAnswered
from control.messages.log_commands import LogTransfer, TransferOutcome
from control.queues.offers import Offers
from control.register import register as at
from control.register import talks
from control.register.call import Call
from control.register.handing_on import BlindTransfer, Consultation, HandedOn, Target
from control.rules.transfer_rules import TransferRules
from control.talks.refused_keys import say_refused
from control.talks.talk_recordings import TalkRecordings
from control.transfers import transfer_targets
from control.transfers.handed_on_callers import HandedOnCallers
from ivr.events import CallHandedOn, LeftQueue

ROLE = "outside"
_REACHED: dict[TransferState, TransferOutcome] = {"away": "reached", "returning": "returned", "waiting": "requeued"}


class BlindTransfers(QuietPart):
    """Takes `TransferRequested`. `register.transfers` has those that go on, each by its call."""

    def __init__(
        self, hub: Hub, offers: Offers, handed_on: HandedOnCallers, recordings: TalkRecordings, gate: OutgoingGate
    ) -> None:
        self._hub = hub
        self._gate = gate
        self._offers = offers
        self._handed_on = handed_on
        self._recordings = recordings

    # asked for

    def requested(self, event: TransferRequested) -> None:
        """Hand the caller on, or let the talk go on where that cannot be."""
        hub, register = self._hub, self._hub.register
        call = register.call_of(event.leg)
        offer = register.offer_of(call) if call is not None else None
        talking = offer is not None and offer.leg == event.leg and offer.state == "talking"
        if call is None or offer is None or not talking or call.queued_as is None:
            self.report(event.leg, event.by, "refused")
            advice = "a caller is handed on in a talk, by the agent who has them"
            hub.notice("warning", "transfer refused", detail=f"{event.leg} is in no such talk", advice=advice)
            return
        if call.call in register.consultations:
            self.report(event.leg, event.by, "refused")
            advice = "connect both, or give the other one back first"
            hub.notice("warning", "transfer refused", call=call.call, detail="somebody is consulted", advice=advice)
            return
        self.drop(call)
        target = self._find(call, offer, event.to)
        handed_on = register.handed_on.setdefault(call.call, HandedOn())
        handed_on.transfers += 1
        transfer = BlindTransfer(
            number=handed_on.transfers,
            by=event.by,
            agent=offer.agent,
            leg=event.leg,
            target=Target("none", event.to) if isinstance(target, str) else target,
            attempt=call.flow_attempt or hub.mint(call.call),
            began_at=hub.now,
            talk=call.talks,
            origin=call.queued_as,
            queue=call.queue,
            briefing=event.briefing,
        )
        register.transfers[call.call] = transfer
        if isinstance(target, str):
            self._refuse(call, transfer, target)
        elif target.kind == "number":
            transfer.attempt = hub.mint(call.call)
            self._row(call.call, transfer, "checking")
            self._check(call, transfer)
        else:
            self._go(call, transfer)

    def drop(self, call: Call) -> None:
        """Forget a transfer of which it is not known yet whether it may be: another one is wanted."""
        if (before := self._hub.register.transfers.get(call.call)) is not None:
            self._close(call, before, "talk_ended", "left", "asked again")

    def refusal(self, call: Call, to: str) -> str:
        """Why the agent in this talk cannot hand the caller to `to`; empty when they can, as far as is known now."""
        offer = self._hub.register.offer_of(call)
        target = "the caller is in no talk with an agent" if offer is None else self._find(call, offer, to)
        return target if isinstance(target, str) else ""

    def _find(self, call: Call, offer: at.Offer, to: str) -> Target | str:
        target = transfer_targets.find(self._hub.directory, self._hub.register.version, call.version, to)
        if isinstance(target, Target) and (target.kind, target.name) == ("agent", offer.agent):
            return "this agent has the caller already"
        if isinstance(target, Target) and target.kind == "queue":
            closure = closes(self._hub.register.overrides, f"queue:{target.name}")
            if closure is not None:
                return f"the queue {target.name} is closed: {closure.reason}"
        return target

    def checked(self, event: GateAnswered) -> bool:
        """Go on by the answer of the gate before numbers; False where it was not asked for a transfer."""
        transfer = self._hub.register.transfers.get(event.call)
        if transfer is None or transfer.attempt != event.attempt or transfer.state != "checking":
            return False
        call = self._hub.register.calls[event.call]
        offer = self._hub.register.offer_of(call)
        if offer is None or offer.state != "talking":  # the agent is on the way out, and their end is told in a moment
            self._refuse(call, transfer, "the talk was over")
            return False
        if event.verdict == "allow":
            self._go(call, transfer, event)
        else:
            self._refuse(call, transfer, event.why or "the number may not be called")
        return True

    def restarted(self) -> None:
        """Ask about each number that a release before this one asked about in another way."""
        for call_id, transfer in list(self._hub.register.transfers.items()):
            if transfer.state == "checking" and not self._gate.is_asked(transfer.attempt):
                self._check(self._hub.register.calls[call_id], transfer)

    def _check(self, call: Call, transfer: BlindTransfer) -> None:
        question = AskGate(
            call=call.call,
            attempt=transfer.attempt,
            number=transfer.target.name,
            scene=self._rules.scene,
            origin="transfer",
            agent=transfer.agent,
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)

    def _refuse(self, call: Call, transfer: BlindTransfer, why: str) -> None:
        self.report(transfer.leg, transfer.by, "refused")
        advice = "the talk goes on; dialplans/transfers.yaml says whom agents may hand callers to"
        self._hub.notice("warning", "transfer refused", call=call.call, detail=why, advice=advice)
        self._close(call, transfer, "refused", "refused", why)

    # away from the agent

    def _go(self, call: Call, transfer: BlindTransfer, passed: GateAnswered | None = None) -> None:
        hub, target = self._hub, transfer.target
        offer = hub.register.offer_of(call)
        assert offer is not None  # it is asked for in a talk, and forgotten with that
        transfer.on("allowed")
        hub.register.handed_on[call.call].let_go(transfer)
        hub.start_music(call)  # takes the talk apart
        self.report(transfer.leg, transfer.by, "done")
        self._offers.hand_on(call, offer)
        if call.callback is not None:  # reached, and talked to: it has done what it was for
            call.callback, hub.register.handed_on[call.call].called_by_us = None, True
        if target.kind == "flow":
            call.on("talk_ended")
            hub.stop_music(call)
            call.flow_attempt = None
            self._close(call, transfer, "reached", "reached", "")
            hub.tell_flows(CallHandedOn(call.call, call.leg, call.version, target.name, call.caller, call.called))
            hub.register.handed_on[call.call].called_by_us = False  # a flow hangs up itself
            return
        self._row(call.call, transfer, "under_way")
        if passed is not None:
            call.on("transfer_begun")
            self._dial(call, transfer, passed)
            return
        call.on("handed_on")
        if target.kind == "agent":
            self._handed_on.wait_for(call, transfer, AgentId(target.name), self._rules.reach_s)
        else:
            self._handed_on.wait_in(
                call, transfer, target.name, target.skills, self._rules.queue_s, transfer.origin.priority
            )

    def take_over(self, call: Call, consultation: Consultation, leg: at.Leg, answered: bool) -> None:
        """The caller is to have the one whom the agent has consulted; who is rung still is waited for."""
        register = self._hub.register
        assert call.queued_as is not None  # the caller had waited for the agent
        leg.role = ROLE
        transfer = register.transfers[call.call] = BlindTransfer(
            number=consultation.number,
            by=consultation.by,
            agent=consultation.agent,
            leg=consultation.leg,
            target=consultation.target,
            attempt=consultation.attempt,
            began_at=consultation.began_at,
            talk=consultation.talk,
            origin=call.queued_as,
            queue=call.queue,
            state="away",
            consulted=True,
            briefing=consultation.briefing,
        )
        register.handed_on[call.call].let_go(transfer)
        if call.callback is not None:
            call.callback, register.handed_on[call.call].called_by_us = None, True
        if answered:
            transfer.why = f"consulted for {self._hub.now - consultation.began_at:.0f} s"
            self._bridge(call, leg)
        self._row(call.call, transfer, "under_way", transfer.why)

    # a number outside

    def _dial(self, call: Call, transfer: BlindTransfer, passed: GateAnswered) -> None:
        hub, to = self._hub, f"tel:{transfer.target.name}"
        leg = LegId(f"{hub.mint(call.call)}-{ROLE}")
        made = hub.register.legs[leg] = at.Leg(leg, ROLE, call.call, to, hub.now)
        call.guests.append(leg)
        # Shown is the house's own number: the caller's as ours would be a false one.
        self._gate.dial(made, passed, to, call.called, self._rules.reach_s)

    def answered(self, leg: at.Leg, event: CallAnswered) -> None:
        """The number outside was answered: connect."""
        register = self._hub.register
        call = register.call_of(leg.leg)
        if call is None or call.place not in ("transferring", "transferred"):
            self._hub.give(HangUp(leg.leg))
        elif call.bridge is None:  # else a switch tells of the answer once more
            self._bridge(call, leg)

    def _bridge(self, call: Call, leg: at.Leg) -> None:
        recorded = self._recordings.wanted(call, leg.leg, self._agent_of(leg) is not None or self._rules.record)
        record = at.recording_of(call) if recorded else None
        self._hub.give(Bridge(self._hub.register.connect(call, ROLE, recorded), call.leg, leg.leg, record))

    def _agent_of(self, leg: at.Leg) -> AgentId | None:
        kind, _, account = leg.party.partition(":")
        return self._hub.directory.agent(self._hub.register.version, account) if kind == "phone" else None

    def bridged(self, call: Call) -> None:
        """The caller and the number outside hear each other."""
        register = self._hub.register
        transfer = register.transfers.get(call.call)
        if transfer is None or call.place != "transferring":
            return  # told again after a gap
        call.on("connected")
        transfer.on("connected")
        for leg in map(register.legs.__getitem__, call.guests):
            if leg.role == ROLE:
                talks.begin(call, leg, self._agent_of(leg), self._hub.now)
                notifications.talk_began(self._hub, call)
        self._row(call.call, transfer, "reached", transfer.why, talk=call.talks)

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """The two came apart, or were never connected: the leg outside goes, and its end tells the rest."""
        if failed and call.place == "transferred":
            return  # a deadline that ran out as both began to hear each other
        for leg in map(self._hub.register.legs.__getitem__, call.guests):
            if leg.role != ROLE:
                continue
            if call.place == "transferring" and not failed and leg.answered_at is not None:
                self._hub.register.part(call)
                self._bridge(call, leg)  # the command went down with its controller
            else:
                self._hub.give(HangUp(leg.leg))

    def ended(self, leg: at.Leg, event: CallEnded) -> None:
        """The number outside is gone, or never answered."""
        hub, register = self._hub, self._hub.register
        call = register.calls.get(leg.call) if leg.call is not None else None
        transfer = register.transfers.get(call.call) if call is not None else None
        if call is None or transfer is None or call.place not in ("transferring", "transferred"):
            return
        hub.end_talk(call, event.cause)
        register.part(call)
        if call.place == "transferring":
            call.on("handed_on")
            hub.start_music(call)  # the switch may have taken it away for the talk that was to come
            self._handed_on.not_reached(call, transfer, event.cause)
            return
        call.on("transfer_ended")
        transfer.on("talk_ended")
        del register.transfers[call.call]
        attempt, call.flow_attempt = call.flow_attempt, None
        if attempt is not None:
            hub.tell_flows(LeftQueue(call.call, attempt, "served", transfer.agent))
        else:
            hub.give(HangUp(call.leg))

    # what has come of it

    def look(self) -> None:
        """See what has become of each caller who was handed on. After every event."""
        register = self._hub.register
        for call_id, transfer in list(register.transfers.items()):
            call = register.calls.get(call_id)
            if call is None:
                self._left(call_id, transfer, "caller_left")
            elif transfer.state == "checking":
                if call.place != "talking" or call.talks != transfer.talk:
                    self.report(transfer.leg, transfer.by, "refused")
                    self._close(call, transfer, "talk_ended", "left", "the talk was over")
            elif call.place == "talking":
                self._close(call, transfer, "reached", _REACHED[transfer.state], transfer.why, call.talks)
            elif call.place not in ("waiting", "offered", "transferring", "transferred"):
                self._left(call_id, transfer, "left")

    def _left(self, call: CallId, transfer: BlindTransfer, outcome: TransferOutcome) -> None:
        reached = transfer.state == "outside"
        transfer.on("left")
        del self._hub.register.transfers[call]
        if not reached:  # else its row is written
            self._row(call, transfer, outcome, transfer.why, ended=True)

    def _close(
        self,
        call: Call,
        transfer: BlindTransfer,
        event: TransferEvent,
        outcome: TransferOutcome,
        why: str,
        talk: int = 0,
    ) -> None:
        transfer.on(event)
        del self._hub.register.transfers[call.call]
        self._row(call.call, transfer, outcome, why, talk, ended=True)

    def _row(
        self,
        call: CallId,
        transfer: BlindTransfer,
        outcome: TransferOutcome,
        why: str = "",
        talk: int = 0,
        ended: bool = False,
    ) -> None:
        target = " ".join((transfer.target.name, *transfer.target.skills))
        began_at = transfer.began_at + self._hub.register.offset_s
        over_at = self._hub.utc if ended or talk else None
        kind = transfer.target.kind
        one = (transfer.number, transfer.by, transfer.agent, kind, target)
        row = LogTransfer(call, *one, began_at, over_at, outcome, talk, why, transfer.consulted)
        self._hub.give(row)

    def report(self, leg: LegId, by: str, progress: Literal["done", "refused"]) -> None:
        """Tell the phone whose key it was, or who keyed a code that is refused, while it is still there."""
        if by == "code" and progress == "refused":
            say_refused(self._hub, leg)
        if by == "phone" and leg in self._hub.register.legs:
            self._hub.give(ReportTransfer(leg, self._hub.mint(leg), progress))

    @property
    def _rules(self) -> TransferRules:
        return self._hub.directory.transfer_rules(self._hub.register.version)
