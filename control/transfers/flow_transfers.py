"""Transfers that a flow orders: a phone or a number is called, connected with the caller, and the flow goes on after.

The part of the legs that are called for it. Numbers outside pass the gate where the site has scenes: the caller hears
music meanwhile, and a no is a transfer that failed.
"""

from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate
from calls.events import CallAnswered, CallEnded
from calls.ids import AgentId, LegId
from control.callbacks.callbacks import Callbacks
from control.gate.gate import OutgoingGate
from control.hub import nodes, notifications
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.messages.commands import AskGate
from control.messages.events import GateAnswered
from control.register import talks
from control.register.call import Call
from control.register.register import Leg, recording_of
from ivr.commands import Transfer
from ivr.events import TransferEnded, TransferOutcome

_ENDS: dict[Cause, TransferOutcome] = {
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",
    Cause.SWITCHED_OFF: "no_answer",
}


class Transfers(QuietPart):
    """Calls the target, connects, and tells the flow how it ended."""

    def __init__(self, hub: Hub, callbacks: Callbacks, phones: Phones, gate: OutgoingGate) -> None:
        self._hub = hub
        self._gate = gate
        self._phones = phones
        self._callbacks = callbacks

    def begin(self, command: Transfer) -> None:
        """Call the target; the caller hears music meanwhile."""
        hub, register = self._hub, self._hub.register
        call = register.calls[command.call]
        _, left = self._callbacks.end_on_return(call, "")
        if left is not None:
            hub.tell_queues(left)
        call.on("transfer_begun")
        call.flow_attempt = command.attempt
        kind, _, account = command.to.partition(":")
        if kind == "phone" and self._phones.in_call(account):
            call.on("transfer_ended")
            call.flow_attempt = None
            hub.tell_flows(TransferEnded(call.call, command.attempt, "busy"))
            return
        if kind == "phone" or not hub.directory.has_scenes(register.version):
            self._call(call, command)
            return
        hub.start_music(call)
        register.asked_for[call.call] = command
        question = AskGate(
            call=call.call,
            attempt=command.attempt,
            number=account,
            scene=hub.directory.transfer_rules(register.version).scene,
            origin="transfer",
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)

    def checked(self, event: GateAnswered) -> bool:
        """Go on by the answer; False where no flow waits for it."""
        register = self._hub.register
        call, command = register.calls.get(event.call), register.asked_for.get(event.call)
        if call is None or command is None or command.attempt != event.attempt:
            return False
        del register.asked_for[event.call]
        if call.place != "transferring" or call.flow_attempt != command.attempt:
            return False
        if event.verdict == "allow":
            self._call(call, command, event)
            return True
        advice = "`hotline govern check` says why; the flow goes the way of a transfer that failed"
        self._hub.notice("warning", "transfer refused", call=call.call, detail=event.why, advice=advice)
        call.on("transfer_ended")
        call.flow_attempt = None
        self._hub.stop_music(call)
        self._hub.tell_flows(TransferEnded(call.call, command.attempt, "failed"))
        return True

    def _call(self, call: Call, command: Transfer, passed: GateAnswered | None = None) -> None:
        hub, register = self._hub, self._hub.register
        kind, _, _ = command.to.partition(":")
        leg = LegId(f"{command.attempt}-transfer")
        to, via = nodes.address(register, command.to, call.call)
        register.legs[leg] = Leg(leg, "transfer", call.call, command.to, hub.now, via=via)
        call.guests.append(leg)
        self._phones.leg_changed(register.legs[leg])
        # Our own people see who calls; to a network outside, a caller's number as ours would be a false one.
        shown = call.caller if kind == "phone" else call.called
        if passed is not None:
            self._gate.dial(register.legs[leg], passed, to, shown, command.ring_s)
        else:
            hub.start_music(call)
            hub.give(Originate(leg, hub.mint(leg), to, shown, "", command.ring_s))

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The target picked up: connect."""
        register = self._hub.register
        call = register.call_of(leg.leg)
        if call is None or call.place not in ("transferring", "transferred"):
            self._hub.give(HangUp(leg.leg))
        elif call.bridge is None:  # else a switch tells of the answer once more
            recorded = register.records((leg.leg,), False) and call.recording.consent != "declined"
            attempt = register.connect(call, "transfer", recorded)
            self._hub.give(Bridge(attempt, call.leg, leg.leg, recording_of(call) if recorded else None))

    def bridged(self, call: Call) -> None:
        """Caller and target talk."""
        if call.place == "transferring":
            call.on("connected")
            call.end_as("transferred")
            for leg in map(self._hub.register.legs.__getitem__, call.guests):
                if leg.role == "transfer":
                    talks.begin(call, leg, self._agent_of(leg), self._hub.now)
                    notifications.talk_began(self._hub, call)

    def _agent_of(self, leg: Leg) -> AgentId | None:
        kind, _, account = leg.party.partition(":")
        return self._hub.directory.agent(self._hub.register.version, account) if kind == "phone" else None

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """The two came apart, or were never connected: the target's leg goes, its end tells the flow."""
        if failed and call.place == "transferred":
            return  # a deadline that ran out as both began to hear each other
        for leg in call.guests:
            if self._hub.register.legs[leg].role == "transfer":
                self._hub.give(HangUp(leg))

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The target is gone, or never came."""
        register = self._hub.register
        call = register.calls.get(leg.call) if leg.call is not None else None
        if call is None or call.place not in ("transferring", "transferred"):
            return
        talked, attempt = call.place == "transferred", call.flow_attempt
        self._hub.end_talk(call, event.cause)
        call.on("transfer_ended")
        call.flow_attempt = None
        register.part(call)
        if not talked:
            self._hub.stop_music(call)
        if attempt is not None:
            outcome = "talked" if talked and not talks.died(event.cause) else _ENDS.get(event.cause, "failed")
            self._hub.tell_flows(TransferEnded(call.call, attempt, outcome))
